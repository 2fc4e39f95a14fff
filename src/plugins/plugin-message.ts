/** A message as plugins see it, and the message that comes of what a plugin wants changed. */

import { Message } from '../packet/message.ts';
import type { Properties, Qos, UserProperty } from '../packet/types.ts';
import type { MessageChange, PluginMessage } from '../ports/plugin.ts';
import { quote } from '../std/shorten.ts';
import { topicNameProblem } from '../topic/name.ts';

/** Looks at a message without copying what nobody asks for. */
export class MessageView implements PluginMessage {
  readonly #message: Message;
  #payload: Buffer | undefined;
  readonly topic: string;
  readonly qos: Qos;
  readonly retain: boolean;
  readonly publisher: string;

  constructor(message: Message) {
    this.#message = message;
    // What another hook changes later must not change what this one was told.
    this.topic = message.topic;
    this.qos = message.qos;
    this.retain = message.retain;
    this.publisher = message.publisher;
  }

  get payload(): Buffer {
    this.#payload ??= Buffer.from(this.#message.payload);
    return this.#payload;
  }

  get text(): string {
    return this.#message.payload.toString('utf8');
  }

  get contentType(): string | undefined {
    return this.#message.properties?.contentType;
  }

  get responseTopic(): string | undefined {
    return this.#message.properties?.responseTopic;
  }

  get correlationData(): Buffer | undefined {
    const data = this.#message.properties?.correlationData;
    return data && Buffer.from(data);
  }

  get userProperties(): readonly UserProperty[] {
    return [...(this.#message.properties?.userProperties ?? [])];
  }

  get expirySeconds(): number | undefined {
    return this.#message.properties?.messageExpiryInterval;
  }
}

const TEXT_BYTES_MAX = 65_535;
const isText = (value: unknown): boolean => typeof value === 'string' && Buffer.byteLength(value) <= TEXT_BYTES_MAX;

/** What each part of a change has to be. */
const parts: Readonly<Record<keyof MessageChange, (value: unknown) => string | undefined>> = {
  topic: (value) => {
    if (typeof value !== 'string') return 'has to be a text';
    const problem = topicNameProblem(value);
    return problem === undefined ? undefined : `is ${quote(value)}, which ${problem}`;
  },
  payload: (value) =>
    typeof value === 'string' || value instanceof Uint8Array ? undefined : 'has to be a text or bytes',
  qos: (value) => (value === 0 || value === 1 || value === 2 ? undefined : 'has to be 0, 1 or 2'),
  retain: (value) => (typeof value === 'boolean' ? undefined : 'has to be true or false'),
  contentType: (value) => (isText(value) ? undefined : 'has to be a text of at most 65,535 bytes'),
  responseTopic: (value) =>
    typeof value === 'string' && topicNameProblem(value) === undefined ? undefined : 'has to be a topic name',
  userProperties: (value) => {
    const isPair = (pair: unknown): boolean => Array.isArray(pair) && pair.length === 2 && pair.every(isText);
    return Array.isArray(value) && value.length <= 1000 && value.every(isPair)
      ? undefined
      : 'has to be an array of pairs of texts';
  },
  expirySeconds: (value) =>
    Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 0xffff_ffff
      ? undefined
      : 'has to be a whole number of seconds',
};

/** What is wrong with a change, as the rest of a sentence; undefined when nothing is. */
export function changeProblem(change: object): string | undefined {
  for (const [name, value] of Object.entries(change)) {
    if (!Object.hasOwn(parts, name)) return `has the unknown field ${quote(name)}`;
    const problem = value === undefined ? undefined : parts[name as keyof MessageChange](value);
    if (problem !== undefined) return `${name} ${problem}`;
  }
  return undefined;
}

/** The message with the changes; they have been checked. */
export function changedMessage(message: Message, change: MessageChange): Message {
  const { topic = message.topic, qos = message.qos, retain = message.retain, payload } = change;
  const bytes = payload === undefined ? message.payload : Buffer.from(payload as Uint8Array);
  const changed = Message.of(topic, bytes, qos, retain, changedProperties(message.properties, change));
  // What comes with an expiry of its own begins to live now.
  changed.expiresAtMs = change.expirySeconds === undefined ? message.expiresAtMs : 0;
  changed.publisher = message.publisher;
  return changed;
}

function changedProperties(properties: Properties | undefined, change: MessageChange): Properties | undefined {
  const { contentType, responseTopic, userProperties, expirySeconds } = change;
  const given = [contentType, responseTopic, userProperties, expirySeconds];
  if (given.every((value) => value === undefined)) return properties;
  return {
    ...properties,
    ...(contentType !== undefined && { contentType }),
    ...(responseTopic !== undefined && { responseTopic }),
    ...(userProperties !== undefined && {
      userProperties: userProperties.map(([name, value]): UserProperty => [name, value]),
    }),
    ...(expirySeconds !== undefined && { messageExpiryInterval: expirySeconds }),
  };
}
