/**
 * `-D COMMAND PROPERTY VALUE`: properties of MQTT 5 by their names, for the packet that each belongs to. Which property
 * may be said of which packet is a table.
 */

import { ToolUsageError } from './client-options.ts';

export type MqttVersion = 3 | 4 | 5;

export type PropertyCommand = 'connect' | 'publish' | 'subscribe' | 'unsubscribe' | 'disconnect' | 'will';

/** Properties as MQTT.js takes them. User properties are lists, since names repeat. */
export type PropertyBag = Record<string, unknown> & { userProperties?: Record<string, string[]> };

export type ToolProperties = Readonly<Record<PropertyCommand, PropertyBag>>;

const commands: readonly string[] = ['connect', 'publish', 'subscribe', 'unsubscribe', 'disconnect', 'will'];

/** Known, but nothing that these tools send has them. */
const otherCommands: readonly string[] = [
  'auth',
  'connack',
  'puback',
  'pubrec',
  'pubrel',
  'pubcomp',
  'suback',
  'unsuback',
];

interface PropertyRow {
  /** In MQTT.js. */
  readonly key: string;
  readonly kind: 'byte' | 'u16' | 'u32' | 'varint' | 'text' | 'binary' | 'flag' | 'pair';
  readonly on: readonly PropertyCommand[];
}

const rows: ReadonlyMap<string, PropertyRow> = new Map<string, PropertyRow>([
  ['payload-format-indicator', { key: 'payloadFormatIndicator', kind: 'flag', on: ['publish', 'will'] }],
  ['message-expiry-interval', { key: 'messageExpiryInterval', kind: 'u32', on: ['publish', 'will'] }],
  ['content-type', { key: 'contentType', kind: 'text', on: ['publish', 'will'] }],
  ['response-topic', { key: 'responseTopic', kind: 'text', on: ['publish', 'will'] }],
  ['correlation-data', { key: 'correlationData', kind: 'binary', on: ['publish', 'will'] }],
  ['topic-alias', { key: 'topicAlias', kind: 'u16', on: ['publish'] }],
  ['subscription-identifier', { key: 'subscriptionIdentifier', kind: 'varint', on: ['subscribe'] }],
  ['session-expiry-interval', { key: 'sessionExpiryInterval', kind: 'u32', on: ['connect', 'disconnect'] }],
  ['authentication-method', { key: 'authenticationMethod', kind: 'text', on: ['connect'] }],
  ['authentication-data', { key: 'authenticationData', kind: 'binary', on: ['connect'] }],
  ['request-problem-information', { key: 'requestProblemInformation', kind: 'flag', on: ['connect'] }],
  ['request-response-information', { key: 'requestResponseInformation', kind: 'flag', on: ['connect'] }],
  ['receive-maximum', { key: 'receiveMaximum', kind: 'u16', on: ['connect'] }],
  ['topic-alias-maximum', { key: 'topicAliasMaximum', kind: 'u16', on: ['connect'] }],
  ['maximum-packet-size', { key: 'maximumPacketSize', kind: 'u32', on: ['connect'] }],
  ['will-delay-interval', { key: 'willDelayInterval', kind: 'u32', on: ['will'] }],
  ['reason-string', { key: 'reasonString', kind: 'text', on: ['disconnect'] }],
  [
    'user-property',
    {
      key: 'userProperties',
      kind: 'pair',
      on: ['connect', 'publish', 'subscribe', 'unsubscribe', 'disconnect', 'will'],
    },
  ],
]);

const maxima: Readonly<Record<string, number>> = { byte: 255, u16: 65_535, u32: 0xffffffff, varint: 268_435_455 };

/**
 * Reads the words behind `-D` into `properties`.
 * @returns how many words it took
 * @throws ToolUsageError
 */
export function readProperty(words: readonly string[], properties: ToolProperties): number {
  const [command, name, value, second] = words;
  if (command === undefined || name === undefined || value === undefined) throw tooFew();
  const isCommand = (text: string): text is PropertyCommand => commands.includes(text);
  if (!isCommand(command) && !otherCommands.includes(command)) {
    throw new ToolUsageError('Error: Invalid command given in --property argument.', 2);
  }
  const row = rows.get(name);
  if (row === undefined) throw new ToolUsageError('Error: Invalid property name given in --property argument.', 2);
  if (!isCommand(command)) {
    throw new ToolUsageError(`Error: ${name} property not supported for ${command} in --property argument.`, 2);
  }
  if (!row.on.includes(command)) {
    throw new ToolUsageError(`Error: ${name} property not allowed for ${command} in --property argument.`, 2);
  }
  const bag = properties[command];
  if (row.kind === 'pair') {
    if (second === undefined) throw tooFew();
    addUserProperty(bag, value, second);
    return 4;
  }
  bag[row.key] = propertyValue(row, value, command);
  return 3;
}

function tooFew(): ToolUsageError {
  return new ToolUsageError('Error: --property argument given but not enough arguments specified.', 2);
}

function addUserProperty(bag: PropertyBag, name: string, value: string): void {
  bag.userProperties ??= Object.create(null) as Record<string, string[]>;
  const values = bag.userProperties[name] ?? [];
  values.push(value);
  bag.userProperties[name] = values;
}

function propertyValue(row: PropertyRow, text: string, command: PropertyCommand): unknown {
  if (row.kind === 'text') return text;
  if (row.kind === 'binary') return Buffer.from(text);
  const number = /^\s*-?\d+/.test(text) ? Number.parseInt(text, 10) : 0;
  if (row.kind === 'flag') {
    // MQTT has nothing but 0 and 1 here.
    if (number !== 0 && number !== 1) throw outOfRange(command);
    return number === 1;
  }
  const isZeroAllowed = !['topicAlias', 'receiveMaximum', 'maximumPacketSize', 'subscriptionIdentifier'].includes(
    row.key,
  );
  if (number < (isZeroAllowed ? 0 : 1) || number > (maxima[row.kind] ?? 0)) throw outOfRange(command);
  return number;
}

function outOfRange(command: PropertyCommand): ToolUsageError {
  return new ToolUsageError(
    `Error in ${command.toUpperCase()} properties: A network protocol error occurred when communicating with the broker.`,
  );
}
