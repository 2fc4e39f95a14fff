/** A broker with a home directory of EMQX, and one with the hoopoe.yaml that it is converted into: clients see the same. */

import type { Packet } from 'mqtt-packet';
import { expect, it } from 'vitest';
import { convertHome } from '../../src/config/emqx/convert.ts';
import { readHomeOnDisk } from '../../src/config/emqx/dialect.ts';
import { pause } from '../listeners/listening.ts';
import type { Guest, GuestOptions } from './effects/guest.ts';
import { type HomeTexts, startHome, writeHome, writeStockHome } from './effects/homes.ts';
import { newPlace, type Place, type Running, startConf } from './effects/running.ts';

const users = `{emqx_management, true}.
{emqx_dashboard, true}.
{emqx_retainer, true}.
{emqx_auth_mnesia, true}.
`;

/**
 * What was told, without what differs between two runs of the same: made-up identifiers, ports, times, and what overtakes
 * what while some of it waits for the disk.
 */
function told(packets: readonly Packet[]): string[] {
  const telling = packets.filter(({ cmd }) => cmd !== 'pingresp');
  const texts = telling.map(({ messageId: _, ...packet }) =>
    JSON.stringify({ ...packet, ...('payload' in packet && { payload: String(packet.payload) }) })
      .replace(/[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}/gi, 'UUID')
      .replace(/[0-9a-zA-Z]{20,}/g, 'ID')
      .replace(/(\\?"(ts|connected_at|disconnected_at|sockport)\\?":)\d+/g, '$1N')
      .replace(/"payload":"(\d+ seconds|\d+|\d{4}-\d\d-\d\d [\d:]+)"/g, '"payload":"N"'),
  );
  return texts.sort();
}

/** Resolves when nothing has come for a moment. */
async function quiet(...guests: readonly (Guest | undefined)[]): Promise<void> {
  const count = (): number => guests.reduce((sum, guest) => sum + (guest?.packets.length ?? 0), 0);
  for (let before = -1; before !== count(); ) {
    before = count();
    await pause(250);
  }
}

const admin = { username: 'admin', password: Buffer.from('your_own_password') };

const logins: readonly NonNullable<GuestOptions['connect']>[] = [
  { clientId: 'c1' },
  { clientId: '' },
  { clientId: 'c2', ...admin },
  { clientId: 'c3', ...admin, password: Buffer.from('wrong') },
  { clientId: 'c4', username: 'nobody', password: Buffer.from('wrong') },
  { clientId: 'c5', keepalive: 1000 },
];

async function guestOr(running: Running, options: GuestOptions): Promise<Guest | undefined> {
  return await running.guest(options).catch(() => undefined);
}

/** What clients of three versions are told in a small life of a broker, with a stop in between. */
async function transcript(start: () => Promise<Running>): Promise<unknown> {
  const seen: unknown[] = [];
  const first = await start();
  const watcher = await guestOr(first, { connect: { clientId: 'watcher', ...admin } });
  seen.push(await watcher?.subscribe('$SYS/brokers/+/clients/#', 1));
  for (const version of [3, 4, 5] as const) {
    // The codec refuses an empty identifier of 3.1 by itself.
    for (const connect of logins.filter(({ clientId }) => version > 3 || clientId !== ''))
      seen.push([version, connect, await first.answer({ version, connect })]);
    const connect = { ...admin, clientId: `lasting-${version}`, clean: false };
    const guest = await guestOr(first, { version, connect });
    if (guest === undefined) continue;
    for (const filter of ['open/#', 'open/+', '#', '$SYS/brokers', '$share/g/none', 'a/b/c/d/e/f/g'])
      seen.push(await guest.subscribe(filter, 2));
    for (const qos of [0, 1] as const) await guest.publish('open/a', `at ${qos}`, { qos, retain: true });
    await guest.publish('$delayed/0/open/later', 'x', { qos: 1 });
    // One that is too large ends the connection, whatever still waits for the disk.
    await quiet(guest);
    await guest.publish('open/b', 'y'.repeat(5000), { qos: 1 });
    await quiet(guest);
    seen.push(told(guest.packets));
    await guest.drop();
  }
  const loud = await guestOr(first, { connect: { clientId: 'loud', ...admin } });
  for (let i = 0; i < 6; i++) await loud?.publish('open/q', String(i), { qos: i % 2 === 0 ? 1 : 0 });
  await quiet(watcher, loud);
  seen.push(told(watcher?.packets ?? []), told(loud?.packets ?? []));
  const second = await first.again();
  const back = await guestOr(second, { version: 4, connect: { clientId: 'lasting-4', clean: false, ...admin } });
  await quiet(back);
  seen.push(told(back?.packets ?? []));
  await second.stop();
  return seen;
}

const homes: readonly (readonly [what: string, more: string, texts: HomeTexts])[] = [
  ['as it is installed', '', {}],
  [
    'with logins and rules',
    'allow_anonymous = false\nacl_nomatch = deny\n',
    {
      'data/loaded_plugins': users,
      'etc/acl.conf':
        '{allow, {user, "admin"}, subscribe, ["$SYS/#"]}.\n{deny, all, publish, ["open/b"]}.\n{allow, all, pubsub, ["open/#"]}.\n',
    },
  ],
  [
    'with limits of its zones and modules',
    `mqtt.max_packet_size = 4KB
mqtt.max_qos_allowed = 1
mqtt.max_topic_levels = 6
mqtt.shared_subscription = false
zone.external.max_inflight = 2
zone.external.max_mqueue_len = 3
zone.external.mqueue_store_qos0 = false
zone.external.mountpoint = site/%c/
zone.external.server_keepalive = 30
acl_deny_action = disconnect
`,
    {
      'data/loaded_modules': '{emqx_mod_acl_internal, true}.\n{emqx_mod_presence, true}.\n{emqx_mod_delayed, true}.\n',
    },
  ],
];

it.each(homes)('a home directory %s', async (_what, more, texts) => {
  const [original, other] = [await newPlace(), await newPlace()];
  // The same ports, one after the other, so that whatever names them is the same.
  const converted: Place = { ...original, path: other.path };
  for (const place of [original, converted]) {
    await writeStockHome(place, more);
    writeHome(texts, place);
  }
  const { yaml } = convertHome(readHomeOnDisk(converted.path, {}));
  const before = await transcript(() => startHome(original));
  const after = await transcript(() => startConf(yaml, converted, {}, 'yaml'));
  expect(after).toEqual(before);
  // As many as have something to tell.
  expect(JSON.stringify(before).length).toBeGreaterThan(5000);
});
