/**
 * Through which brokers a message came, in a User Property: bridges over MQTT 5 add the broker that they belong to, and
 * none sends a message to a broker that it came through, however many brokers are in the ring and whoever made them.
 */

import { createHash } from 'node:crypto';
import type { Message } from '../packet/message.ts';
import type { Properties } from '../packet/types.ts';

const NAME = 'hoopoe-path';
/** Of brokers that are remembered, the last ones. */
const BROKERS_MAX = 32;
/** A message with this many User Properties of its own gets no further one, since brokers have limits for them. */
const OWN_PROPERTIES_MAX = 48;
/**
 * How long a message is on its way round that has left a broker and came back to it through a client, in milliseconds.
 * After that it is a retained message that is sent anew, to a broker that may have lost it.
 */
const ROUND_MS = 30_000;
/** Bytes at each end of a payload that its path is bound to. */
const SEALED_BYTES = 1024;

/** A broker that a message came through. */
export interface Passed {
  readonly brokerId: string;
  /** When, by the clock of that broker, in milliseconds since the epoch. */
  readonly atMs: number;
}

/**
 * The brokers that the message came through, the first one first; empty where it has no path that belongs to it. An
 * application that answers a message, or publishes it under another name, may copy its User Properties: what it
 * publishes is a new message, so a path says for which payload and end of the topic it holds.
 */
export function pathOf(message: Message): readonly Passed[] {
  const pairs = message.properties?.userProperties;
  if (pairs === undefined) return [];
  const passed: Passed[] = [];
  for (const [name, value] of pairs) if (name === NAME) passed.push(...read(value, message));
  return passed;
}

function read(value: string, message: Message): Passed[] {
  const [length = '', seal, ...brokers] = value.split('.');
  const tail = Number(length);
  if (!/^\d{1,5}$/.test(length) || tail > message.topic.length || brokers.length > BROKERS_MAX) return [];
  if (seal !== sealOf(message.topic.slice(message.topic.length - tail), message)) return [];
  return brokers.map((text) => {
    const [brokerId = '', seconds = ''] = text.split('-');
    return { brokerId, atMs: Number.parseInt(seconds, 36) * 1000 };
  });
}

/** Of a long payload its ends and its length stand for all of it: a copy of the properties is no forgery. */
function sealOf(topic: string, { payload }: Message): string {
  const hash = createHash('sha256').update(`${topic}\0${payload.length}\0`).update(payload.subarray(0, SEALED_BYTES));
  if (payload.length > SEALED_BYTES)
    hash.update(payload.subarray(Math.max(SEALED_BYTES, payload.length - SEALED_BYTES)));
  return hash.digest('base64url').slice(0, 12);
}

/** The properties of a message that goes on under `topic`, with one more broker in its path. */
export function propertiesWithPath(
  message: Message,
  topic: string,
  path: readonly Passed[],
  here: Passed,
): Properties | undefined {
  const pairs = message.properties?.userProperties?.filter(([name]) => name !== NAME) ?? [];
  if (pairs.length > OWN_PROPERTIES_MAX) return message.properties;
  const brokers = [...path, here].slice(-BROKERS_MAX);
  const texts = brokers.map(({ brokerId, atMs }) => `${brokerId}-${Math.floor(atMs / 1000).toString(36)}`);
  const value = [topic.length, sealOf(topic, message), ...texts].join('.');
  return { ...message.properties, userProperties: [...pairs, [NAME, value]] };
}

/**
 * Whether a message is on its way round: it came through the broker that it would go to, or through the one that it comes
 * from a moment ago.
 */
export function goesRound(
  path: readonly Passed[],
  { from, to }: { readonly from: string; readonly to: string },
  nowMs: number,
): boolean {
  return path.some(({ brokerId, atMs }) => brokerId === to || (brokerId === from && nowMs - atMs < ROUND_MS));
}
