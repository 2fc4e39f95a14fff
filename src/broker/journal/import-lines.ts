/**
 * Takes lines of JSON as `export-lines.ts` writes them, checks every one, and puts the records they stand for into the
 * store's open batch. Who calls commits, and gives up the store when a line was wrong. Numbers of sessions and messages
 * are new ones, so lines can be added to a store that has other sessions already.
 */

import { Message } from '../../packet/message.ts';
import { VARINT_MAX } from '../../packet/primitives.ts';
import type { Properties, Qos, SubscribeOptions } from '../../packet/types.ts';
import type { Store } from '../../ports/store.ts';
import { quote } from '../../std/shorten.ts';
import { topicNameProblem } from '../../topic/name.ts';
import { parseFilter } from '../../topic/share.ts';
import { parseRange } from '../admission/address-range.ts';
import { NEVER_EXPIRES } from '../session/session.ts';
import { LINES_FORMAT, type LineCounts } from './export-lines.ts';
import {
  base64,
  type Fields,
  flag,
  type Kind,
  LineMistake,
  list,
  longText,
  object,
  pair,
  text,
  textWith,
  time,
  whole,
} from './json-fields.ts';
import { publisherOf, willOwnerOf } from './publisher-lines.ts';
import {
  type BanRecord,
  decodeInflight,
  decodeJson,
  encodeInflight,
  encodeJson,
  encodeMessage,
  encodeQueued,
  numbersOfKey,
  PRESENT,
  recordKeys,
  type SessionRecord,
  type WillOwnerRecord,
} from './records.ts';

const anyNumber = whole(1, Number.MAX_SAFE_INTEGER);
const packetIdentifier = whole(1, 65_535);
const qosOf = whole(0, 2);
const seconds = whole(0, NEVER_EXPIRES);
const topicName = textWith(topicNameProblem);
const topicFilter = textWith((filter) => {
  const parsed = parseFilter(filter);
  return typeof parsed === 'string' ? parsed : undefined;
});

const addressRange = textWith((value) =>
  parseRange(value) === undefined ? 'is neither an address such as 10.0.0.1 nor a range such as 10.0.0.0/8' : undefined,
);
const banKind: Kind<BanRecord['kind']> = (value) => {
  if (value === 'client_id' || value === 'username' || value === 'address') return value;
  throw new LineMistake('is none of client_id, username, address');
};

/** What the lines so far said of a session. */
interface KnownSession {
  readonly number: number;
  readonly filters: Set<string>;
  readonly packetIds: Set<number>;
  /** As it was put last; a queued message may have to be noted in it. */
  record: SessionRecord | undefined;
  /** A message that is not in flight was queued; none in flight may follow. */
  isWaiting: boolean;
}

