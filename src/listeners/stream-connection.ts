/**
 * What every `ByteConnection` over a stream socket has in common: output through the flusher, back-pressure, the way
 * from open to closed with a moment of draining in between, and one report of the end. How bytes are read and how the
 * peer is told of the end differs, and is left to the two kinds: `SocketConnection` and `WebSocketConnection`.
 *
 * There is no timer and no closure per connection: an idle connection must cost as little as possible.
 */

import type { Socket } from 'node:net';
import type { ByteConnection, ByteHandler, Peer } from '../ports/listener.ts';
import { OutputQueue, type TurnArena } from '../std/output-queue.ts';
import type { Expiring } from './deadline-sweep.ts';
import type { Flushable, Flusher } from './flusher.ts';
import type { WriteTarget } from './socket-writer.ts';

/** How long the peer may take to read the last output before the connection is cut, in milliseconds. */
const FLUSH_MS_MAX = 5_000;
/** How long a half-closed connection goes on reading, so that the peer meets a FIN after our last packet, not a RST. */
const LINGER_MS_MAX = 500;
/** What is read and dropped meanwhile; beyond it reading stops, and flow control holds the peer. */
const LINGER_BYTES_MAX = 4 * 1024 * 1024;

/**
 * Output of this size may have made somebody stop until it is gone, so its end is told even when the kernel takes it
 * all at once. The smallest bound on what may wait that can be configured.
 */
const DRAIN_TOLD_BYTES = 16 * 1024;

/** `open` until somebody ends it, then `flushing` the rest, then `lingering` behind the half-close, then `closed`. */
type State = 'open' | 'flushing' | 'lingering' | 'closed';

export abstract class StreamConnection implements ByteConnection, Flushable, WriteTarget, Expiring {
  readonly peer: Peer;
  readonly output: OutputQueue = new OutputQueue();
  readonly socket: Socket;
  queued = false;
  lent: Buffer | undefined = undefined;
  deadlineMs = 0;

  abstract readonly framed: boolean;
  readonly completesLater: boolean;
  protected readonly flusher: Flusher;
  protected handler: ByteHandler | undefined = undefined;
  protected state: State = 'open';
  #writing = false;
  #droppedBytes = 0;
  #error: Error | undefined = undefined;
  #written: (() => void) | undefined = undefined;

  constructor(socket: Socket, peer: Peer, flusher: Flusher) {
    this.socket = socket;
    this.peer = peer;
    this.completesLater = peer.transport === 'tls' || peer.transport === 'wss';
    this.flusher = flusher;
  }

  abstract start(handler: ByteHandler): void;
  abstract pause(): void;
  abstract resume(): void;
  /** Reads on, whoever paused, to drop what comes and to see the peer's end. */
  protected abstract drain(): void;
  /** Tells the peer that nothing follows the output. */
  protected abstract halfClose(): void;

  get arena(): TurnArena {
    return this.flusher.arena;
  }

  get bytesWaiting(): number {
    return this.output.bytes + this.socket.writableLength;
  }

  /** Made when first needed: most plain connections never have a write that must wait. */
  get written(): () => void {
    this.#written ??= () => this.#onWritten();
    return this.#written;
  }

  wake(): void {
    this.flusher.wake(this);
  }

  end(): void {
    if (this.state !== 'open') return;
    this.state = 'flushing';
    this.flusher.deadlines.add(this, FLUSH_MS_MAX);
    this.drain();
    this.flush();
  }

  destroy(): void {
    if (this.state === 'closed') return;
    this.state = 'closed';
    this.output.clear();
    this.socket.destroy();
  }

  flush(): void {
    if (this.state === 'lingering' || this.state === 'closed') {
      this.output.clear();
      return;
    }
    if (this.output.bytes > 0) {
      if (this.#writing) {
        this.flusher.settle(this.output);
        return;
      }
      const { bytes } = this.output;
      this.#writing = !this.flusher.writer.write(this);
      if (!this.#writing && bytes >= DRAIN_TOLD_BYTES) setImmediate(tellDrained, this);
    }
    if (this.state !== 'flushing') return;
    // The half-close follows whatever the socket still has to write.
    this.state = 'lingering';
    this.flusher.deadlines.add(this, this.#writing ? FLUSH_MS_MAX : LINGER_MS_MAX);
    this.halfClose();
  }

  expire(): void {
    this.destroy();
  }

  /** Hands a chunk to the handler; the output it causes leaves when the caller calls the flusher's `endRead`. */
  protected handle(chunk: Buffer): void {
    this.flusher.beginRead();
    try {
      this.handler!.onBytes(chunk);
    } catch (error) {
      this.flusher.endRead();
      throw error;
    }
  }

  /** Accounts for bytes that came after the end. */
  protected drop(bytes: number): void {
    this.#droppedBytes += bytes;
    if (this.#droppedBytes > LINGER_BYTES_MAX) this.socket.pause();
  }

  /** Remembers why the connection broke; the first cause counts. */
  broke(error: Error): void {
    this.#error ??= error;
  }

  /** The socket is closed. */
  gone(): void {
    this.state = 'closed';
    this.flusher.deadlines.delete(this);
    this.flusher.writer.release(this);
    this.output.clear();
    const handler = this.handler;
    this.handler = undefined;
    handler?.onClose(this.#error);
  }

  /** For `tellDrained`. */
  drained(): void {
    if (this.state === 'open' && !this.#writing) this.handler?.onDrain();
  }

  #onWritten(): void {
    this.flusher.writer.release(this);
    this.#writing = false;
    if (this.state === 'closed') return;
    if (this.state === 'lingering') {
      this.flusher.deadlines.add(this, LINGER_MS_MAX);
      return;
    }
    if (this.output.bytes > 0) this.flush();
    this.drained();
  }
}

/** In a turn of its own: who takes everything at once must not keep the others waiting. */
function tellDrained(connection: StreamConnection): void {
  connection.drained();
}
