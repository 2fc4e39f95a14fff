/**
 * The last Topic Name of one connection, as bytes and as a string. Publishers repeat their topics, so comparing bytes
 * spares decoding and validating, and the broker gets the identical string, which it can recognise at a glance. The
 * bytes are copied: a memory that pointed into a received block would keep all of it for an idle connection.
 */

import { ProtocolError } from './error.ts';
import { decodeText } from './primitives.ts';
import { reason } from './reason-codes.ts';
import type { Bytes } from './types.ts';

/** Up to this many bytes a loop is quicker than a call into native code; typed arrays of that size are also cheap. */
const LOOP_MAX = 64;

const PLUS = 0x2b;
const HASH = 0x23;

export class TopicMemory {
  #bytes: Uint8Array = new Uint8Array(0);
  #length = 0;
  #topic = '';

  /**
   * The Topic Name between two offsets, which are not equal. A name with a wildcard is refused with 0x90
   * [MQTT-3.3.2-2], one that is no well-formed string with 0x81.
   */
  read(bytes: Bytes, start: number, end: number): string {
    if (end - start === this.#length && this.#same(bytes, start, end)) return this.#topic;
    for (let i = start; i < end; i++) {
      const byte = bytes[i];
      if (byte === PLUS || byte === HASH) throw wildcard(bytes, start, end);
    }
    const topic = decodeText(bytes, start, end, 'the Topic Name');
    this.#remember(bytes, start, end, topic);
    return topic;
  }

  #same(bytes: Bytes, start: number, end: number): boolean {
    const length = end - start;
    const own = this.#bytes;
    if (length > LOOP_MAX) return bytes.compare(own, 0, length, start, end) === 0;
    // Topics of one publisher differ at the end rather than at the front.
    for (let i = length - 1; i >= 0; i--) {
      if (own[i] !== bytes[start + i]) return false;
    }
    return true;
  }

  #remember(bytes: Bytes, start: number, end: number, topic: string): void {
    const length = end - start;
    if (this.#bytes.length < length) this.#bytes = new Uint8Array(Math.max(length, LOOP_MAX));
    const own = this.#bytes;
    if (length > LOOP_MAX) bytes.copy(own, 0, start, end);
    else for (let i = 0; i < length; i++) own[i] = bytes[start + i]!;
    this.#length = length;
    this.#topic = topic;
  }
}

function wildcard(bytes: Bytes, start: number, end: number): ProtocolError {
  // A name that is not even text is malformed before it is a wrong name.
  decodeText(bytes, start, end, 'the Topic Name');
  return new ProtocolError(
    reason.topicNameInvalid,
    'MQTT-3.3.2-2',
    'PUBLISH has a Topic Name with a wildcard; + and # belong in topic filters only',
  );
}