export class LineImport {
  readonly counts: LineCounts = { sessions: 0, subscriptions: 0, queuedMessages: 0, retainedMessages: 0 };
  readonly #store: Store;
  readonly #replaces: boolean;
  readonly #sessions = new Map<string, KnownSession>();
  /** Messages for several sessions, by the number that the lines give them. */
  readonly #messages = new Map<number, { readonly key: number; readonly bytes: number }>();
  readonly #topics = new Set<string>();
  readonly #bans = new Set<string>();
  #lastKey: number;
  #hasBegun = false;
  readonly #types: ReadonlyMap<string, (fields: Fields) => void> = new Map([
    ['hoopoe', (fields: Fields) => this.#format(fields)],
    ['session', (fields: Fields) => this.#session(fields)],
    ['subscription', (fields: Fields) => this.#subscription(fields)],
    ['message', (fields: Fields) => this.#message(fields)],
    ['queued', (fields: Fields) => this.#queued(fields)],
    ['retained', (fields: Fields) => this.#retained(fields)],
    ['ban', (fields: Fields) => this.#ban(fields)],
  ]);

  /** @param replaces whether a session or a retained message that the store has gives way to one of a line */
  constructor(store: Store, replaces: boolean) {
    this.#store = store;
    this.#replaces = replaces;
    this.#lastKey = lastKeyOf(store);
  }

  /** Takes one line without its line end. Returns what is wrong with it, or undefined when nothing is. */
  take(content: string): string | undefined {
    if (content.trim() === '') return undefined;
    try {
      object((fields) => this.#record(fields))(parsed(content));
      return undefined;
    } catch (error) {
      if (error instanceof LineMistake) return error.message;
      throw error;
    }
  }

  #record(fields: Fields): void {
    const type = fields.required('type', text);
    if (!this.#hasBegun) {
      this.#hasBegun = true;
      if (type !== 'hoopoe') throw new LineMistake('the first line must be {"type":"hoopoe","format":1}');
    }
    const take = this.#types.get(type);
    if (take === undefined) {
      throw new LineMistake(`"type" got ${quote(type)}; allowed: ${[...this.#types.keys()].join(', ')}`);
    }
    take(fields);
  }

  #format(fields: Fields): void {
    const format = fields.required('format', anyNumber);
    if (format > LINES_FORMAT) {
      throw new LineMistake(`it has format ${format}; this version of the broker knows formats up to ${LINES_FORMAT}`);
    }
  }

  #session(fields: Fields): void {
    const clientId = fields.required('clientId', text);
    if (this.#sessions.has(clientId)) throw new LineMistake(`the session ${quote(clientId)} is there twice`);
    const key = recordKeys.session(clientId);
    const number = this.#nextKey();
    // Later lines of this session are judged by themselves, whatever is wrong with this one.
    this.#sessions.set(clientId, {
      number,
      filters: new Set(),
      packetIds: new Set(),
      isWaiting: false,
      record: undefined,
    });
    if (!this.#replaces && this.#store.get(key) !== undefined) {
      throw new LineMistake(`the store has a session ${quote(clientId)} already`);
    }
    const expirySeconds = fields.required('expirySeconds', whole(1, NEVER_EXPIRES));
    const expiresAtMs = fields.optional('expiresAtMs', time) ?? 0;
    const will = fields.optional('will', object(willOf));
    const record: SessionRecord = {
      number,
      clientId,
      username: fields.optional('username', text),
      mountpoint: fields.optional('mountpoint', text) ?? '',
      expirySeconds,
      expiresAtMs,
      // A session whose time has not begun begins it when the broker starts, as one whose connection was lost.
      connected: fields.optional('connected', flag) ?? (expiresAtMs === 0 && expirySeconds !== NEVER_EXPIRES),
      will: will && encodeMessage(will.message).toString('base64'),
      willDelaySeconds: will?.delaySeconds ?? 0,
      willDueMs: will?.dueAtMs ?? 0,
      ...(will?.owner !== undefined && { willOwner: will.owner }),
    };
    this.#store.put(key, encodeJson(record));
    this.#sessions.get(clientId)!.record = record;
    for (const packetId of fields.optional('incoming', list(packetIdentifier)) ?? []) {
      this.#store.put(recordKeys.incoming(number, packetId), PRESENT);
    }
    this.counts.sessions++;
  }

  #subscription(fields: Fields): void {
    const { number, filters } = this.#sessionOf(fields);
    const filter = fields.required('filter', topicFilter);
    if (filters.has(filter)) throw new LineMistake(`the session has a subscription to ${quote(filter)} already`);
    filters.add(filter);
    const options: SubscribeOptions = {
      qos: fields.required('qos', qosOf) as Qos,
      noLocal: fields.optional('noLocal', flag) ?? false,
      retainAsPublished: fields.optional('retainAsPublished', flag) ?? false,
      retainHandling: (fields.optional('retainHandling', qosOf) ?? 0) as 0 | 1 | 2,
    };
    const identifier = fields.optional('identifier', whole(1, VARINT_MAX)) ?? 0;
    this.#store.put(recordKeys.subscription(number, filter), encodeJson({ filter, identifier, ...options }));
    this.counts.subscriptions++;
  }

  #message(fields: Fields): void {
    const id = fields.required('id', anyNumber);
    if (this.#messages.has(id)) throw new LineMistake(`the message ${id} is there twice`);
    const message = messageOf(fields);
    const key = this.#nextKey();
    this.#messages.set(id, { key, bytes: message.keptBytes });
    this.#store.put(recordKeys.message(key), encodeMessage(message));
  }

  #queued(fields: Fields): void {
    const session = this.#sessionOf(fields);
    const { key: messageKey, bytes, inline } = fields.required('message', (value) => this.#queuedMessage(value));
    const qos = fields.required('qos', whole(1, 2)) as 1 | 2;
    const retain = fields.optional('retain', flag) ?? false;
    const identifiers = fields.optional('identifiers', list(whole(1, VARINT_MAX)));
    const group = fields.optional('group', pair);
    const packetId = fields.optional('packetId', packetIdentifier);
    const released = fields.optional('released', packetIdentifier);
    if (released !== undefined && (packetId === undefined || qos !== 2)) {
      throw new LineMistake('"released" belongs to a message of QoS 2 that has a "packetId"');
    }
    this.#checkFlight(session, packetId);
    const key = this.#nextKey();
    const counted = bytes + (identifiers?.length ?? 0) * 8;
    const record = { qos, retain, identifiers, group, bytes: counted, messageKey, inline };
    this.#store.put(recordKeys.queued(session.number, key), encodeQueued(record));
    if (packetId !== undefined) {
      const inflight = { key, releasedAs: released ?? 0 };
      this.#store.put(recordKeys.inflight(session.number, packetId), encodeInflight(inflight));
    }
    if (fields.optional('suspect', flag) === true && session.record !== undefined) {
      session.record.suspectUpToKey = key;
      this.#store.put(recordKeys.session(session.record.clientId), encodeJson(session.record));
    }
    this.counts.queuedMessages++;
  }

  #checkFlight(session: KnownSession, packetId: number | undefined): void {
    if (packetId === undefined) {
      session.isWaiting = true;
      return;
    }
    if (session.isWaiting) throw new LineMistake('a message with a "packetId" comes before those without');
    if (session.packetIds.has(packetId)) throw new LineMistake(`"packetId" ${packetId} is in use in this session`);
    session.packetIds.add(packetId);
  }

