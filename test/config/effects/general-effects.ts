/** Effects of the options of mosquitto.conf that belong to the whole broker: limits and behaviour. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EmbeddedBroker } from '../../../src/index.ts';
import { pause } from '../../listeners/listening.ts';
import { type Effect, LISTEN } from './effect.ts';
import type { Guest } from './guest.ts';
import type { Running } from './running.ts';

const LASTING = { clientId: 'lasting', clean: false } as const;

/** Payloads that a client of 3.1.1 gets when it comes back, of those that were published meanwhile. */
async function afterAway(b: Running, qos: 0 | 1, payloads: readonly string[]): Promise<string[]> {
  const first = await b.guest({ version: 4, connect: LASTING });
  await first.subscribe('t', qos);
  await first.leave();
  const publisher = await b.guest({ connect: { clientId: 'publisher' } });
  for (const payload of payloads) await publisher.publish('t', payload, { qos });
  const back = await b.guest({ version: 4, connect: LASTING });
  await back.settled();
  await back.settled();
  return back.payloads;
}

/** How many messages a client gets that acknowledges none. */
async function window(b: Running, bytes: number): Promise<number> {
  const silent = await b.guest({ version: 4, answers: false, connect: { clientId: 'silent' } });
  await silent.subscribe('t', 1);
  const publisher = await b.guest({ connect: { clientId: 'publisher' } });
  for (let i = 0; i < 30; i++) await publisher.publish('t', Buffer.alloc(bytes), { qos: 1 });
  await silent.settled();
  return silent.publishes.length;
}

/** What becomes of a client that publishes: the code of PUBACK, or of DISCONNECT. */
async function codeOfPublish(guest: Guest, bytes: number, retain: boolean = false): Promise<string> {
  await guest.publish('t', Buffer.alloc(bytes), { qos: 1, retain });
  const end = guest.packets.find(({ cmd }) => cmd === 'disconnect' || cmd === 'puback');
  return `${end?.cmd} ${(end as { reasonCode?: number } | undefined)?.reasonCode ?? 0}`;
}

async function properties(b: Running, version: 4 | 5 = 5): Promise<Readonly<Record<string, unknown>>> {
  const guest = await b.guest({ version });
  return { ...(await guest.first('connack'))?.properties };
}

/** Texts of a retained topic that a new client gets. */
async function retainedTexts(b: Running, filter: string): Promise<string[]> {
  const guest = await b.guest({ connect: { clientId: 'looker' } });
  await guest.subscribe(filter);
  await guest.settled();
  return guest.payloads;
}

const counted = (count: number): string[] => Array.from({ length: count }, (_, i) => String(i));

export const limitEffects: readonly Effect[] = [
  {
    option: 'max_inflight_messages',
    line: 'max_inflight_messages 3',
    see: async (b) => [(await properties(b))['receiveMaximum'], await window(b, 1)],
    with: [3, 3],
    without: [20, 20],
  },
  {
    option: 'max_inflight_bytes',
    line: 'max_inflight_bytes 2500',
    see: (b) => window(b, 1000),
    // One is sent as long as what is under way is below the limit, so two and a half are three.
    with: 3,
    without: 20,
  },
  {
    option: 'max_queued_messages',
    line: 'max_queued_messages 3',
    see: (b) => afterAway(b, 1, counted(9)),
    with: counted(3),
    without: counted(9),
  },
  {
    option: 'max_queued_bytes',
    line: 'max_queued_bytes 3000',
    see: async (b) => (await afterAway(b, 1, Array(9).fill('x'.repeat(1000)))).length,
    with: 2,
    without: 9,
  },
  {
    option: 'max_keepalive',
    line: 'max_keepalive 30',
    see: async (b) => [(await properties(b))['serverKeepAlive'], await b.answer({ version: 4 })],
    with: [30, 2],
    without: [undefined, 0],
  },
  {
    option: 'max_packet_size',
    line: 'max_packet_size 200',
    see: async (b) => [(await properties(b))['maximumPacketSize'], await codeOfPublish(await b.guest(), 300)],
    with: [200, 'disconnect 149'],
    without: [undefined, 'puback 16'],
  },
  {
    option: 'message_size_limit',
    line: 'message_size_limit 100',
    see: async (b) => {
      const receiver = await b.guest({ connect: { clientId: 'receiver' } });
      await receiver.subscribe('t');
      const code = await codeOfPublish(await b.guest(), 101);
      await receiver.settled();
      return [code, receiver.publishes.length];
    },
    // MQTT has no 0x95 for PUBACK, which Mosquitto's program sends; its manual says 0x83.
    with: ['puback 131', 0],
    without: ['puback 0', 1],
  },
  {
    option: 'persistent_client_expiration',
    line: 'persistent_client_expiration 2h',
    // Nobody waits two hours: this is after how long the broker ends it.
    see: async (b) => {
      const properties = { sessionExpiryInterval: 0xffff_ffff };
      await b.guest({ connect: { ...LASTING, properties } });
      const { inspect } = b.broker.observed.events as EmbeddedBroker;
      return inspect.client('lasting')?.expirySeconds;
    },
    with: 7200,
    without: 0xffff_ffff,
  },
];

