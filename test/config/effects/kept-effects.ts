/** Effects of the options of mosquitto.conf about what is kept over a stop, and about the log. */

import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Effect, plainConf } from './effect.ts';
import type { Running } from './running.ts';

/** Whether a retained message is there after a stop and a start. */
async function isKept(b: Running): Promise<boolean> {
  const before = await b.guest();
  await before.publish('kept', 'it', { retain: true, qos: 1 });
  const after = await b.again();
  const guest = await after.guest();
  await guest.subscribe('kept');
  await guest.settled();
  await after.stop();
  return guest.payloads.includes('it');
}

/** Files of a folder after the stop, those of the store aside. */
async function filesAfter(b: Running, folder: string = ''): Promise<string[]> {
  await b.stop();
  const names = readdirSync(join(b.path, folder));
  return names.filter((name) => name.endsWith('.db')).sort();
}

/** Lines of the log after a client has come and gone. */
async function linesOf(b: Running): Promise<string[]> {
  const guest = await b.guest({ connect: { clientId: 'pump' } });
  await guest.subscribe('t');
  await guest.leave();
  await b.stop();
  return `${b.out}${b.err}`.split('\n').filter((line) => line !== '');
}

const has = async (b: Running, text: string): Promise<boolean> =>
  (await linesOf(b)).some((line) => line.includes(text));

export const persistenceEffects: readonly Effect[] = [
  { option: 'persistence', line: 'persistence true', see: isKept, with: true, without: false },
  { option: 'retained_persistence', line: 'retained_persistence true', see: isKept, with: true, without: false },
  {
    option: 'persistence_file',
    line: 'persistence_file x.db',
    conf: `${plainConf}persistence true\n`,
    see: (b) => filesAfter(b),
    with: ['x.db'],
    without: ['mosquitto.db'],
  },
  {
    option: 'persistence_location',
    line: 'persistence_location {dir}/sub/',
    conf: `${plainConf}persistence true\n`,
    prepare: ({ path }) => mkdirSync(join(path, 'sub')),
    see: async (b) => [await filesAfter(b), await filesAfter(b, 'sub')],
    with: [[], ['mosquitto.db']],
    without: [['mosquitto.db'], []],
  },
];

export const logEffects: readonly Effect[] = [
  {
    option: 'connection_messages',
    line: 'connection_messages false',
    see: (b) => has(b, ' as pump ('),
    with: false,
    without: true,
  },
  {
    option: 'log_dest',
    line: 'log_dest stdout',
    see: async (b) => {
      await linesOf(b);
      return [b.out.includes('running'), b.err.includes('running')];
    },
    with: [true, false],
    without: [false, true],
  },
  {
    option: 'log_dest',
    line: 'log_dest file {dir}/m.log',
    see: async (b) => {
      await linesOf(b);
      return [existsSync(join(b.path, 'm.log')), b.err.includes('running')];
    },
    with: [true, false],
    without: [false, true],
  },
  {
    option: 'log_dest',
    line: 'log_dest topic',
    see: async (b) => {
      const guest = await b.guest();
      await guest.subscribe('$SYS/broker/log/N', 2);
      await b.guest({ connect: { clientId: 'pump' } });
      await guest.settled();
      const told = guest.publishes.find(({ payload }) => payload.toString().includes(' as pump ('));
      // The whole line, with the time.
      return told && [told.qos, told.retain, /^\d{10}: New client connected from /.test(told.payload.toString())];
    },
    with: [2, false, true],
    without: undefined,
  },
  {
    option: 'log_timestamp',
    line: 'log_timestamp false',
    see: async (b) => (await linesOf(b)).every((line) => /^\d+: /.test(line)),
    with: false,
    without: true,
  },
  {
    option: 'log_timestamp_format',
    line: 'log_timestamp_format at %Y',
    see: async (b) => (await linesOf(b)).every((line) => /^at \d{4}: /.test(line)),
    with: true,
    without: false,
  },
  {
    option: 'log_type',
    line: 'log_type subscribe',
    see: async (b) => (await linesOf(b)).map((line) => line.replace(/^\d+: /, '')),
    with: ['pump 0 t'],
    without: { asymmetricMatch: (lines: unknown) => !(lines as string[]).includes('pump 0 t') },
  },
];

/** Who may come in, and what they may do. */
export const securityEffects: readonly Effect[] = [
  {
    option: 'allow_anonymous',
    line: 'allow_anonymous true',
    conf: 'listener {port} 127.0.0.1\nLINE\n',
    see: async (b) => [await b.answer(), await b.answer({ version: 4 })],
    with: [0, 0],
    without: [0x87, 5],
  },
  {
    option: 'per_listener_settings',
    line: 'per_listener_settings true',
    conf: 'LINE\nlistener {port} 127.0.0.1\nlistener {other} 127.0.0.1\nallow_anonymous true\n',
    see: (b) => b.answer(),
    with: 0x87,
    without: 0,
  },
  {
    option: 'allow_zero_length_clientid',
    line: 'allow_zero_length_clientid false',
    see: async (b) => [
      await b.answer({ connect: { clientId: '' } }),
      await b.answer({ version: 4, connect: { clientId: '' } }),
    ],
    with: [0x85, 2],
    without: [0, 0],
  },
  {
    option: 'auto_id_prefix',
    line: 'auto_id_prefix x-',
    see: async (b) => {
      const guest = await b.guest({ connect: { clientId: '' } });
      const given = (await guest.first('connack'))?.properties?.assignedClientIdentifier ?? '';
      return given.replace(/[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/i, 'UUID');
    },
    with: 'x-UUID',
    without: 'auto-UUID',
  },
];
