/**
 * Cuts a stream of chunks into MQTT frames: fixed header, Remaining Length, body. A frame that lies in one chunk is
 * read where it lies; one that spans chunks is gathered and joined once. Sizes are judged as soon as the header is
 * known. What a body means is not known here.
 */

import { malformed, ProtocolError, violation } from '../packet/error.ts';
import { checkFirstByte } from '../packet/fixed-header.ts';
import { joinPieces, type Piece } from '../packet/pieces.ts';
import type { Sender } from '../packet/properties.ts';
import { reason } from '../packet/reason-codes.ts';
import type { ProtocolVersion } from '../packet/types.ts';
import { PartialFrame } from './partial-frame.ts';

/** Sizes that the reader keeps, in bytes of the whole packet. */
export interface FrameLimits {
  readonly packetBytesMax: number;
  /** For the first packet, before anything is known of the peer. */
  readonly connectBytesMax: number;
}

const CONNECT = 1;
const PUBLISH = 3;

/** Smaller frames are joined: copying them costs less than more ranges to write. */
const PIECES_KEPT_BYTES = 16 * 1024;

export class FrameReader {
  /** The frame found by `next`: it begins at `frameStart` of `bytes`, its body lies from `bodyStart` to `end`. */
  bytes: Buffer = EMPTY;
  firstByte = 0;
  frameStart = 0;
  bodyStart = 0;
  end = 0;
  /**
   * Set for a large PUBLISH that came in several chunks. `bytes` is then the block of the first piece, and the frame goes
   * on in the next piece where that ends; `join` makes a frame like any other of it.
   */
  pieces: readonly Piece[] | undefined = undefined;
  readonly #limits: FrameLimits;
  readonly #sender: Sender;
  #frameBytesMax: number;
  /** Undefined until it is known from a CONNECT. */
  #version: ProtocolVersion | undefined;
  #awaitsConnect: boolean;
  #chunk: Buffer = EMPTY;
  #offset = 0;
  /** Chunks that came while an earlier one was not finished. */
  #later: Buffer[] | undefined = undefined;
  #partial: PartialFrame | undefined;
  /** What `#readHeader` found. */
  #remainingLength = 0;

  /** @param sender who sends the stream: a client begins with CONNECT */
  constructor(limits: FrameLimits, sender: Sender) {
    this.#limits = limits;
    this.#sender = sender;
    this.#awaitsConnect = sender === 'client';
    this.#frameBytesMax = this.#awaitsConnect ? limits.connectBytesMax : limits.packetBytesMax;
  }

  /** The version is known: later frames are judged by its rules and the ordinary limit. */
  adopt(version: ProtocolVersion): void {
    this.#version = version;
    this.#awaitsConnect = false;
    this.#frameBytesMax = this.#limits.packetBytesMax;
  }

  /** Takes the next chunk. It is not copied. */
  feed(chunk: Buffer): void {
    if (this.#offset >= this.#chunk.length) {
      this.#chunk = chunk;
      this.#offset = 0;
      return;
    }
    this.#later ??= [];
    this.#later.push(chunk);
  }

  /** Forgets everything that has not been read. */
  clear(): void {
    this.#chunk = EMPTY;
    this.#offset = 0;
    this.#later = undefined;
    this.#partial = undefined;
    this.bytes = EMPTY;
    this.pieces = undefined;
  }

  /** Moves a frame that lies in pieces into one buffer. */
  join(): void {
    if (this.pieces === undefined) return;
    const start = this.frameStart;
    this.#found(joinPieces(this.pieces), this.firstByte, 0, this.bodyStart - start, this.end - start);
  }