export const behaviourEffects: readonly Effect[] = [
  {
    option: 'allow_duplicate_messages',
    line: 'allow_duplicate_messages true',
    see: async (b) => {
      const guest = await b.guest({ version: 4 });
      await guest.subscribe('a/#');
      await guest.subscribe('a/+');
      await guest.publish('a/b');
      return guest.publishes.length;
    },
    with: 2,
    without: 1,
  },
  {
    option: 'check_retain_source',
    line: 'check_retain_source false',
    conf: `${LISTEN}acl_file {dir}/acl\nLINE\n`,
    prepare: ({ path }) => writeFileSync(join(path, 'acl'), 'topic read kept\nuser ann\ntopic write kept\n'),
    see: async (b) => {
      const ann = await b.guest({ connect: { clientId: 'a', username: 'ann' } });
      await ann.publish('kept', 'it', { retain: true });
      writeFileSync(join(b.path, 'acl'), 'topic read kept\n');
      await b.broker.reload();
      return retainedTexts(b, 'kept');
    },
    with: ['it'],
    without: [],
  },
  {
    option: 'queue_qos0_messages',
    line: 'queue_qos0_messages true',
    see: (b) => afterAway(b, 0, ['x']),
    with: ['x'],
    without: [],
  },
  {
    option: 'retain_available',
    line: 'retain_available false',
    see: async (b) => [(await properties(b))['retainAvailable'], await codeOfPublish(await b.guest(), 1, true)],
    with: [false, 'disconnect 154'],
    without: [undefined, 'puback 16'],
  },
  {
    option: 'upgrade_outgoing_qos',
    line: 'upgrade_outgoing_qos true',
    see: async (b) => {
      const guest = await b.guest();
      await guest.subscribe('t', 1);
      await guest.publish('t');
      return guest.publishes.map(({ qos }) => qos);
    },
    with: [1],
    without: [0],
  },
  {
    option: 'set_tcp_nodelay',
    line: 'set_tcp_nodelay true',
    // What a socket was told, no other program on the machine can see: this is what the listener tells it.
    see: (b) => b.loaded.settings.listeners.get(`listener-${b.port}`)?.boolean('no_delay'),
    with: true,
    without: false,
  },
  {
    option: 'sys_interval',
    line: 'sys_interval 0',
    see: (b) => retainedTexts(b, '$SYS/broker/version'),
    with: [],
    without: [textLike(/^hoopoe version /i)],
  },
  {
    option: 'sys_interval',
    line: 'sys_interval 1',
    see: async (b) => {
      const guest = await b.guest();
      await guest.subscribe('$SYS/broker/uptime');
      await pause(2_500);
      return guest.publishes.length > 1;
    },
    with: true,
    without: false,
  },
  {
    option: 'clientid_prefixes',
    line: 'clientid_prefixes secure-',
    see: async (b) => [
      await b.answer(),
      await b.answer({ version: 4 }),
      await b.answer({ connect: { clientId: 'secure-1' } }),
    ],
    with: [0x87, 5, 0],
    without: [0, 0, 0],
  },
  {
    option: 'include_dir',
    line: 'include_dir {dir}/conf.d',
    prepare: ({ path }) => {
      mkdirSync(join(path, 'conf.d'), { recursive: true });
      writeFileSync(join(path, 'conf.d/a.conf'), 'clientid_prefixes secure-\n');
      writeFileSync(join(path, 'conf.d/a.conf.bak'), 'nonsense\n');
    },
    see: (b) => b.answer(),
    with: 0x87,
    without: 0,
  },
];

/** A text of a form, in what is expected. */
function textLike(form: RegExp): { asymmetricMatch: (seen: unknown) => boolean } {
  return { asymmetricMatch: (seen) => typeof seen === 'string' && form.test(seen) };
}