  #queuedMessage(value: unknown): { key: number; bytes: number; inline: Message | undefined } {
    if (typeof value !== 'number') {
      const inline = object(messageOf)(value);
      return { key: 0, bytes: inline.keptBytes, inline };
    }
    const known = this.#messages.get(value);
    if (known === undefined) throw new LineMistake(`${value} is the "id" of no message before this line`);
    return { ...known, inline: undefined };
  }

  #retained(fields: Fields): void {
    const message = messageOf(fields);
    const { topic } = message;
    message.retain = true;
    if (message.payloadBytes === 0) throw new LineMistake('a retained message has a payload');
    if (this.#topics.has(topic)) throw new LineMistake(`the retained message on ${quote(topic)} is there twice`);
    this.#topics.add(topic);
    const key = recordKeys.retained(topic);
    if (!this.#replaces && this.#store.get(key) !== undefined) {
      throw new LineMistake(`the store has a retained message on ${quote(topic)} already`);
    }
    this.#store.put(key, encodeMessage(message));
    // Without a publisher of its own it must not be kept by the right of whoever has published what it replaces.
    const right = fields.optional('right', publisherOf);
    const rightKey = recordKeys.retainedPublisher(topic);
    if (right === undefined) this.#store.delete(rightKey);
    else this.#store.put(rightKey, encodeJson({ topic, ...right }));
    this.counts.retainedMessages++;
  }

  #ban(fields: Fields): void {
    const kind = fields.required('kind', banKind);
    const value = fields.required('value', kind === 'address' ? addressRange : text);
    const untilMs = fields.optional('untilMs', time);
    const record: BanRecord = {
      kind,
      value,
      by: fields.optional('by', text) ?? '',
      reason: fields.optional('reason', text) ?? '',
      atMs: fields.required('atMs', time),
      ...(untilMs !== undefined && { untilMs }),
    };
    const key = recordKeys.ban(kind, value);
    if (this.#bans.has(key)) throw new LineMistake(`the ban of ${quote(value)} is there twice`);
    this.#bans.add(key);
    if (!this.#replaces && this.#store.get(key) !== undefined) {
      throw new LineMistake(`the store has a ban of ${quote(value)} already`);
    }
    this.#store.put(key, encodeJson(record));
  }

  #sessionOf(fields: Fields): KnownSession {
    const clientId = fields.required('clientId', text);
    const session = this.#sessions.get(clientId);
    if (session === undefined) throw new LineMistake(`no line before this one is the session ${quote(clientId)}`);
    return session;
  }

  #nextKey(): number {
    return ++this.#lastKey;
  }
}

