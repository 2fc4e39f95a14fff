/**
 * The options of the tools, one row each: its names, which tools have it, what its value is called, and what it sets.
 * The usage is made of the same rows.
 */

import { topicFilterProblem, topicNameProblem } from '../../../topic/name.ts';
import { parseFilter } from '../../../topic/share.ts';
import { type ClientOptions, type Payload, type ToolKind, ToolUsageError } from './client-options.ts';

export interface OptionRow {
  /** `-h`, `--host`; the first is the one that usage shows. */
  readonly names: readonly string[];
  readonly tools: readonly ToolKind[];
  /** What the value is called in messages: "-h argument given but no host specified". Absent for switches. */
  readonly noun?: string;
  /** What it is called in the usage. */
  readonly placeholder?: string;
  readonly sentence: string;
  /** Known only to our own names. */
  readonly nativeOnly?: boolean;
  /** @param flag as it was typed */
  set(options: ClientOptions, value: string, flag: string): void;
}

const all: readonly ToolKind[] = ['pub', 'sub', 'rr', 'bench'];
const clients: readonly ToolKind[] = ['pub', 'sub', 'rr'];
const senders: readonly ToolKind[] = ['pub', 'rr'];

/** As C's atoi: what does not begin with a number is 0. */
export function integer(text: string): number {
  const number = Number.parseInt(text, 10);
  return Number.isNaN(number) ? 0 : number;
}

export function loose(message: string): ToolUsageError {
  return new ToolUsageError(message, 2);
}

function setPayload(options: ClientOptions, payload: Payload): void {
  if (options.payload.kind !== 'none') throw loose('Error: Only one type of message can be sent at once.');
  options.payload = payload;
}

function qosOf(value: string): 0 | 1 | 2 {
  const qos = integer(value);
  if (qos !== 0 && qos !== 1 && qos !== 2) throw new ToolUsageError(`Error: Invalid QoS given: ${qos}`);
  return qos;
}

export function isFilter(text: string): boolean {
  const parsed = parseFilter(text);
  return typeof parsed !== 'string' && topicFilterProblem(parsed.filter) === undefined;
}

function addTopic(options: ClientOptions, value: string, flag: string): void {
  if (value.includes('\ufffd')) throw loose(`Error: Malformed UTF-8 in ${flag} argument.`);
  if (options.kind === 'sub') {
    if (!isFilter(value)) {
      throw new ToolUsageError(`Error: Invalid subscription topic '${value}', are all '+' and '#' wildcards correct?`);
    }
    options.topics.push(value);
    return;
  }
  if (value !== '' && topicNameProblem(value) !== undefined) {
    throw new ToolUsageError(`Error: Invalid publish topic '${value}', does it contain '+' or '#'?`);
  }
  options.topics = [value];
}

/** A Session Expiry Interval that never ends. */
const FOR_EVER = 0xffffffff;

function sessionExpiry(value: string): number {
  if (value === '∞') return FOR_EVER;
  if (!/^-?\d+$/.test(value)) throw loose('Error: session-expiry-interval not a number.');
  const seconds = Number(value);
  if (seconds === -1) return FOR_EVER;
  if (seconds < 0 || seconds > FOR_EVER) throw loose('Error: session-expiry-interval out of range.');
  return seconds;
}

const versions: ReadonlyMap<string, 3 | 4 | 5> = new Map<string, 3 | 4 | 5>([
  ['mqttv31', 3],
  ['31', 3],
  ['mqttv311', 4],
  ['311', 4],
  ['mqttv5', 5],
  ['5', 5],
]);

