/** A broker with mosquitto.conf, and one with the hoopoe.yaml that it is converted into: the same clients see the same. */

import { pbkdf2Sync } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Packet } from 'mqtt-packet';
import { expect, it } from 'vitest';
import type { Loaded } from '../../src/config/load.ts';
import { convertConf } from '../../src/config/mosquitto/convert.ts';
import { confWorld } from '../../src/config/mosquitto/world.ts';
import type { Guest, GuestOptions } from './effects/guest.ts';
import { confText, newPlace, type Place, type Running, startConf } from './effects/running.ts';

const notes = readFileSync(new URL('../system/mosquitto-notes.conf', import.meta.url), 'utf8');

/** With every line that has a value in it, up to the bridges; and values for some that have none. */
const wholeNotes = `${notes
  .slice(0, notes.indexOf('# Bridges'))
  .replace(/^#([a-z_]+) (\S+)$/gm, '$1 $2')
  .replace(/^port 1883$/m, 'port {port}')
  .replace(/^persistence_location .*$/m, 'persistence_location {dir}/db/')}
clientid_prefixes c
password_file {dir}/passwd
acl_file {dir}/acl
persistent_client_expiration 14d
include_dir {dir}/conf.d
`;

const busy = `listener {port} 127.0.0.1
max_qos 1
max_topic_alias 3
mount_point site/
max_inflight_messages 2
max_queued_messages 3
max_packet_size 500
message_size_limit 100
max_keepalive 30
allow_duplicate_messages true
upgrade_outgoing_qos true
queue_qos0_messages true
auto_id_prefix x-
allow_anonymous true
password_file {dir}/passwd
acl_file {dir}/acl
persistence true
persistence_location {dir}/db/
`;

function files({ path }: Place): void {
  const salt = Buffer.from('0123456789ab');
  const hash = pbkdf2Sync('pw', salt, 101, 64, 'sha512');
  const line = `ann:$7$101$${salt.toString('base64')}$${hash.toString('base64')}\n`;
  writeFileSync(join(path, 'passwd'), line, { mode: 0o600 });
  writeFileSync(join(path, 'acl'), 'topic open/#\nuser ann\ntopic #\ntopic deny secret\n');
  mkdirSync(join(path, 'conf.d'));
  mkdirSync(join(path, 'db'));
}

/** Without what differs between two runs of the same: made-up identifiers, ports, times, and how often we asked for an answer. */
function told(packets: readonly Packet[]): string[] {
  const answers = packets.filter(({ cmd }) => cmd !== 'pingresp');
  return answers.sort(byKind).map((packet) =>
    JSON.stringify({ ...packet, ...('payload' in packet && { payload: String(packet.payload) }) })
      .replace(/[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}/gi, 'UUID')
      .replace(/"payload":"(\d+ seconds|[\d.]+)"/g, '"payload":"N"'),
  );
}

/** Those of one kind in their order. What stands between PUBLISH and PUBREL is for the disk to decide, which takes its time. */
function byKind({ cmd }: Packet, other: Packet): number {
  return cmd.localeCompare(other.cmd);
}

/** Resolves when nothing is on its way to or from the client any more: what waited for the disk has been sent and answered. */
async function quiet({ broker }: Running, guest: Guest | undefined): Promise<void> {
  const count = (): number | undefined => guest?.packets.filter(({ cmd }) => cmd !== 'pingresp').length;
  let before: number | undefined;
  do {
    before = count();
    await broker.observed.save();
    await guest?.settled();
  } while (count() !== before);
}

/** Ends a connection without DISCONNECT, and resolves when the broker knows: what comes later is for a client that is away. */
async function gone({ broker }: Running, guest: Guest, clientId: string): Promise<void> {
  // The broker may have ended it already, for a packet above its limits.
  if (guest.isClosed) return;
  const noticed = new Promise<void>((resolve) => {
    const stop = broker.observed.events.on('disconnected', ({ client }) => {
      if (client.clientId !== clientId) return;
      stop();
      resolve();
    });
  });
  await guest.drop();
  await noticed;
}

const logins: readonly NonNullable<GuestOptions['connect']>[] = [
  { clientId: 'c1' },
  { clientId: '' },
  { clientId: 'd' },
  { clientId: 'c2', username: 'ann', password: Buffer.from('pw') },
  { clientId: 'c3', username: 'ann', password: Buffer.from('wrong') },
  { clientId: 'c4', username: 'bob' },
  { clientId: 'c5', keepalive: 20 },
];

