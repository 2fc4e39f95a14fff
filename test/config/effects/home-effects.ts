/** Effects of keys of emqx.conf that belong to the protocol: limits, what is offered, queues and rates. */

import { createPrivateKey } from 'node:crypto';
import { connect } from 'node:tls';
import { pause } from '../../listeners/listening.ts';
import { type Guest, guestAt } from './guest.ts';
import type { HomeEffect } from './home-effect.ts';
import { listenerOutside, topicOutside } from './home-mountpoint.ts';
import { certificateFiles, writeHome } from './homes.ts';
import type { Place, Running } from './running.ts';

const LASTING = { clientId: 'lasting', clean: false } as const;

async function connackProperties(b: Running, connect: object = {}): Promise<Readonly<Record<string, unknown>>> {
  const guest = await b.guest({ connect });
  return { ...(await guest.first('connack'))?.properties };
}

/** Payloads that a client of 3.1.1 gets when it comes back, of those that were published meanwhile. */
async function afterAway(b: Running, qos: 0 | 1, count: number): Promise<number> {
  const first = await b.guest({ version: 4, connect: LASTING });
  await first.subscribe('t', 1);
  await first.leave();
  const publisher = await b.guest({ connect: { clientId: 'publisher' } });
  for (let i = 0; i < count; i++) await publisher.publish('t', String(i), { qos });
  await publisher.leave();
  const back = await b.guest({ version: 4, connect: LASTING });
  await settledFor(back, 200);
  return back.payloads.length;
}

/** Waits until nothing more comes. */
export async function settledFor(guest: Guest, quietMs: number): Promise<void> {
  for (let before = -1; before !== guest.packets.length; ) {
    before = guest.packets.length;
    await pause(quietMs);
  }
}

/** How many messages a client gets that acknowledges none. */
async function window(b: Running): Promise<number> {
  const silent = await b.guest({ version: 4, answers: false, connect: { clientId: 'silent' } });
  await silent.subscribe('t', 1);
  const publisher = await b.guest({ connect: { clientId: 'publisher' } });
  for (let i = 0; i < 40; i++) await publisher.publish('t', 'x', { qos: 1 });
  await settledFor(silent, 200);
  return silent.publishes.length;
}

/** Whether so much takes longer than a time. */
async function takesLonger(b: Running, messages: number, bytes: number, thanMs: number): Promise<boolean> {
  const guest = await b.guest();
  const since = performance.now();
  for (let i = 0; i < messages; i++) await guest.publish('t', Buffer.alloc(bytes));
  return performance.now() - since > thanMs;
}

const subscribed =
  (filter: string): HomeEffect['see'] =>
  async (b) =>
    await (await b.guest()).subscribe(filter);

const offered =
  (name: string): HomeEffect['see'] =>
  async (b) =>
    (await connackProperties(b, { properties: { requestResponseInformation: true } }))[name];

export const protocolEffects: readonly HomeEffect[] = [
  { keys: ['max_packet_size'], value: '200', see: offered('maximumPacketSize'), with: 200, without: 1_048_576 },
  {
    keys: ['max_clientid_len'],
    value: '23',
    see: (b) => b.answer({ connect: { clientId: 'x'.repeat(24) } }),
    with: 0x85,
    without: 0,
  },
  { keys: ['max_topic_levels'], value: '2', see: subscribed('a/b/c'), with: [0x8f], without: [0] },
  {
    keys: ['idle_timeout'],
    value: '1s',
    see: async (b) => {
      const guest = await guestAt(b.port);
      await pause(2500);
      return guest.isClosed;
    },
    with: true,
    without: false,
  },
  { keys: ['server_keepalive'], value: '30', see: offered('serverKeepAlive'), with: 30, without: undefined },
  {
    keys: ['max_subscriptions'],
    value: '1',
    see: async (b) => {
      const guest = await b.guest();
      await guest.subscribe('a');
      guest.packets.length = 0;
      return await guest.subscribe('b');
    },
    with: [0x97],
    without: [0],
  },
  { keys: ['max_inflight'], value: '2', see: window, with: 2, without: 32 },
  { keys: ['max_awaiting_rel'], value: '5', see: offered('receiveMaximum'), with: 5, without: 100 },
  { keys: ['max_mqueue_len'], value: '3', see: (b) => afterAway(b, 1, 9), with: 3, without: 9 },
  { keys: ['mqueue_store_qos0'], value: 'false', see: (b) => afterAway(b, 0, 3), with: 0, without: 3 },
  {
    keys: ['session_expiry_interval'],
    value: '1s',
    see: async (b) => {
      await (await b.guest({ version: 4, connect: LASTING })).leave();
      await pause(2500);
      const back = await b.guest({ version: 4, connect: LASTING });
      return (await back.first('connack'))?.sessionPresent;
    },
    with: false,
    without: true,
  },
  {
    keys: ['rate_limit.conn_messages_in'],
    value: '4,1s',
    see: (b) => takesLonger(b, 12, 1, 1200),
    with: true,
    without: false,
  },
  {
    keys: ['rate_limit.conn_bytes_in'],
    value: '1KB,1s',
    see: (b) => takesLonger(b, 4, 1000, 1200),
    with: true,
    without: false,
  },
  { keys: ['max_qos_allowed'], value: '1', see: offered('maximumQoS'), with: 1, without: undefined },
  { keys: ['max_topic_alias'], value: '9', see: offered('topicAliasMaximum'), with: 9, without: 65_535 },
  { keys: ['retain_available'], value: 'false', see: offered('retainAvailable'), with: false, without: undefined },
  { keys: ['wildcard_subscription'], value: 'false', see: subscribed('a/#'), with: [0xa2], without: [0] },
  { keys: ['shared_subscription'], value: 'false', see: subscribed('$share/g/a'), with: [0x9e], without: [0] },
  {
    keys: ['response_information'],
    value: 'answers/',
    see: offered('responseInformation'),
    with: 'answers/',
    without: undefined,
  },
  {
    keys: ['ignore_loop_deliver'],
    value: 'false',
    see: async (b) => {
      const guest = await b.guest({ version: 4 });
      await guest.subscribe('t');
      await guest.publish('t');
      await guest.settled();
      return guest.publishes.length;
    },
    with: 1,
    without: 0,
  },
  {
    keys: ['upgrade_qos'],
    value: 'on',
    see: async (b) => {
      const guest = await b.guest();
      await guest.subscribe('t', 1);
      await guest.publish('t');
      await settledFor(guest, 200);
      return guest.publishes[0]?.qos;
    },
    with: 1,
    without: 0,
  },
  {
    keys: ['mountpoint'],
    value: 'site/%c/',
    texts: listenerOutside,
    see: topicOutside,
    with: 'site/guest/t',
    without: 't',
  },
  {
    keys: ['use_username_as_clientid'],
    value: 'true',
    // Two clients with one user name are one client then, and the second takes the place of the first.
    see: async (b) => {
      const first = await b.guest({ connect: { clientId: 'first', username: 'ann' } });
      const second = await b.guest({ connect: { clientId: 'second', username: 'ann' } });
      await second.settled();
      await pause(100);
      return first.isClosed;
    },
    with: true,
    without: false,
  },
];