/** `mqtt(s)://[user[:password]@]host[:port]/topic`. */
function setUrl(options: ClientOptions, value: string, flag: string): void {
  const match = /^(mqtts?):\/\/(.*)$/s.exec(value);
  if (match === null) throw loose('Error: unsupported URL scheme.');
  const [, scheme, rest = ''] = match;
  const slash = rest.indexOf('/');
  if (slash < 0) throw new ToolUsageError('Error: Invalid URL for -L argument specified - topic missing.');
  const at = rest.lastIndexOf('@', slash);
  const place = rest.slice(at + 1, slash);
  const login = at < 0 ? undefined : rest.slice(0, at);
  const port = /^(.*):(\d*)$/.exec(place);
  if (login !== undefined) {
    const colon = login.indexOf(':');
    options.username = colon < 0 ? login : login.slice(0, colon);
    if (colon >= 0) options.password = login.slice(colon + 1);
  }
  options.host = port?.[1] ?? place;
  if (port !== null) options.port = integer(port[2] ?? '');
  if (scheme === 'mqtts') options.tls.usesSystemAuthorities = true;
  addTopic(options, rest.slice(slash + 1), flag);
}

const connectionRows: readonly OptionRow[] = [
  {
    names: ['-h', '--host'],
    tools: all,
    noun: 'host',
    sentence: 'Host to connect to; localhost unless given.',
    set: (options, value) => {
      options.host = value;
    },
  },
  {
    names: ['-p', '--port'],
    tools: all,
    noun: 'port',
    sentence: 'Port to connect to; 1883 unless given, 8883 with TLS.',
    set: (options, value) => {
      const port = integer(value);
      if (port < 0 || port > 65_535) throw new ToolUsageError(`Error: Invalid port given: ${port}`);
      options.port = port;
    },
  },
  {
    names: ['--unix'],
    tools: all,
    noun: 'socket path',
    placeholder: 'path',
    sentence: 'Connect to this Unix socket instead.',
    set: (options, value) => {
      options.socketPath = value;
    },
  },
  {
    names: ['-L', '--url'],
    tools: clients,
    noun: 'URL',
    sentence: 'User, password, host, port and topic in one: mqtt(s)://[user[:password]@]host[:port]/topic.',
    set: setUrl,
  },
  {
    names: ['-u', '--username'],
    tools: all,
    noun: 'username',
    sentence: 'User name.',
    set: (options, value) => {
      options.username = value;
    },
  },
  {
    names: ['-P', '--pw'],
    tools: all,
    noun: 'password',
    sentence: 'Password.',
    set: (options, value) => {
      options.password = value;
    },
  },
  {
    names: ['-i', '--id'],
    tools: all,
    noun: 'id',
    sentence: 'Client identifier; the broker chooses one unless given.',
    set: (options, value) => {
      if (options.clientIdPrefix !== undefined) throw loose('Error: -i and -I argument cannot be used together.');
      options.clientId = value;
    },
  },
  {
    names: ['-I', '--id-prefix'],
    tools: all,
    noun: 'id prefix',
    placeholder: 'id_prefix',
    sentence: 'Client identifier made of this and the number of the process.',
    set: (options, value) => {
      if (options.clientId !== undefined) throw loose('Error: -i and -I argument cannot be used together.');
      options.clientIdPrefix = value;
    },
  },
  {
    names: ['-c', '--disable-clean-session'],
    tools: clients,
    sentence: 'Keep the session at the broker after the end; needs -i.',
    set: (options) => {
      options.cleanSession = false;
    },
  },
  {
    names: ['-x'],
    tools: clients,
    noun: 'session expiry interval',
    placeholder: 'session-expiry',
    sentence: 'Seconds that the session is kept (MQTT 5); -1 for ever.',
    set: (options, value) => {
      options.sessionExpirySeconds = sessionExpiry(value);
    },
  },
  {
    names: ['-k', '--keepalive'],
    tools: all,
    noun: 'keepalive',
    sentence: 'Seconds of silence after which the broker is asked whether it is there; 60 unless given.',
    set: (options, value) => {
      const seconds = integer(value);
      if (seconds < 5 || seconds > 65_535) {
        throw loose('Error: Invalid keepalive given, it must be between 5 and 65535 inclusive.');
      }
      options.keepAliveSeconds = seconds;
    },
  },
  {
    names: ['-V', '--protocol-version'],
    tools: all,
    noun: 'version',
    sentence: 'Version of MQTT: mqttv5, mqttv311 or mqttv31.',
    set: (options, value) => {
      const version = versions.get(value);
      if (version === undefined) throw loose('Error: Invalid protocol version argument given.');
      options.version = version;
    },
  },
  {
    names: ['-A'],
    tools: all,
    noun: 'address',
    placeholder: 'bind_address',
    sentence: 'Connect from this address.',
    set: (options, value) => {
      options.bindAddress = value;
    },
  },
  { names: ['--nodelay'], tools: all, sentence: 'Send small packets at once; this is always so here.', set: () => {} },
  {
    names: ['-M'],
    tools: clients,
    noun: 'max_inflight',
    sentence: 'QoS 1 and 2 messages that may wait for their acknowledgement.',
    set: (options, value) => {
      const count = integer(value);
      if (count < 1) throw loose('Error: Maximum inflight messages must be greater than 0.');
      options.inflightMax = count;
    },
  },
  {
    names: ['-d', '--debug'],
    tools: all,
    sentence: 'Tell of every packet.',
    set: (options) => {
      options.isDebug = true;
    },
  },
  {
    names: ['--quiet'],
    tools: all,
    sentence: 'Print no errors.',
    set: (options) => {
      options.isQuiet = true;
    },
  },
];

