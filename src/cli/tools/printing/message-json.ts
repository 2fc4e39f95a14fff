/** A received message as JSON, with the names and the order of mosquitto_sub. */

import type { Printed } from './format.ts';

/**
 * `text`: the payload is a JSON string. `json`: the payload is JSON and stands as it is. `safe`: a payload that is not
 * UTF-8 is in `payload_base64` instead.
 */
export type PayloadForm = 'text' | 'json' | 'safe';

/** By the name in MQTT.js. */
const propertyNames: ReadonlyMap<string, string> = new Map([
  ['topicAlias', 'topic-alias'],
  ['subscriptionIdentifier', 'subscription-identifier'],
  ['userProperties', 'user-properties'],
  ['contentType', 'content-type'],
  ['responseTopic', 'response-topic'],
  ['correlationData', 'correlation-data'],
  ['payloadFormatIndicator', 'payload-format-indicator'],
  ['messageExpiryInterval', 'message-expiry-interval'],
]);

export function messageJson(message: Printed, form: PayloadForm, isPretty: boolean): string {
  const { topic, payload, packet, time } = message;
  const stamp = `${time.date.toISOString().slice(0, 19)}.${String(Math.floor(time.nanoseconds / 1000)).padStart(6, '0')}Z+0000`;
  const entries: [string, unknown][] = [
    ['tst', stamp],
    ['topic', topic],
    ['qos', packet.qos],
    ['retain', packet.retain ? 1 : 0],
    ['payloadlen', payload.length],
  ];
  if (packet.qos > 0) entries.push(['mid', packet.messageId ?? 0]);
  const properties = propertiesOf(message);
  if (properties.length > 0) entries.push(['properties', new Ordered(properties)]);
  entries.push(payloadEntry(payload, form));
  return written(new Ordered(entries), isPretty ? 0 : undefined);
}

function payloadEntry(payload: Buffer, form: PayloadForm): [string, unknown] {
  const text = payload.toString('utf8');
  if (form === 'json') return ['payload', ordered(JSON.parse(text))];
  if (form === 'safe' && !Buffer.from(text).equals(payload)) return ['payload_base64', payload.toString('base64')];
  return ['payload', text];
}

/** In the order in which they came. */
function propertiesOf({ packet }: Printed): [string, unknown][] {
  return Object.entries(packet.properties ?? {}).flatMap(([key, value]): [string, unknown][] => {
    const name = propertyNames.get(key);
    if (name === undefined || value === undefined || value === null) return [];
    if (key === 'userProperties') {
      const pairs = Object.entries(value as object).flatMap(([one, values]) =>
        [values as string | string[]].flat().map((text): [string, unknown] => [one, text]),
      );
      return [[name, new Ordered(pairs)]];
    }
    if (key === 'payloadFormatIndicator') return [[name, Number(value)]];
    if (key === 'subscriptionIdentifier') return [value].flat().map((one): [string, unknown] => [name, one]);
    return [[name, Buffer.isBuffer(value) ? value.toString('utf8') : value]];
  });
}

/** An object whose names may be any text, may repeat, and keep their order. */
class Ordered {
  readonly entries: readonly (readonly [string, unknown])[];

  constructor(entries: readonly (readonly [string, unknown])[]) {
    this.entries = entries;
  }
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  return new Ordered(Object.entries(value).map(([name, one]) => [name, ordered(one)] as const));
}

/** @param depth of the indentation, undefined for one line */
function written(value: unknown, depth: number | undefined): string {
  const inner = depth === undefined ? undefined : depth + 1;
  const indent = (level: number | undefined): string => (level === undefined ? '' : '\t'.repeat(level));
  if (value instanceof Ordered) {
    if (value.entries.length === 0) return depth === undefined ? '{}' : `{\n${indent(depth)}}`;
    const colon = depth === undefined ? ':' : ':\t';
    const items = value.entries.map(
      ([name, one]) => `${indent(inner)}${JSON.stringify(name)}${colon}${written(one, inner)}`,
    );
    return depth === undefined ? `{${items.join(',')}}` : `{\n${items.join(',\n')}\n${indent(depth)}}`;
  }
  if (Array.isArray(value))
    return `[${value.map((one) => written(one, inner)).join(depth === undefined ? ',' : ', ')}]`;
  return JSON.stringify(value);
}
