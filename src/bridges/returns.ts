/**
 * What the other broker sends back of what it was sent. MQTT below 5.0 has no No Local, and not every broker that takes a
 * bridge for one keeps its own messages from it. Such a broker returns each message exactly once for each subscription or
 * once for all of them, in the order in which they came. So what was sent is noted, and of what arrives one message for
 * each note goes no further. What others publish there crosses, however alike it is.
 *
 * Whether the other broker is of that kind is found out by a message that nobody else sees, before any other is sent.
 */

import { createHash } from 'node:crypto';
import { Message } from '../packet/message.ts';
import type { Clock, Random } from '../ports/clock.ts';
import type { Delivery } from '../ports/link.ts';
import { RingQueue } from '../std/ring-queue.ts';
import { levelOf } from '../topic/bridge-list.ts';
import type { TopicMap } from '../topic/bridge-rules.ts';

/** How long a message may be on its way back while there is a connection, in milliseconds. */
const WAY_BACK_MS = 20_000;
/** How long after the question the subscriptions are kept that it came back through, in milliseconds. */
const QUESTION_MS = 5_000;
/** Notes that are kept; above that the oldest go, and what they were for crosses a second time. */
const NOTES_MAX = 20_000;
/** Topics of which is remembered that what is published to them does not come back. */
const SILENT_TOPICS_MAX = 10_000;

interface Note {
  readonly topic: string;
  readonly digest: string;
  readonly qos: number;
  readonly retain: boolean;
  atMs: number;
  /** Times that it will still come back. */
  left: number;
}

export class Returns {
  readonly #map: TopicMap;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #topic: string;
  /** By topic there, each in the order in which they were sent. */
  readonly #notes = new Map<string, Note[]>();
  /** All notes, the oldest first; those whose `left` is 0 are done. */
  readonly #order: RingQueue<Note> = new RingQueue<Note>();
  readonly #silentTopics = new Set<string>();
  /** Identifiers of QoS 2 messages that went no further and are not released. */
  readonly #swallowed = new Set<number>();
  /** Times that the question came back: 0 while it did not. */
  #copies = 0;
  #nonce = '';
  #isNoting = false;
  #isBridgeBit = false;
  #lostAtMs: number | undefined;

  constructor(map: TopicMap, remoteClientId: string, clock: Clock, random: Random) {
    this.#map = map;
    this.#clock = clock;
    this.#random = random;
    // No wildcard in the first level matches it, so no subscriber of everything sees it.
    this.#topic = `$hoopoe/echo/${levelOf(remoteClientId)}`;
  }