function parsed(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch (error) {
    throw new LineMistake(`it is not JSON: ${(error as SyntaxError).message}`);
  }
}

/** The largest number in a store that no other record may have. */
function lastKeyOf(store: Store): number {
  let last = 0;
  for (const { value } of store.range('s/')) last = Math.max(last, decodeJson<SessionRecord>(value).number);
  for (const { key } of store.range('m/')) last = Math.max(last, numbersOfKey(key).first);
  for (const { key } of store.range('q/')) last = Math.max(last, Number.parseInt(numbersOfKey(key).second, 16));
  for (const { value } of store.range('t/')) last = Math.max(last, decodeInflight(value).releasedAs);
  return last;
}

function willOf(fields: Fields): {
  message: Message;
  delaySeconds: number;
  dueAtMs: number;
  owner: WillOwnerRecord | undefined;
} {
  return {
    owner: fields.optional('owner', willOwnerOf),
    delaySeconds: fields.optional('delaySeconds', seconds) ?? 0,
    dueAtMs: fields.optional('dueAtMs', time) ?? 0,
    message: messageOf(fields),
  };
}

function messageOf(fields: Fields): Message {
  const topic = fields.required('topic', topicName);
  const asText = fields.optional('payload', longText);
  const asBytes = fields.optional('payloadBase64', base64);
  if ((asText === undefined) === (asBytes === undefined)) {
    throw new LineMistake('a message has either a "payload" or a "payloadBase64"');
  }
  const qos = (fields.optional('qos', qosOf) ?? 0) as Qos;
  const retain = fields.optional('retain', flag) ?? false;
  const properties = fields.optional('properties', object(propertiesOf));
  const message = Message.of(topic, asBytes ?? Buffer.from(asText ?? ''), qos, retain, properties);
  message.publisher = fields.optional('publisher', text) ?? '';
  message.expiresAtMs = fields.optional('expiresAtMs', time) ?? 0;
  return message;
}

const responseTopic = textWith(topicNameProblem);

/** Properties go out in the order in which they stand here. */
function propertiesOf(fields: Fields): Properties {
  const properties: Properties = {};
  for (const name of fields.names) readProperty(properties, name, fields);
  return properties;
}

function readProperty(properties: Properties, name: string, fields: Fields): void {
  if (name === 'payloadFormatIndicator') properties[name] = fields.required(name, whole(0, 1)) as 0 | 1;
  if (name === 'messageExpiryInterval') properties[name] = fields.required(name, seconds);
  if (name === 'contentType') properties[name] = fields.required(name, text);
  if (name === 'responseTopic') properties[name] = fields.required(name, responseTopic);
  if (name === 'correlationData') properties[name] = fields.required(name, base64);
  if (name === 'userProperties') properties[name] = fields.required(name, list(pair));
}
