/** Effects of the keys of an MQTT bridge, `bridge.mqtt.NAME.OPTION`: what the other broker sees, and what comes from it. */

import type { TlsOptions } from 'node:tls';
import { pause, until } from '../../listeners/listening.ts';
import { loaded } from '../emqx-homes.ts';
import type { HomeEffect } from './home-effect.ts';
import { certificateFiles, writeHome } from './homes.ts';
import { Remote } from './remote.ts';
import type { Running } from './running.ts';

const SITE = 'bridge.mqtt.site';
const START = `${SITE}.address = 127.0.0.1:{other}\n${SITE}.start_type = auto\n`;
const FORWARDS = `${SITE}.forwards = t/#\n`;

/** By their ports. */
const remotes = new Map<number, Remote>();

/** A row whose bridge has these options as well as those in `lead`. */
function row(
  options: Readonly<Record<string, string>>,
  see: (remote: Remote, b: Running) => unknown,
  expected: { with: unknown; without: unknown },
  {
    lead = START + FORWARDS,
    tls,
    ...more
  }: Partial<HomeEffect> & { lead?: string; tls?: () => Promise<TlsOptions> } = {},
): HomeEffect {
  const names = Object.keys(options);
  return {
    keys: names.map((name) => `bridge.mqtt.$name.${name.replace(/\.\d\./, '.$n.')}`),
    lines: names.map((name) => `${SITE}.${name} = ${options[name]}\n`).join(''),
    texts: { 'data/loaded_plugins': loaded('emqx_bridge_mqtt'), 'etc/emqx.conf': lead },
    prepare: async (place) => {
      const { cert, key, ca } = await certificateFiles();
      writeHome({ 'etc/certs/own.pem': cert, 'etc/certs/own.key': key, 'etc/certs/ca.pem': ca }, place);
      remotes.set(place.otherPort, await Remote.open(place.otherPort, await tls?.()));
    },
    // A new start of the same broker may have another one at the same port.
    see: (b) => see(remotes.get(b.otherPort)!, b),
    ...expected,
    ...more,
  };
}

/** Publishes here, and gives the topics and payloads that have arrived there once the last one has. */
async function forwarded(remote: Remote, b: Running, topics: readonly string[]): Promise<string[]> {
  await remote.connect();
  const guest = await b.guest({ connect: { clientId: 'publisher' } });
  for (const topic of topics) await guest.publish(topic, 'x', { qos: 1 });
  await guest.publish('t/end', 'end', { qos: 1 });
  await remote.published('end');
  return remote.publishes.map(({ topic, payload, qos }) => `${topic} ${payload} ${qos}`);
}

/** What a client here gets of what is published there. */
async function received(remote: Remote, b: Running): Promise<unknown> {
  await remote.connect();
  const guest = await b.guest({ connect: { clientId: 'reader' } });
  await guest.subscribe('#');
  const asked = (): string[] =>
    remote.packets.flatMap((packet) =>
      packet.cmd === 'subscribe'
        ? packet.subscriptions.map(({ topic, qos }) => `${topic} ${qos}`).filter((one) => !one.startsWith('$'))
        : [],
    );
  await until(() => asked().length > 0, 'SUBSCRIBE', 1_500).catch(() => {});
  remote.send({ cmd: 'publish', topic: 'cmd/x', payload: 'go', qos: 0, dup: false, retain: false });
  await pause(150);
  return { asked: asked(), got: guest.publishes.map(({ topic }) => topic) };
}

