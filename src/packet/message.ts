/**
 * An application message on its way through the broker. The decoder makes one from each PUBLISH; wills, retained
 * messages and messages published in process make theirs with `Message.of`. The payload stays where it was received
 * (`source` between two offsets) until somebody asks for it, so a message that is only forwarded is never copied.
 *
 * It owns no MQTT rule: who receives it, at which QoS and with which packet identifier is the broker's business.
 */

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
  source: Bytes;
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
    this.source = source;
    this.payloadStart = payloadStart;
    this.payloadEnd = payloadEnd;
    this.frameVersion = 0;
    this.frameStart = -1;
    this.journalKey = 0;
    this.journalFirst = undefined;
    this.encoded = undefined;
  }

  static of(topic: string, payload: Bytes, qos: Qos, retain: boolean, properties?: Properties): Message {
    return new Message(topic, payload, 0, payload.length, qos, retain, properties);
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
   * @param lasting take exactly the bytes needed; otherwise, for a wait of moments, memory from Node's shared pool,
   *   which is several times cheaper to have
   */
  detach(lasting: boolean): this {
    const correlationData = this.properties?.correlationData;
    if (lasting && correlationData !== undefined && correlationData.buffer.byteLength > correlationData.length) {
      this.properties!.correlationData = ownCopy(correlationData);
    }
    const length = this.payloadEnd - this.payloadStart;
    if (this.frameVersion === 0 && (!lasting || this.source.buffer.byteLength === length)) return this;
    let own = EMPTY;
    if (length > 0) {
      own = lasting ? Buffer.allocUnsafeSlow(length) : Buffer.allocUnsafe(length);
      this.source.copy(own, 0, this.payloadStart, this.payloadEnd);
    }
    this.source = own;
    this.payloadStart = 0;
    this.payloadEnd = length;
    this.frameVersion = 0;
    this.frameStart = -1;
    this.encoded = undefined;
    return this;
  }
}

const EMPTY: Bytes = Buffer.alloc(0);