  /**
   * Moves to the next whole frame; false when more bytes are needed. Throws a ProtocolError for a frame that is too
   * large (0x95), a Remaining Length that is none (0x81), and a stream that does not begin with CONNECT
   * [MQTT-3.1.0-1]; the reader is of no use afterwards.
   */
  next(): boolean {
    for (;;) {
      if (this.#offset >= this.#chunk.length && !this.#takeLaterChunk()) return false;
      if (this.#partial !== undefined) {
        if (this.#continuePartial(this.#partial)) return true;
        continue;
      }
      const chunk = this.#chunk;
      const start = this.#offset;
      const firstByte = chunk[start]!;
      if (this.#awaitsConnect) this.#checkConnect(firstByte);
      const bodyStart = this.#readHeader(chunk, start, chunk.length);
      const end = bodyStart + this.#remainingLength;
      if (bodyStart > 0 && end <= chunk.length) {
        this.#offset = end;
        this.#found(chunk, firstByte, start, bodyStart, end);
        return true;
      }
      this.#beginPartial(firstByte, bodyStart - start);
    }
  }

  #found(bytes: Buffer, firstByte: number, frameStart: number, bodyStart: number, end: number): void {
    this.bytes = bytes;
    this.firstByte = firstByte;
    this.frameStart = frameStart;
    this.bodyStart = bodyStart;
    this.end = end;
    this.pieces = undefined;
  }

  #takeLaterChunk(): boolean {
    const chunk = this.#later?.shift();
    this.#offset = 0;
    this.#chunk = chunk ?? EMPTY;
    // Without this an idle connection would keep the block that its last packet was read in.
    if (chunk === undefined) {
      this.bytes = EMPTY;
      this.pieces = undefined;
    }
    return chunk !== undefined;
  }

  /** Sets `#remainingLength`. Returns the offset of the body, or 0 when the header is incomplete. */
  #readHeader(bytes: Buffer, start: number, end: number): number {
    let value = 0;
    for (let i = 0; i < 4; i++) {
      const at = start + 1 + i;
      if (at >= end) return 0;
      const byte = bytes[at]!;
      value |= (byte & 127) << (7 * i);
      if (byte < 128) {
        if (byte === 0 && i > 0 && this.#version === 5) throw wastefulLength();
        this.#remainingLength = value;
        if (value + 2 + i > this.#frameBytesMax) throw this.#tooLarge(value + 2 + i);
        return at + 1;
      }
    }
    throw malformed('MQTT-1.5.5-1', 'The Remaining Length has more than 4 bytes');
  }

  #beginPartial(firstByte: number, headerBytes: number): void {
    // Nonsense is refused now rather than after all of it has been gathered. Without a version the first packet's
    // byte has been checked, and that of a server's stream follows once the version is told.
    if (this.#version !== undefined) checkFirstByte(firstByte, this.#version, this.#sender);
    const partial = new PartialFrame();
    this.#partial = partial;
    if (headerBytes > 0) {
      partial.headerBytes = headerBytes;
      partial.total = headerBytes + this.#remainingLength;
    }
    partial.add(this.#chunk, this.#offset, this.#chunk.length);
    this.#offset = this.#chunk.length;
  }

  /** Adds what the chunk has; true when the frame is whole. */
  #continuePartial(partial: PartialFrame): boolean {
    while (partial.total === 0) {
      if (this.#offset >= this.#chunk.length) return false;
      partial.add(this.#chunk, this.#offset, ++this.#offset);
      const bodyStart = this.#readHeader(partial.head, 0, partial.have);
      if (bodyStart === 0) continue;
      partial.headerBytes = bodyStart;
      partial.total = bodyStart + this.#remainingLength;
    }
    const end = Math.min(this.#chunk.length, this.#offset + partial.total - partial.have);
    partial.add(this.#chunk, this.#offset, end);
    this.#offset = end;
    if (partial.have < partial.total) return false;
    this.#partial = undefined;
    const { pieces, headerBytes, total } = partial;
    const { bytes, start } = pieces[0]!;
    const firstByte = bytes[start]!;
    this.#found(bytes, firstByte, start, start + headerBytes, start + total);
    if (pieces.length === 1) return true;
    this.pieces = pieces;
    if (firstByte >> 4 !== PUBLISH || total < PIECES_KEPT_BYTES) this.join();
    return true;
  }

  #checkConnect(firstByte: number): void {
    if (firstByte >> 4 !== CONNECT) {
      throw violation('MQTT-3.1.0-1', `The first packet is of type ${firstByte >> 4}; a client begins with CONNECT`);
    }
    checkFirstByte(firstByte, 5, 'client');
  }

  #tooLarge(bytes: number): ProtocolError {
    const [what, limit] = this.#awaitsConnect
      ? (['The first packet', 'connect_bytes'] as const)
      : (['A packet', 'packet_bytes'] as const);
    const text = `${what} of ${bytes} bytes was announced; the limit is ${this.#frameBytesMax} (${limit}_max)`;
    return new ProtocolError(reason.packetTooLarge, '', text, limit);
  }
}

/** MQTT 5 forbids what older versions do not speak of. */
export function wastefulLength(): ProtocolError {
  return malformed('MQTT-1.5.5-1', 'The Remaining Length is encoded in more bytes than it needs');
}

const EMPTY: Buffer = Buffer.alloc(0);
