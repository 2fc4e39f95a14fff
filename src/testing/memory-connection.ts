/**
 * A byte connection without a socket: two ends in one process. What one end writes the other gets when the wire is
 * carried on, so a test decides when bytes travel, in which pieces, and when the line breaks.
 */

import type { ByteConnection, ByteHandler, Peer } from '../ports/listener.ts';
import { OutputQueue, TurnArena } from '../std/output-queue.ts';

const SERVER_SIDE: Peer = {
  address: '127.0.0.1',
  port: 50_000,
  localAddress: '127.0.0.1',
  localPort: 1883,
  listener: 'memory',
  transport: 'memory',
};

export class MemoryEnd implements ByteConnection {
  readonly peer: Peer;
  readonly output: OutputQueue = new OutputQueue();
  readonly arena: TurnArena = new TurnArena(4096);
  /** The end at the other side. */
  other!: MemoryEnd;
  /** Bytes on their way to this end. */
  readonly #arriving: Buffer[] = [];
  #handler: ByteHandler | undefined;
  #paused = false;
  #ended = false;
  #closed = false;
  /** As a full send buffer would: what is written stays here until it is lifted. */
  blocked = false;
  readonly #chunkBytes: () => number;

  constructor(peer: Peer, chunkBytes: () => number) {
    this.peer = peer;
    this.#chunkBytes = chunkBytes;
  }

  get bytesWaiting(): number {
    return this.output.bytes;
  }

  get closed(): boolean {
    return this.#closed;
  }

  start(handler: ByteHandler): void {
    this.#handler = handler;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
  }

  wake(): void {}

  end(): void {
    this.#ended = true;
  }

  destroy(): void {
    this.output.clear();
    this.#close(undefined);
    this.other.#arriving.push(EMPTY);
  }

  /** Breaks the line at once, as a pulled cable does: both ends are told of an error, bytes under way are lost. */
  cut(error: Error = new Error('connection reset')): void {
    for (const end of [this, this.other]) {
      end.output.clear();
      end.#arriving.length = 0;
      end.#close(error);
    }
  }

  #close(error: Error | undefined): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#handler?.onClose(error);
  }

  /** Puts what this end has written on the wire. True when there was something. */
  write(): boolean {
    if (this.blocked || this.#closed) return false;
    const { bytes } = this.output;
    if (bytes > 0) {
      const all = Buffer.allocUnsafe(bytes);
      this.output.copyTo(all, 0);
      this.output.clear();
      this.other.#arriving.push(...this.#pieces(all));
      if (!this.#ended) this.#handler?.onDrain();
    }
    if (this.#ended) {
      this.other.#arriving.push(EMPTY);
      this.#close(undefined);
    }
    return bytes > 0 || this.#ended;
  }

  #pieces(all: Buffer): Buffer[] {
    const pieces: Buffer[] = [];
    for (let at = 0; at < all.length; ) {
      const length = Math.max(1, this.#chunkBytes());
      pieces.push(Buffer.from(all.subarray(at, at + length)));
      at += length;
    }
    return pieces;
  }

  /** Hands over what has arrived, at most so many pieces of it. True when there was something. */
  read(piecesMax: number = Number.POSITIVE_INFINITY): boolean {
    let any = false;
    for (let pieces = 0; pieces < piecesMax && !this.#paused && !this.#closed && this.#arriving.length > 0; pieces++) {
      any = true;
      const piece = this.#arriving.shift()!;
      if (piece.length === 0) this.#close(undefined);
      else this.#handler?.onBytes(piece);
    }
    return any;
  }

  /** Lifts a block; what waited is told to be gone once it is written. */
  unblock(): void {
    this.blocked = false;
    this.write();
  }
}

/** Stands for the end of the stream on the wire. */
const EMPTY = Buffer.alloc(0);

export interface MemoryPair {
  /** Give it to the broker's side. */
  readonly server: MemoryEnd;
  readonly client: MemoryEnd;
  /** Lets bytes travel in both directions until there are none. True when there were some. */
  carry(): boolean;
}

/**
 * @param options `peer` overrides facts about the client; `chunkBytes` gives the length of each piece that travels
 */
export function memoryPair(options: { peer?: Partial<Peer>; chunkBytes?: () => number } = {}): MemoryPair {
  const chunkBytes = options.chunkBytes ?? ((): number => 65_536);
  const server = new MemoryEnd({ ...SERVER_SIDE, ...options.peer }, chunkBytes);
  const client = new MemoryEnd(SERVER_SIDE, chunkBytes);
  server.other = client;
  client.other = server;
  const carry = (): boolean => {
    let any = false;
    for (;;) {
      const moved = [client.write(), server.read(), server.write(), client.read()].some(Boolean);
      if (!moved || (server.closed && client.closed)) return any || moved;
      any = true;
    }
  };
  return { server, client, carry };
}
