/**
 * The plugin's end of the channel. Besides calls it can ask and wait, as the context needs it where it answers at once:
 * the thread stands still until the broker has answered. Calls of the broker that come meanwhile are taken afterwards.
 */

import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { Channel, type Serve } from './channel.ts';
import { receivedError } from './errors.ts';
import { type Answer, type Batch, type Call, cell } from './protocol.ts';

/** What a plugin may have under way, so that it cannot flood the broker. */
const WINDOW_CALLS = 256;
const WINDOW_BYTES = 4 * 1024 * 1024;

export class WorkerChannel extends Channel {
  readonly #port: MessagePort;
  readonly #cells: Int32Array;
  /** Calls that came while somebody waited. */
  #deferred: Call[] = [];
  #asked: { readonly id: number; answer?: Answer } | undefined;

  constructor(port: MessagePort, cells: Int32Array, serve: Serve) {
    super(port, serve, { windowCalls: WINDOW_CALLS, windowBytes: WINDOW_BYTES });
    this.#port = port;
    this.#cells = cells;
  }

  /** Stands still until the broker has answered. @throws what it has thrown */
  ask(task: string, target: string | number, argument: unknown): unknown {
    const { id, answer } = this.begin(task, target, argument, {});
    answer.catch(() => {});
    const asked: { readonly id: number; answer?: Answer } = { id };
    this.#asked = asked;
    while (asked.answer === undefined) {
      this.flush();
      const seen = Atomics.load(this.#cells, cell.posted);
      for (;;) {
        const received = receiveMessageOnPort(this.#port) as { readonly message: Batch } | undefined;
        if (received === undefined) break;
        this.take(received.message);
      }
      if (asked.answer === undefined) Atomics.wait(this.#cells, cell.posted, seen);
    }
    this.#asked = undefined;
    if (this.#deferred.length > 0) setImmediate(() => this.#takeDeferred());
    const [, error, value] = asked.answer as Answer;
    if (error !== undefined) throw receivedError(error);
    return value;
  }

  protected override takeAnswer(answer: Answer): void {
    if (this.#asked?.id === answer[0]) this.#asked.answer = answer;
    super.takeAnswer(answer);
  }

  protected override takeCall(call: Call): void {
    // In their order, also where some wait already.
    if (this.#asked !== undefined || this.#deferred.length > 0) this.#deferred.push(call);
    else super.takeCall(call);
  }

  #takeDeferred(): void {
    const calls = this.#deferred;
    this.#deferred = [];
    for (const call of calls) this.takeCall(call);
    if (this.#deferred.length > 0) setImmediate(() => this.#takeDeferred());
  }
}