export const homeBridgeEffects: readonly HomeEffect[] = [
  row(
    {
      clientid: 'site-1',
      username: 'ann',
      password: 'sesame',
      keepalive: '17s',
      clean_start: 'false',
      bridge_mode: 'true',
    },
    async (remote) => {
      const packet = await remote.connect();
      const { clientId, username, password, keepalive, clean } = packet;
      const isNamed = clientId === 'site-1';
      return [isNamed, username, password?.toString(), keepalive, clean, 'bridgeMode' in packet && packet.bridgeMode];
    },
    {
      with: [true, 'ann', 'sesame', 17, false, true],
      without: [false, undefined, undefined, 60, true, false],
    },
  ),
  row({ proto_ver: 'mqttv5' }, async (remote) => (await remote.connect()).protocolVersion, { with: 5, without: 4 }),
  row(
    { max_inflight_size: '3' },
    async (remote) => (await remote.connect()).properties?.receiveMaximum,
    { with: 3, without: 32 },
    { lead: `${START}${FORWARDS}${SITE}.proto_ver = mqttv5\n` },
  ),
  row(
    { start_type: 'auto' },
    async (remote) => (await remote.connectsWithin(500)) > 0,
    { with: true, without: false },
    { lead: `${SITE}.address = 127.0.0.1:{other}\n${FORWARDS}` },
  ),
  row(
    { address: '127.0.0.1:{other}', start_type: 'auto', forwards: 't/#' },
    async (remote) => (await remote.connectsWithin(500)) > 0,
    { with: true, without: false },
    { lead: '' },
  ),
  row(
    { forwards: 't/#,u/+' },
    (remote, b) => forwarded(remote, b, ['u/1', 'v/1']),
    { with: ['u/1 x 1', 't/end end 1'], without: ['t/end end 1'] },
    { lead: START, otherwise: FORWARDS },
  ),
  ...['forward_mountpoint', 'mountpoint'].map((key) =>
    row({ [key]: 'from/here/' }, (remote, b) => forwarded(remote, b, []), {
      with: ['from/here/t/end end 1'],
      without: ['t/end end 1'],
    }),
  ),
  row({ 'subscription.1.topic': 'cmd/#', 'subscription.1.qos': '2', receive_mountpoint: 'from/there/' }, received, {
    with: { asked: ['cmd/# 2'], got: ['from/there/cmd/x'] },
    without: { asked: [], got: [] },
  }),
  row(
    { reconnect_interval: '200ms' },
    async (remote) => {
      await remote.connect();
      remote.drop();
      await pause(1_500);
      return remote.connects.length > 1;
    },
    { with: true, without: false },
  ),
  row(
    { ssl: 'on', cacertfile: 'etc/certs/ca.pem', certfile: 'etc/certs/own.pem', keyfile: 'etc/certs/own.key' },
    async (remote) => {
      if ((await remote.connectsWithin(1_000)) === 0) return 'no CONNECT';
      return Object.keys(remote.socket.getPeerCertificate?.() ?? {}).length > 0;
    },
    { with: true, without: 'no CONNECT' },
    {
      tls: async () => {
        const { cert, key } = await certificateFiles();
        return { cert, key, requestCert: true, rejectUnauthorized: false };
      },
    },
  ),
  // The queue on disk is bounded in bytes, and not by the queue of clients.
  ...[
    { keys: {}, waiting: { with: 20, without: 20 } },
    { keys: { 'queue.max_total_size': '4KB' }, waiting: { with: true, without: false } },
  ].map(({ keys, waiting }) =>
    row(
      keys,
      async (remote, b) => {
        await remote.connectsWithin(300);
        await remote.close();
        const guest = await b.guest({ connect: { clientId: 'publisher' } });
        for (let i = 0; i < 20; i++) await guest.publish(`t/${i}`, 'x'.repeat(1_000), { qos: 1 });
        const later = await Remote.open(b.otherPort);
        await later.connect();
        await pause(300);
        const arrived = later.publishes.length;
        return 'queue.max_total_size' in keys ? arrived < 20 : arrived;
      },
      waiting,
      { lead: `${START}${FORWARDS}${SITE}.reconnect_interval = 1s\nzone.external.max_mqueue_len = 2\n` },
    ),
  ),
  // The queue is the store: what waits while the other broker is away is there after a restart.
  row(
    { forwards: 't/#' },
    async (remote, b) => {
      await remote.connectsWithin(300);
      await remote.close();
      const guest = await b.guest({ connect: { clientId: 'publisher' } });
      await guest.publish('t/kept', 'kept', { qos: 1 });
      await b.stop();
      const later = await Remote.open(b.otherPort);
      const again = await b.again();
      await later.connect();
      await pause(300);
      await again.stop();
      return later.publishes.map(({ topic }) => topic);
    },
    { with: ['t/kept'], without: [] },
    { lead: `${START}${SITE}.subscription.1.topic = cmd/#\n` },
  ),
];
