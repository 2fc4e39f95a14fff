/**
 * How received messages are printed: `-F` with its `%` fields, `@` times and `\` escapes, `-v`, and JSON. A format is
 * read once; rendering makes bytes, because a payload need not be text.
 */

import type { IPublishPacket } from 'mqtt';
import { type ClientOptions, ToolUsageError } from '../options/client-options.ts';
import { messageJson } from './message-json.ts';
import { timeField } from './time-fields.ts';

export interface Printed {
  readonly topic: string;
  readonly payload: Buffer;
  readonly packet: IPublishPacket;
  /** Milliseconds since the epoch, and the nanoseconds within the second. */
  readonly time: { readonly date: Date; readonly nanoseconds: number };
}

type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'time'; readonly field: string }
  | { readonly kind: 'field'; readonly field: string; readonly shape: Shape };

interface Shape {
  readonly left: boolean;
  readonly zero: boolean;
  readonly width: number;
  readonly precision: number | undefined;
}

const fields = 'AcCDEFIjJlmpPqrRStUxX%';

const escapes: ReadonlyMap<string, string> = new Map([
  ['0', '\0'],
  ['\\', '\\'],
  ['a', '\x07'],
  ['e', '\x1b'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
]);

/** @throws ToolUsageError */
function parseFormat(text: string): readonly Part[] {
  const parts: Part[] = [];
  for (let at = 0; at < text.length; ) {
    const character = text[at++] ?? '';
    if (character === '\\') {
      const letter = text[at++];
      if (letter === undefined) throw new ToolUsageError('Error: Incomplete escape specifier.');
      const meaning = escapes.get(letter);
      if (meaning === undefined) throw new ToolUsageError(`Error: Invalid escape specifier '${letter}'.`);
      parts.push({ kind: 'text', text: meaning });
    } else if (character === '@') {
      const field = text[at++];
      if (field === undefined) throw new ToolUsageError('Error: Incomplete format specifier.');
      parts.push(field === '@' ? { kind: 'text', text: '@' } : { kind: 'time', field });
    } else if (character === '%') {
      const found = /^([-0]*)(\d*)(?:\.(\d*))?(.)?/s.exec(text.slice(at)) ?? [];
      const [whole = '', flags = '', width = '', precision, field] = found;
      at += whole.length;
      if (field === undefined) throw new ToolUsageError('Error: Incomplete format specifier.');
      if (!fields.includes(field)) throw new ToolUsageError(`Error: Invalid format specifier '${field}'.`);
      const left = flags.includes('-');
      const shape: Shape = {
        left,
        zero: flags.includes('0') && !left,
        width: Number(width),
        precision: precision === undefined ? undefined : Number(precision),
      };
      parts.push(field === '%' ? { kind: 'text', text: '%' } : { kind: 'field', field, shape });
    } else {
      parts.push({ kind: 'text', text: character });
    }
  }
  return parts;
}

/** Prints messages as the options say. `fail` is told of a payload that cannot be shown as asked. */
export function printerOf(
  options: ClientOptions,
  hasColour: boolean,
  fail: (text: string) => void,
): (message: Printed) => Buffer {
  const end = options.endsLines ? '\n' : '';
  if (options.isJson) return (message) => Buffer.from(`${messageJson(message, 'safe', options.isPretty)}\n`);
  if (options.format !== undefined) {
    const parts = parseFormat(options.format);
    return (message) =>
      Buffer.concat([...parts.map((part) => rendered(part, message, options, fail)), Buffer.from(end)]);
  }
  return ({ topic, payload }) => {
    const head = hasColour ? `\x1b[36m${visible(topic)}\x1b[0m ` : `${topic} `;
    return Buffer.concat([Buffer.from(options.isVerbose ? head : ''), payload, Buffer.from(end)]);
  };
}

/** On a terminal a topic must not be able to move the cursor. */
function visible(topic: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  return topic.replace(/[\x00-\x1f\x7f-\x9f]/g, '\ufffd');
}

function rendered(part: Part, message: Printed, options: ClientOptions, fail: (text: string) => void): Buffer {
  if (part.kind === 'text') return Buffer.from(part.text, 'utf8');
  if (part.kind === 'time') return Buffer.from(timeField(part.field, message.time));
  const { field, shape } = part;
  const { payload, topic } = message;
  if (field === 'p') return payload;
  if (field === 'j') return Buffer.from(messageJson(message, 'text', options.isPretty));
  if (field === 'J') {
    const json = parsedJson(payload);
    if (json !== undefined) return Buffer.from(messageJson(message, 'json', options.isPretty));
    fail(`Error: Message payload is not valid JSON on topic ${topic}.`);
    return Buffer.alloc(0);
  }
  return Buffer.from(shaped(fieldText(field, message), field, shape));
}

function parsedJson(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString());
  } catch {
    return undefined;
  }
}

function fieldText(field: string, { topic, payload, packet, time }: Printed): string {
  const properties = packet.properties ?? {};
  switch (field) {
    case 'A':
      return String(properties.topicAlias ?? '');
    case 'C':
      return properties.contentType ?? '';
    case 'D':
      return properties.correlationData?.toString() ?? '';
    case 'E':
      return String(properties.messageExpiryInterval ?? '');
    case 'F':
      return properties.payloadFormatIndicator === undefined ? '' : String(Number(properties.payloadFormatIndicator));
    case 'P':
      return userPropertyTexts(packet, ':').join(' ');
    case 'R':
      return properties.responseTopic ?? '';
    case 'S':
      return String([properties.subscriptionIdentifier ?? []].flat()[0] ?? '');
    case 'I':
      return `${time.date.toISOString().slice(0, 19)}+0000`;
    case 'U':
      return `${Math.floor(time.date.getTime() / 1000)}.${String(time.nanoseconds).padStart(9, '0')}`;
    case 'l':
      return String(payload.length);
    case 'm':
      return String(packet.messageId ?? 0);
    case 'q':
      return String(packet.qos);
    case 'r':
      return packet.retain ? '1' : '0';
    case 't':
    case 'c':
      return topic;
    default:
      return field === 'X' ? payload.toString('hex').toUpperCase() : payload.toString('hex');
  }
}

function userPropertyTexts({ properties }: IPublishPacket, separator: string): string[] {
  return Object.entries(properties?.userProperties ?? {}).flatMap(([name, values]) =>
    [values].flat().map((value) => `${name}${separator}${value}`),
  );
}

/** Numbers of one digit have no width, nor has what is not there. */
const unshaped: ReadonlySet<string> = new Set(['q', 'r', 'm', 'A', 'E', 'F', 'S']);

function shaped(text: string, field: string, { left, zero, width, precision }: Shape): string {
  if (unshaped.has(field) || (field === 'R' && text === '')) return text;
  const cut = precision === undefined ? text : text.slice(0, precision);
  if (left) return cut.padEnd(width);
  return cut.padStart(width, zero && /^\d*$/.test(cut) ? '0' : ' ');
}
