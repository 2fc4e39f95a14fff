/** Effects of the options of mosquitto.conf that belong to a `connection`: what the other broker sees. */

import { writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { TlsOptions } from 'node:tls';
import type { IConnectPacket } from 'mqtt-packet';
import { pause, until } from '../../listeners/listening.ts';
import { type Effect, LISTEN } from './effect.ts';
import { Remote } from './remote.ts';
import type { Place, Running } from './running.ts';

export const HEAD = `${LISTEN}connection site\n`;
const CONF = `${HEAD}address 127.0.0.1:{other}\ntopic t/# both 1\nLINE\n`;
/** One that tries again soon. */
const QUICK = `${CONF}restart_timeout 1\n`;

export type Look = (remote: Remote, b: Running) => unknown;

/** By their ports. */
const remotes = new Map<number, Remote>();

/** A row whose other broker is there from the start. */
export function row(
  line: string,
  see: Look,
  expected: { with: unknown; without: unknown },
  { prepare, tls, ...more }: Partial<Effect> & { readonly tls?: (place: Place) => TlsOptions } = {},
): Effect {
  return {
    option: line.split(' ')[0] ?? '',
    line,
    conf: CONF,
    prepare: async (place) => {
      await prepare?.(place);
      remotes.set(place.otherPort, await Remote.open(place.otherPort, tls?.(place)));
    },
    see: (b) => see(remotes.get(b.otherPort)!, b),
    ...expected,
    ...more,
  };
}

/** What CONNECT says. */
const connecting =
  (look: (packet: IConnectPacket) => unknown): Look =>
  async (remote) =>
    look(await remote.connect());

/** A publish in this broker, after which everything before has crossed. */
async function publishHere(b: Running, remote: Remote, ...payloads: readonly string[]): Promise<void> {
  await remote.connect();
  const guest = await b.guest({ connect: { clientId: 'publisher' } });
  for (const payload of [...payloads, 'end'])
    await guest.publish('t/x', payload, { qos: 1, retain: payload !== 'end' });
  await remote.published('end');
}

const clientId = connecting((packet) => packet.clientId);

export const bridgeEffects: readonly Effect[] = [
  row(
    'connection other',
    clientId,
    { with: `${hostname()}.other`, without: `${hostname()}.site` },
    {
      conf: `${LISTEN}LINE\naddress 127.0.0.1:{other}\ntopic t\n`,
      otherwise: 'connection site',
    },
  ),
  ...['address', 'addresses'].map((name) =>
    row(
      `${name} 127.0.0.1:{other}`,
      async (remote) => (await remote.connectsWithin(500)) > 0,
      { with: true, without: false },
      { conf: `${HEAD}LINE\ntopic t\n`, otherwise: `${name} 127.0.0.1:1` },
    ),
  ),
  row(
    'topic b in 2 l/ r/',
    async (remote) => {
      await remote.connect();
      const asked = (): string[] =>
        remote.packets.flatMap((packet) =>
          packet.cmd === 'subscribe' ? packet.subscriptions.map(({ topic, qos }) => `${topic} ${qos}`) : [],
        );
      await until(() => asked().length > 0, 'SUBSCRIBE');
      await pause(100);
      return asked()
        .filter((one) => !one.startsWith('$'))
        .sort();
    },
    { with: ['r/b 2', 't/# 1'], without: ['t/# 1'] },
  ),
  row(
    'bridge_attempt_unsubscribe false',
    async (remote, b) => {
      await publishHere(b, remote);
      return remote.packets.some(({ cmd }) => cmd === 'unsubscribe');
    },
    { with: false, without: true },
    { conf: CONF.replace('both', 'out') },
  ),
  row(
    'bridge_bind_address 127.0.0.2',
    async (remote) => {
      await remote.connect();
      return remote.socket.remoteAddress;
    },
    { with: '127.0.0.2', without: '127.0.0.1' },
  ),
  row(
    'bridge_max_packet_size 100',
    async (remote, b) => {
      await publishHere(b, remote, 'x'.repeat(200), 'small');
      return remote.publishes.map(({ payload }) => payload.length);
    },
    { with: [5, 3], without: [200, 5, 3] },
  ),
  row(
    'bridge_outgoing_retain false',
    async (remote, b) => {
      await publishHere(b, remote, 'kept');
      return remote.publishes[0]?.retain;
    },
    { with: false, without: true },
  ),
  row(
    'bridge_protocol_version mqttv50',
    connecting((packet) => packet.protocolVersion),
    { with: 5, without: 4 },
  ),
  row(
    'cleansession true',
    connecting((packet) => packet.clean),
    { with: true, without: false },
  ),
  row(
    'local_cleansession true',
    async (remote, b) => {
      await remote.connect();
      remote.drop();
      const guest = await b.guest({ connect: { clientId: 'publisher' } });
      await pause(50);
      await guest.publish('t/x', 'meanwhile', { qos: 1 });
      await until(() => remote.connects.length > 1, 'it comes back', 8_000);
      await pause(100);
      await guest.publish('t/x', 'end', { qos: 1 });
      await remote.published('end');
      return remote.publishes.map(({ payload }) => payload.toString());
    },
    { with: ['end'], without: ['meanwhile', 'end'] },
    { conf: QUICK },
  ),
  row('remote_clientid it', clientId, { with: 'it', without: `${hostname()}.site` }),
  row('clientid it', clientId, { with: 'it', without: `${hostname()}.site` }),
  row(
    'local_clientid here',
    async (remote, b) => {
      await remote.connect();
      // It is the bridge's, and nobody else's.
      return (await b.answer({ connect: { clientId: 'here' } })) === 0;
    },
    { with: false, without: true },
  ),
  ...['remote_username', 'username'].map((name) =>
    row(
      `${name} ann`,
      connecting((packet) => packet.username),
      { with: 'ann', without: undefined },
    ),
  ),
  ...['remote_password', 'password'].map((name) =>
    row(
      `${name} secret`,
      connecting((packet) => packet.password?.toString()),
      { with: 'secret', without: undefined },
      { conf: `${CONF}remote_username ann\n` },
    ),
  ),
  row(
    'keepalive_interval 7',
    connecting((packet) => packet.keepalive),
    { with: 7, without: 60 },
  ),
  row(
    'idle_timeout 1',
    async (remote, b) => {
      const guest = await b.guest();
      await guest.publish('t/x', 'one', { qos: 1 });
      await remote.connect();
      await pause(3_000);
      return remote.socket.destroyed;
    },
    { with: true, without: false },
    { conf: `${CONF}start_type lazy\nthreshold 1\n` },
  ),
  row(
    'threshold 2',
    async (remote, b) => {
      const guest = await b.guest();
      for (const text of ['one', 'two']) await guest.publish('t/x', text, { qos: 1 });
      return await remote.connectsWithin(500);
    },
    { with: 1, without: 0 },
    { conf: `${CONF}start_type lazy\n` },
  ),
  row(
    'restart_timeout 1',
    async (remote) => {
      await remote.connect();
      remote.drop();
      return await remote.connectsWithin(2_500);
    },
    { with: 2, without: 1 },
  ),
  row(
    'start_type once',
    async (remote) => {
      await remote.connect();
      remote.drop();
      return await remote.connectsWithin(2_500);
    },
    { with: 1, without: 2 },
    { conf: QUICK },
  ),
  row(
    'try_private false',
    connecting((packet) => (packet as { bridgeMode?: boolean }).bridgeMode ?? false),
    { with: false, without: true },
  ),
  row(
    'notifications false',
    connecting((packet) => packet.will?.topic),
    {
      with: undefined,
      without: `$SYS/broker/connection/${hostname()}.site/state`,
    },
  ),
  row(
    'notification_topic state/x',
    connecting((packet) => packet.will?.topic),
    {
      with: 'state/x',
      without: `$SYS/broker/connection/${hostname()}.site/state`,
    },
  ),
  row(
    'notifications_local_only true',
    async (remote, b) => {
      const { will } = await remote.connect();
      const guest = await b.guest();
      await guest.subscribe('$SYS/broker/connection/#');
      await until(() => guest.payloads.includes('1'), 'the state here');
      return will === undefined;
    },
    { with: true, without: false },
  ),
  row(
    'local_username ann',
    async (remote, b) => {
      await remote.connect();
      const guest = await b.guest({ connect: { clientId: 'publisher' } });
      await guest.publish('t/x', 'end', { qos: 1 });
      await pause(300);
      return remote.publishes.length;
    },
    { with: 1, without: 0 },
    {
      conf: `${CONF}acl_file {dir}/acl\n`,
      prepare: ({ path }) => writeFileSync(join(path, 'acl'), 'topic write t/#\nuser ann\ntopic t/#\n'),
      // In this dialect nobody asks what a bridge may do, unless somebody wants that.
      environment: { HOOPOE_PERMISSIONS__UNCHECKED: '' },
    },
  ),
];
