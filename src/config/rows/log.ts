/** The rows of the log: where its lines go, which there are, and what they look like. */

import type { OptionRow, TextRule } from '../../ports/option.ts';

const destinationRule: TextRule = {
  allowed: 'stderr, stdout, file, syslog, topic or none',
  test: (text) => ['stderr', 'stdout', 'file', 'syslog', 'topic', 'none'].includes(text),
};

const typeNames =
  'error, warning, notice, information, debug, subscribe, unsubscribe, websockets, internal, none or all';

const typeRule: TextRule = {
  allowed: typeNames,
  test: (text) => typeNames.split(/, | or /).includes(text),
};

const facilities = ['daemon', 'user', ...Array.from({ length: 8 }, (_, index) => `local${index}`)];

export const logRows: readonly OptionRow[] = [
  {
    name: 'log.level',
    type: { kind: 'one-of', values: ['error', 'warn', 'info', 'debug'] },
    default: 'info',
    reloadable: true,
    sentence: 'Least important kind of line that is logged; -v on the command line means debug.',
    mosquitto: 'log_type',
    emqx: 'log.level',
  },
  {
    name: 'log.types',
    type: { kind: 'list', rule: typeRule },
    default: [],
    reloadable: true,
    sentence:
      'The kinds of lines that are logged, one by one, in place of log.level: error, warning, notice (clients that ' +
      'come and go), information, debug, subscribe, unsubscribe, websockets, internal, all or none; ' +
      'empty for those of log.level.',
    mosquitto: 'log_type',
  },
  {
    name: 'log.destinations',
    type: { kind: 'list', rule: destinationRule },
    default: ['stderr'],
    reloadable: true,
    sentence:
      'Where lines go, all at once: stderr, stdout, file (log.file), syslog, topic ($SYS/broker/log/…), or none; ' +
      'a broker in the background writes to the file instead of stderr and stdout.',
    mosquitto: 'log_dest',
    emqx: 'log.to',
  },
  {
    name: 'log.file',
    type: { kind: 'path' },
    default: undefined,
    unset: 'hoopoe.log in the data folder',
    reloadable: true,
    sentence: 'File of the destination file; opened again at SIGHUP.',
    mosquitto: 'log_dest file',
    emqx: 'log.file',
  },
  {
    name: 'log.file_bytes_max',
    type: { kind: 'size', min: 0, max: 1_099_511_627_776 },
    default: 10_485_760,
    zero: 'it grows until something else moves it away and sends SIGHUP',
    reloadable: true,
    sentence: 'Size above which the file is moved aside, to log.file with .1 at its end, and a new one begins.',
    emqx: 'log.rotation.size',
  },
  {
    name: 'log.files_max',
    type: { kind: 'integer', min: 1, max: 1000 },
    default: 5,
    reloadable: true,
    sentence: 'How many files are kept that were moved aside; the oldest goes first.',
    emqx: 'log.rotation.count',
  },
  {
    name: 'log.format',
    type: { kind: 'one-of', values: ['text', 'json', 'mosquitto'] },
    default: 'text',
    reloadable: true,
    sentence:
      'What a line looks like: text with fields, one JSON object, or as Mosquitto writes it, with its words for clients ' +
      'that come and go.',
    emqx: 'log.formatter',
  },
  {
    name: 'log.connections',
    type: { kind: 'boolean' },
    default: false,
    reloadable: true,
    sentence:
      'Whether clients that come and go are worth a line at the level info rather than debug; a login that is refused ' +
      'has its line always.',
    mosquitto: 'connection_messages',
  },
  {
    name: 'log.timestamp',
    type: { kind: 'boolean' },
    default: true,
    reloadable: true,
    sentence: 'Whether lines on stderr, on stdout and in the file begin with the time.',
    mosquitto: 'log_timestamp',
  },
  {
    name: 'log.timestamp_format',
    type: { kind: 'string' },
    default: undefined,
    unset: 'ISO 8601 with milliseconds; the seconds since 1970 where log.format is mosquitto',
    reloadable: true,
    sentence: 'Form of the time, with the signs of strftime: %Y-%m-%dT%H:%M:%S.',
    mosquitto: 'log_timestamp_format',
    emqx: 'log.formatter.text.date.format',
  },
  {
    name: 'log.syslog_facility',
    type: { kind: 'one-of', values: facilities },
    default: 'daemon',
    reloadable: true,
    sentence: 'Facility of lines for syslog.',
    mosquitto: 'log_facility',
  },
  {
    name: 'log.syslog_socket',
    type: { kind: 'path' },
    default: '/dev/log',
    reloadable: true,
    sentence: 'Unix socket of syslog.',
  },
];