/** Everything that clients of three versions are told in a small life of a broker, with a stop in between. */
async function transcript(start: () => Promise<Running>): Promise<unknown> {
  const seen: unknown[] = [];
  const first = await start();
  for (const version of [3, 4, 5] as const) {
    // The codec refuses an empty identifier of 3.1 by itself.
    for (const connect of logins.filter(({ clientId }) => version > 3 || clientId !== ''))
      seen.push([version, connect, await first.answer({ version, connect })]);
    const fields = { username: 'ann', password: Buffer.from('pw') };
    const clientId = `c-ann-${version}`;
    const ann = await guestOr(first, { version, connect: { ...fields, clientId, clean: false } });
    if (ann === undefined) continue;
    for (const filter of ['open/#', 'open/+', 'secret', '$SYS/broker/version']) await ann.subscribe(filter, 2);
    for (const qos of [0, 1] as const) {
      await ann.publish('open/a', `at ${qos}`, { qos, retain: true });
      await ann.publish('secret', 'x', { qos });
    }
    await ann.publish('open/b', 'y'.repeat(101), { qos: 1 });
    await ann.publish('open/b', 'y'.repeat(600), { qos: 1 });
    await quiet(first, ann);
    await gone(first, ann, clientId);
    seen.push(told(ann.packets));
  }
  const loud = await guestOr(first, { connect: { clientId: 'c-loud', username: 'ann', password: Buffer.from('pw') } });
  for (let i = 0; i < 6; i++) await loud?.publish('open/q', String(i), { qos: i % 2 === 0 ? 1 : 0 });
  await quiet(first, loud);
  const second = await first.again();
  const back = await guestOr(second, {
    version: 4,
    connect: { clientId: 'c-ann-4', clean: false, username: 'ann', password: Buffer.from('pw') },
  });
  await quiet(second, back);
  seen.push(told(back?.packets ?? []), kept(second.path));
  await second.stop();
  return [...seen, kept(second.path)];
}

async function guestOr(running: Running, options: GuestOptions): Promise<Guest | undefined> {
  return await running.guest(options).catch(() => undefined);
}

const kept = (path: string): string[] =>
  [...readdirSync(path), ...readdirSync(join(path, 'db'))].filter((name) => /db|hoopoe$/.test(name)).sort();

/** Every option with its value. */
function valuesOf({ settings, listeners, dataDirectory }: Loaded): unknown {
  const entries = [...settings.entries.values()].flatMap((each) => [...each.values()]);
  const all = [settings, ...entries].flatMap((one) => [...one.all.values()].map(({ path, value }) => [path, value]));
  return {
    options: Object.fromEntries(all),
    listeners: listeners.map(({ name, host, port }) => [name, host, port]),
    dataDirectory,
  };
}

it.each([
  ['the file of the notes as it is printed', notes.replace(/^include_dir .*$/m, 'include_dir {dir}/conf.d')],
  ['the file of the notes with its lines', wholeNotes],
  ['listeners, limits, logins and permissions', busy],
] as const)('%s', async (_what, conf) => {
  const [original, other] = [await newPlace(), await newPlace()];
  // The same ports, one after the other, so that whatever names them is the same.
  const converted = { ...original, path: other.path };
  for (const place of [original, converted]) files(place);
  const { yaml } = convertConf(confText(conf, converted), 'mosquitto.conf', confWorld(converted.path));
  // Without a listener it is the standard port, and -p of the tests elsewhere.
  const text = yaml.replaceAll('1883', String(converted.port));
  const values: unknown[] = [];
  const started = async (running: Promise<Running>): Promise<Running> => {
    const one = await running;
    values.push(JSON.parse(JSON.stringify(valuesOf(one.loaded)).replaceAll(one.path, 'HERE')));
    return one;
  };
  const before = await transcript(() => started(startConf(conf, original)));
  const after = await transcript(() => started(startConf(text, converted, {}, 'yaml')));
  expect(values[1]).toEqual(values[0]);
  expect(after).toEqual(before);
  // As many as have something to tell.
  expect(JSON.stringify(before).length).toBeGreaterThan(3000);
});
