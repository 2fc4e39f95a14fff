/** A byte connection without a socket: what is written is read here, and the test plays the peer. */

import type { ByteConnection, ByteHandler, Peer } from '../../src/ports/listener.ts';
import { OutputQueue, TurnArena } from '../../src/std/output-queue.ts';

const peer: Peer = {
  address: '192.0.2.1',
  port: 40_000,
  localAddress: '192.0.2.2',
  localPort: 1883,
  listener: 'test',
  transport: 'memory',
};

export class FakeConnection implements ByteConnection {
  readonly peer: Peer = peer;
  readonly output: OutputQueue = new OutputQueue();
  readonly arena: TurnArena = new TurnArena(4096);
  /** What was called, in order: `pause`, `resume`, `wake`, `end`, `destroy`. */
  readonly calls: string[] = [];
  handler: ByteHandler | undefined;

  get bytesWaiting(): number {
    return this.output.bytes;
  }

  start(handler: ByteHandler): void {
    this.handler = handler;
  }

  pause(): void {
    this.calls.push('pause');
  }

  resume(): void {
    this.calls.push('resume');
  }

  wake(): void {
    this.calls.push('wake');
  }

  end(): void {
    this.calls.push('end');
  }

  destroy(): void {
    this.calls.push('destroy');
  }

  /** The peer sends. */
  receive(...chunks: readonly Buffer[]): void {
    for (const chunk of chunks) this.handler!.onBytes(chunk);
  }

  /** Everything that was sent since the last call, as if the turn had ended. */
  written(): Buffer {
    const bytes = Buffer.alloc(this.output.bytes);
    this.output.copyTo(bytes, 0);
    this.output.clear();
    this.arena.reset();
    return bytes;
  }
}