  /** What is subscribed to for the question: both match its topic, so that it shows whether each subscription counts. */
  get filters(): readonly string[] {
    return [this.#topic, `${this.#topic}/#`];
  }

  /** How long after the question the answer is waited for, in milliseconds. */
  get questionMs(): number {
    return QUESTION_MS;
  }

  /**
   * A new connection.
   * @param asks whether what is sent there may come back, so that it must be known whether it does
   * @param isResumed whether what was on its way back still comes
   * @param isBridgeBit whether the other broker knows this for a bridge, and leaves RETAIN as it was
   */
  begin(asks: boolean, isResumed: boolean, isBridgeBit: boolean): void {
    if (!isResumed || !asks) this.#forget();
    // Time without a connection is none in which anything could have come back.
    const awayMs = this.#lostAtMs === undefined ? 0 : this.#clock.monotonic() - this.#lostAtMs;
    this.#lostAtMs = undefined;
    if (awayMs > 0) this.#shift(awayMs);
    this.#isNoting = asks;
    this.#isBridgeBit = isBridgeBit;
    this.#copies = 0;
    this.#nonce = this.#random.hex(8);
  }

  /** The connection is over. */
  ended(): void {
    this.#lostAtMs = this.#clock.monotonic();
  }

  /** Whether the question has come back through every subscription that it can, as far as is known. */
  get isAnswered(): boolean {
    return this.#copies > 0;
  }

  question(): Message {
    return Message.of(this.#topic, Buffer.from(this.#nonce), 0, false);
  }

  /** The time for the question is over. Where it did not come back, nothing does. */
  closeQuestion(): void {
    if (this.#copies > 0) return;
    this.#isNoting = false;
    this.#forget();
  }

  /** A message goes to the other broker under `topic`. */
  sent(topic: string, message: Message, { qos, retain, dup }: Delivery): void {
    // Of a message of QoS 2 that is repeated the other broker makes one message.
    if (!this.#isNoting || (dup && qos === 2) || this.#silentTopics.has(topic)) return;
    const copies = this.#map.remoteMatches(topic);
    if (copies === 0) return;
    this.#expire();
    const note = { topic, digest: digestOf(message), qos, retain, atMs: this.#clock.monotonic(), left: copies };
    const notes = this.#notes.get(topic);
    if (notes === undefined) this.#notes.set(topic, [note]);
    else notes.push(note);
    this.#order.push(note);
  }

  /** Whether a message of the other broker is one of ours that comes back. Each note answers for as many as it says. */
  isReturn(message: Message): boolean {
    if (message.topic === this.#topic) {
      if (message.payload.toString() === this.#nonce) this.#copies++;
      return true;
    }
    const { packetId, qos } = message;
    if (message.dup && qos === 2 && this.#swallowed.has(packetId)) return true;
    if (this.#copies === 0 || this.#order.length === 0) return false;
    const note = this.#take(message);
    if (note && qos === 2) this.#swallowed.add(packetId);
    return note;
  }

  /** The other broker has released a QoS 2 message. */
  released(packetId: number): void {
    this.#swallowed.delete(packetId);
  }

  #take(message: Message): boolean {
    const notes = this.#notes.get(message.topic);
    if (notes === undefined) return false;
    this.#expire();
    const digest = digestOf(message);
    const index = notes.findIndex(
      (note) =>
        note.left > 0 && note.digest === digest && message.qos <= note.qos && this.#isRetainOf(note, message.retain),
    );
    const note = notes[index];
    if (note === undefined) return false;
    if (this.#copies > 1) {
      note.left--;
    } else {
      // What was sent before it at the same QoS, and did not come back before it, does not come back any more.
      for (const earlier of notes.slice(0, index)) if (earlier.qos === note.qos) earlier.left = 0;
      note.left = 0;
    }
    this.#sweep(message.topic, notes);
    return true;
  }

  /** A retained message that is sent for a subscription has RETAIN set, and is none that comes back. */
  #isRetainOf(note: Note, retain: boolean): boolean {
    return this.#isBridgeBit ? retain === note.retain || !retain : !retain;
  }

  #sweep(topic: string, notes: Note[]): void {
    const open = notes.filter(({ left }) => left > 0);
    if (open.length === 0) this.#notes.delete(topic);
    else if (open.length < notes.length) this.#notes.set(topic, open);
  }

  #expire(): void {
    const oldestMs = this.#clock.monotonic() - WAY_BACK_MS;
    for (let note = this.#order.peek(); note !== undefined; note = this.#order.peek()) {
      const isLate = note.atMs < oldestMs;
      if (note.left > 0 && !isLate && this.#order.length <= NOTES_MAX) return;
      this.#order.shift();
      if (note.left === 0) continue;
      note.left = 0;
      this.#sweep(note.topic, this.#notes.get(note.topic) ?? []);
      // Rules there may keep it from us, and then what others publish there alike must not be taken for it.
      if (isLate && this.#copies > 0 && this.#silentTopics.size < SILENT_TOPICS_MAX) this.#silentTopics.add(note.topic);
    }
  }

  #shift(ms: number): void {
    for (const notes of this.#notes.values()) for (const note of notes) note.atMs += ms;
  }

  #forget(): void {
    this.#notes.clear();
    this.#order.clear();
    this.#silentTopics.clear();
    this.#swallowed.clear();
  }
}

function digestOf(message: Message): string {
  return createHash('sha256').update(message.payload).digest('base64url').slice(0, 22);
}