const messageRows: readonly OptionRow[] = [
  {
    names: ['-t', '--topic'],
    tools: all,
    noun: 'topic',
    sentence: 'Topic; sub may be given several.',
    set: addTopic,
  },
  {
    names: ['-e'],
    tools: ['rr'],
    noun: 'response topic',
    placeholder: 'response-topic',
    sentence: 'Topic on which the answer is awaited.',
    set: (options, value) => {
      if (!isFilter(value)) {
        throw new ToolUsageError(`Error: Invalid response topic '${value}', does it contain '+' or '#'?`);
      }
      options.responseTopic = value;
    },
  },
  {
    names: ['-q', '--qos'],
    tools: all,
    noun: 'QoS',
    sentence: 'Quality of service; 0 unless given.',
    set: (options, value) => {
      options.qos = qosOf(value);
    },
  },
  {
    names: ['-m', '--message'],
    tools: senders,
    noun: 'message',
    sentence: 'The message.',
    set: (options, value) => setPayload(options, { kind: 'text', text: value }),
  },
  {
    names: ['-f', '--file'],
    tools: senders,
    noun: 'file',
    sentence: 'Send what is in this file.',
    set: (options, value) => setPayload(options, { kind: 'file', path: value }),
  },
  {
    names: ['-l', '--stdin-line'],
    tools: ['pub'],
    sentence: 'Send each line of the input as a message.',
    set: (options) => setPayload(options, { kind: 'lines' }),
  },
  {
    names: ['-s', '--stdin-file'],
    tools: senders,
    sentence: 'Send the whole input as one message.',
    set: (options) => setPayload(options, { kind: 'input' }),
  },
  {
    names: ['-n', '--null-message'],
    tools: senders,
    sentence: 'Send a message without content.',
    set: (options) => setPayload(options, { kind: 'empty' }),
  },
  {
    names: ['-r', '--retain'],
    tools: ['pub'],
    sentence: 'The broker is to retain the message.',
    set: (options) => {
      options.retain = true;
    },
  },
  {
    names: ['--repeat'],
    tools: ['pub'],
    noun: 'count',
    placeholder: 'N',
    sentence: 'Send the message so many times.',
    set: (options, value) => {
      const count = integer(value);
      if (count < 1) throw loose('Error: --repeat argument must be >0.');
      options.repeat = count;
    },
  },
  {
    names: ['--repeat-delay'],
    tools: ['pub'],
    noun: 'time',
    sentence: 'Seconds between two of them.',
    set: (options, value) => {
      const seconds = Number.parseFloat(value);
      if (!(seconds >= 0)) throw loose('Error: --repeat-delay argument must be >=0.0.');
      options.repeatDelaySeconds = seconds;
    },
  },
];

export const basicRows: readonly OptionRow[] = [...connectionRows, ...messageRows];
