/** What `hoopoe bench` is told. */

import { type ClientOptions, defaultClientOptions, ToolUsageError } from '../options/client-options.ts';
import { optionRows } from '../options/secure-option-table.ts';

export type BenchKind = 'conn' | 'pub' | 'sub';

export interface BenchOptions {
  readonly kind: BenchKind;
  /** Host, login, TLS, version and QoS. */
  readonly connection: ClientOptions;
  clients: number;
  /** Connections that are made in a second; 0 for as many as go. */
  connectionsPerSecond: number;
  /** Messages published in a second by all clients together; 0 for as many as go. */
  messagesPerSecond: number;
  /** Of payload. */
  payloadBytes: number;
  seconds: number;
  /** Messages until the end; 0 for no end but the time. */
  messages: number;
  /** `%i` stands for the number of the client. */
  topic: string;
}

type Count = 'clients' | 'connectionsPerSecond' | 'messagesPerSecond' | 'payloadBytes' | 'seconds' | 'messages';

interface CountRow {
  readonly flag: string;
  readonly field: Count;
  readonly min: number;
  readonly max: number;
  readonly sentence: string;
}

const countRows: readonly CountRow[] = [
  {
    flag: '--clients',
    field: 'clients',
    min: 1,
    max: 100_000,
    sentence: 'Clients; 100 unless given, 10 for pub and sub.',
  },
  {
    flag: '--connect-rate',
    field: 'connectionsPerSecond',
    min: 0,
    max: 1e6,
    sentence: 'Connections made in a second; 0 as many as go.',
  },
  {
    flag: '--rate',
    field: 'messagesPerSecond',
    min: 0,
    max: 1e7,
    sentence: 'Messages in a second, of all clients together; 0 as many as go.',
  },
  { flag: '--size', field: 'payloadBytes', min: 16, max: 1e8, sentence: 'Bytes of each message; 64 unless given.' },
  { flag: '--time', field: 'seconds', min: 1, max: 1e6, sentence: 'Seconds that it lasts; 10 unless given.' },
  {
    flag: '--count',
    field: 'messages',
    min: 0,
    max: 1e9,
    sentence: 'Messages until the end; 0 for no end but the time.',
  },
];

/** @throws ToolUsageError; undefined when help was asked for */
export function parseBench(argv: readonly string[]): BenchOptions | undefined {
  const [kind, ...words] = argv;
  if (kind === '--help' || words.includes('--help')) return undefined;
  if (kind !== 'conn' && kind !== 'pub' && kind !== 'sub') {
    const got = kind === undefined ? 'nothing' : `'${kind}'`;
    throw new ToolUsageError(`Error: bench needs conn, pub or sub; got ${got}.`);
  }
  const connection = defaultClientOptions('bench', true);
  const options: BenchOptions = {
    kind,
    connection,
    clients: kind === 'conn' ? 100 : 10,
    connectionsPerSecond: 0,
    messagesPerSecond: 0,
    payloadBytes: 64,
    seconds: 10,
    messages: 0,
    topic: 'bench/%i',
  };
  for (let at = 0; at < words.length; ) {
    const word = words[at++] ?? '';
    const count = countRows.find(({ flag }) => flag === word);
    const row = optionRows.find(({ names, tools }) => names.includes(word) && tools.includes('bench'));
    if (count === undefined && row === undefined) throw new ToolUsageError(`Error: Unknown option '${word}'.`);
    if (row?.noun === undefined && row !== undefined) {
      row.set(connection, '', word);
      continue;
    }
    const value = words[at++];
    if (value === undefined) {
      throw new ToolUsageError(`Error: ${word} argument given but no ${row?.noun ?? 'number'} specified.`);
    }
    if (count !== undefined) options[count.field] = numberOf(count, value);
    else if (word === '-t' || word === '--topic') options.topic = value;
    else row?.set(connection, value, word);
  }
  if (/[+#\0]/.test(options.topic))
    throw new ToolUsageError(`Error: Invalid topic '${options.topic}' for a benchmark.`);
  return options;
}

function numberOf({ flag, min, max }: CountRow, text: string): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw new ToolUsageError(`Error: ${flag} got '${text}'; allowed: ${min} to ${max}.`);
}

export function benchUsage(name: string): string {
  const rows = optionRows.filter(({ tools }) => tools.includes('bench'));
  return [
    `Usage: ${name} {conn | pub | sub} [-h host] [-p port] [-q qos] [--clients N] [--time S] ...`,
    '',
    'conn opens connections and keeps them; pub publishes and measures the time to the acknowledgement;',
    'sub lets each client publish to itself and measures the time until the message is there.',
    '',
    ...countRows.map(({ flag, sentence }) => ` ${flag} : ${sentence}`),
    ...rows.map(({ names, sentence }) => ` ${names.join(', ')} : ${sentence}`),
    '',
  ].join('\n');
}
