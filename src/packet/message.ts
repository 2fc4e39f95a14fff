/**
 * An application message on its way through the broker. The decoder makes one from each PUBLISH; wills, retained
 * messages and messages published in process make theirs with `Message.of`. The payload stays where it was received
 * (`source` between two offsets) until somebody asks for it, so a message that is only forwarded is never copied.
 *
 * It owns no MQTT rule: who receives it, at which QoS and with which packet identifier is the broker's business.
 */

import { copyRange } from '../std/copy-range.ts';
import type { OutputQueue } from '../std/output-queue.ts';
import { copyPieces, joinPieces, type Piece, pushPieces } from './pieces.ts';
import { ownCopy } from './primitives.ts';
import { measureProperties } from './properties.ts';
import type { Bytes, Properties, ProtocolVersion, Qos } from './types.ts';

/** What an object costs beside the bytes it stands for: roughly, and rather too much. */
const OBJECT_BYTES = 100;

export class Message {
  topic: string;
  qos: Qos;
  retain: boolean;
  /** DUP of the PUBLISH that brought the message; never copied onward [MQTT-3.3.1-3]. */
  dup: boolean;
  /** Packet identifier of the PUBLISH that brought the message; 0 at QoS 0 and for messages made here. */
  packetId: number;
  properties: Properties | undefined;
  /** Client identifier of the publisher; empty for messages of the broker itself. */
  publisher: string;
  /** Milliseconds since the epoch after which the message is no longer delivered; 0 means never. */
  expiresAtMs: number;
  #source: Bytes;
  /** Set instead of the source, as long as nobody wants the message in one piece. */
  #pieces: readonly Piece[] | undefined;
  payloadStart: number;
  payloadEnd: number;
  /** Version of the connection that brought `source`; 0 for messages made here. */
  frameVersion: ProtocolVersion | 0;
  /** Where in `source` the whole frame begins; -1 when it cannot be sent on as it stands. */
  frameStart: number;
  /** Where the journal keeps the message; 0 when it does not. */
  journalKey: number;
  /** The journal's note of the session that wanted the message first; opaque to everybody else. */
  journalFirst: unknown;
  /** What the journal had counted when this QoS 2 message came, for as long as it is routed; -1 otherwise. */
  journalCount: number;
  /**
   * The commit after which the publisher of this QoS 2 message is told that it was accepted; 0 when it waits for none,
   * -1 when the store refused it, so that its publisher sends it again.
   */
  promisedIn: number;
  /** Encoded forms, kept by the protocol that encodes; opaque to everybody else. */
  encoded: unknown;

  constructor(
    topic: string,
    source: Bytes,
    payloadStart: number,
    payloadEnd: number,
    qos: Qos,
    retain: boolean,
    properties: Properties | undefined,
  ) {
    this.topic = topic;
    this.qos = qos;
    this.retain = retain;
    this.dup = false;
    this.packetId = 0;
    this.properties = properties;
    this.publisher = '';
    this.expiresAtMs = 0;
    this.#source = source;
    this.#pieces = undefined;
    this.payloadStart = payloadStart;
    this.payloadEnd = payloadEnd;
    this.frameVersion = 0;
    this.frameStart = -1;
    this.journalKey = 0;
    this.journalFirst = undefined;
    this.journalCount = -1;
    this.promisedIn = 0;
    this.encoded = undefined;
  }

  static of(topic: string, payload: Bytes, qos: Qos, retain: boolean, properties?: Properties): Message {
    return new Message(topic, payload, 0, payload.length, qos, retain, properties);
  }

  /** What the offsets are offsets of. A message that came in pieces is joined when this is first asked for. */
  get source(): Bytes {
    if (this.#pieces !== undefined) {
      this.#source = joinPieces(this.#pieces);
      this.#pieces = undefined;
    }
    return this.#source;
  }

  /** The frame came in these pieces; `source`, and with it every offset so far, is of the first alone. */
  cameIn(pieces: readonly Piece[]): void {
    const { start } = pieces[0]!;
    this.#pieces = pieces;
    this.#source = EMPTY;
    this.payloadStart -= start;
    this.payloadEnd -= start;
    if (this.frameStart >= 0) this.frameStart -= start;
  }

  /** Appends what lies between two offsets of the source, without copying it. */
  appendTo(output: OutputQueue, start: number, end: number): void {
    if (this.#pieces === undefined) output.push(this.#source, start, end);
    else pushPieces(this.#pieces, start, end, output);
  }

  copyPayload(target: Bytes, offset: number): void {
    if (this.#pieces === undefined) copyRange(this.#source, this.payloadStart, this.payloadEnd, target, offset);
    else copyPieces(this.#pieces, this.payloadStart, this.payloadEnd, target, offset);
  }

  /** A view, not a copy. */
  get payload(): Bytes {
    return this.source.subarray(this.payloadStart, this.payloadEnd);
  }

  get payloadBytes(): number {
    return this.payloadEnd - this.payloadStart;
  }

  /** What it counts where messages wait and the memory for them is limited: everything that a client chose the size of. */
  get keptBytes(): number {
    const bytes = this.payloadEnd - this.payloadStart + this.topic.length + OBJECT_BYTES;
    const { properties } = this;
    if (properties === undefined) return bytes;
    return bytes + measureProperties(properties, false) + (properties.userProperties?.length ?? 0) * OBJECT_BYTES;
  }

  /**
   * Moves the payload into memory of its own, and lasting Correlation Data too, so that a message that waits does not
   * keep the much larger block it was read in. Encoded forms that point into that block are forgotten. Idempotent.
   *
   * @param lasting take exactly the bytes needed; otherwise, for a wait of moments, room in a block that many messages
   *   share, which is several times cheaper to have
   */
  detach(lasting: boolean): this {
    const correlationData = this.properties?.correlationData;
    if (lasting && correlationData !== undefined && correlationData.buffer.byteLength > correlationData.length) {
      this.properties!.correlationData = ownCopy(correlationData);
    }
    const length = this.payloadEnd - this.payloadStart;
    if (this.frameVersion === 0 && (!lasting || this.#source.buffer.byteLength === length)) return this;
    let own = EMPTY;
    let start = 0;
    if (lasting || length > SLAB_BYTES / 2) {
      if (length > 0) own = Buffer.allocUnsafeSlow(length);
    } else {
      if (slabUsed + length > SLAB_BYTES) {
        slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
        slabUsed = 0;
      }
      own = slab;
      start = slabUsed;
      slabUsed += length;
    }
    this.copyPayload(own, start);
    this.#source = own;
    this.#pieces = undefined;
    this.payloadStart = start;
    this.payloadEnd = start + length;
    this.frameVersion = 0;
    this.frameStart = -1;
    this.encoded = undefined;
    return this;
  }
}

const EMPTY: Bytes = Buffer.alloc(0);

/**
 * Payloads that wait for moments lie in blocks of this size. One that waits longer keeps its block, as it would one of
 * Node's pool, which has the same size but costs an object of 100 bytes for each piece.
 */
const SLAB_BYTES = 8 * 1024;
let slab: Bytes = Buffer.allocUnsafeSlow(SLAB_BYTES);
let slabUsed = 0;