/** A certificate, and its key locked with a password. */
async function lockedKey(place: Place): Promise<void> {
  const { cert, key } = await certificateFiles();
  const locked = createPrivateKey(key).export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: 'open-sesame',
  });
  writeHome({ 'etc/certs/cert.pem': cert, 'etc/certs/key.pem': locked.toString() }, place);
}

/** What becomes of a connection with TLS to the other port. */
function secured({ otherPort }: Running): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ port: otherPort, host: '127.0.0.1', rejectUnauthorized: false });
    socket.once('secureConnect', () => {
      socket.destroy();
      resolve('secure');
    });
    socket.once('error', () => resolve('closed'));
  });
}

/** Everything else that a listener takes. */
export const listenerEffects: readonly HomeEffect[] = [
  {
    keys: ['listener.ssl|wss.$name.key_password'],
    lines: 'listener.ssl.external.key_password = open-sesame\n',
    otherwise: 'listener.ssl.external.key_password = wrong\n',
    texts: {
      'etc/emqx.conf':
        'listener.ssl.external = 127.0.0.1:{other}\nlistener.ssl.external.certfile = etc/certs/cert.pem\n' +
        'listener.ssl.external.keyfile = etc/certs/key.pem\n',
    },
    prepare: lockedKey,
    see: secured,
    with: 'secure',
    without: 'no start',
  },
  {
    keys: ['listener.tcp.external.max_connections'],
    value: '1',
    see: async (b) => {
      await b.guest();
      return await b.answer({ connect: { clientId: 'second' } }).catch(() => 'closed');
    },
    with: 'closed',
    without: 0,
  },
  {
    keys: ['listener.tcp.external.max_conn_rate'],
    value: '1',
    see: async (b) => {
      const answers = await Promise.all(
        ['a', 'b', 'c', 'd'].map((clientId) => b.answer({ connect: { clientId } }).catch(() => 'closed')),
      );
      return answers.includes('closed');
    },
    with: true,
    without: false,
  },
  {
    keys: ['listener.tcp.external.access.1'],
    value: 'deny all',
    see: (b) => b.answer().catch(() => 'closed'),
    with: 'closed',
    without: 0,
  },
  {
    keys: ['listener.tcp.external.proxy_protocol'],
    value: 'on',
    see: (b) => b.answer().catch(() => 'closed'),
    with: 'closed',
    without: 0,
  },
  {
    keys: ['listener.tcp.external.proxy_protocol_timeout'],
    value: '1s',
    texts: { 'etc/emqx.conf': 'listener.tcp.external.proxy_protocol = on\n' },
    see: async (b) => {
      const guest = await guestAt(b.port);
      await pause(2000);
      return guest.isClosed;
    },
    with: true,
    without: false,
  },
  {
    keys: ['listener.tcp.external.backlog', 'listener.tcp.external.nodelay'],
    lines: 'listener.tcp.external.backlog = 77\nlistener.tcp.external.nodelay = false\n',
    // What a socket was told, no other program on the machine can see: this is what the listener tells it.
    see: ({ loaded }) => {
      const listener = loaded.settings.listeners.get('tcp-external');
      return [listener?.number('backlog'), listener?.boolean('no_delay')];
    },
    with: [77, false],
    without: [1024, true],
  },
  {
    keys: ['listener.tcp.external.zone'],
    value: 'small',
    texts: { 'etc/emqx.conf': 'listener.tcp.first = 127.0.0.1:{other}\nzone.small.max_packet_size = 300\n' },
    see: offered('maximumPacketSize'),
    with: 300,
    without: 1_048_576,
  },
  {
    keys: ['listener.tcp.external'],
    lines: 'listener.tcp.external = 127.0.0.1:{other}\n',
    see: (b) =>
      guestAt(b.otherPort).then(
        () => 'open',
        () => 'closed',
      ),
    with: 'open',
    without: 'closed',
  },
];
