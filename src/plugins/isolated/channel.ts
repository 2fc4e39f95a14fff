/**
 * Calls and answers over a port, the same on both sides. What is said within a turn of the loop goes as one message, for
 * a message costs more than what is in it.
 */

import type { MessagePort } from 'node:worker_threads';
import { receivedError, sentError } from './errors.ts';
import type { Answer, Batch, Call, SentError } from './protocol.ts';

export type Serve = (task: string, target: string | number, argument: unknown) => unknown;

export interface Flow {
  /** Calls that may be on their way; further ones wait here. */
  readonly windowCalls: number;
  /** Bytes of calls that may be on their way; a single larger one goes alone. */
  readonly windowBytes: number;
  /** Called when something was posted. */
  posted?(): void;
}

interface Waiting {
  readonly bytes: number;
  readonly expiresAtMs: number;
  isPosted: boolean;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** What a call brings along for those who count. */
export interface CallCost {
  /** What the argument takes, roughly. Default 0. */
  readonly bytes?: number;
  /** After so long nobody waits for the answer any more. Default: for ever. */
  readonly seconds?: number;
}

export class Channel {
  readonly #port: MessagePort;
  readonly #serve: Serve;
  readonly #flow: Flow;
  readonly #waiting = new Map<number, Waiting>();
  #calls: Call[] = [];
  #answers: Answer[] = [];
  #bytes = 0;
  #postedCalls = 0;
  #postedBytes = 0;
  #nextId = 1;
  #isFlushing = false;
  #endedBy: Error | undefined;

  constructor(port: MessagePort, serve: Serve, flow: Flow) {
    this.#port = port;
    this.#serve = serve;
    this.#flow = flow;
    port.on('message', (batch: Batch) => this.take(batch));
  }

  /** Calls that were made and not answered. */
  get waitingCalls(): number {
    return this.#waiting.size;
  }

  /** Bytes of them. */
  get waitingBytes(): number {
    return this.#bytes;
  }

  /** Rejects with what the other side has thrown, or with what has ended the channel. */
  call(task: string, target: string | number, argument: unknown, cost: CallCost = {}): Promise<unknown> {
    return this.begin(task, target, argument, cost).answer;
  }

  /** As `call`, with the number under which the answer comes. */
  protected begin(
    task: string,
    target: string | number,
    argument: unknown,
    { bytes = 0, seconds = Number.POSITIVE_INFINITY }: CallCost,
  ): { readonly id: number; readonly answer: Promise<unknown> } {
    const id = this.#nextId++;
    if (this.#endedBy !== undefined) return { id, answer: Promise.reject(this.#endedBy) };
    const expiresAtMs = performance.now() + seconds * 1000;
    const answer = new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(id, { bytes, expiresAtMs, isPosted: false, resolve, reject });
    });
    this.#bytes += bytes;
    this.#calls.push([id, task, target, argument]);
    this.#schedule();
    return { id, answer };
  }

  /** Rejects the calls for whose answers nobody waits any more. */
  sweep(reason: Error): void {
    const nowMs = performance.now();
    const overdue = [...this.#waiting].filter(([, { expiresAtMs }]) => expiresAtMs < nowMs);
    for (const [id] of overdue) this.#remove(id)?.reject(reason);
  }

  /** Rejects everything that waits; nothing is sent or taken from now on. */
  end(reason: Error): void {
    if (this.#endedBy !== undefined) return;
    this.#endedBy = reason;
    this.#port.close();
    this.#calls = [];
    this.#answers = [];
    for (const id of [...this.#waiting.keys()]) this.#remove(id)?.reject(reason);
  }

  protected take({ calls, answers }: Batch): void {
    for (const answer of answers) this.takeAnswer(answer);
    for (const call of calls) this.takeCall(call);
  }

  protected takeAnswer([id, error, value]: Answer): void {
    const waiting = this.#remove(id);
    if (error === undefined) waiting?.resolve(value);
    else waiting?.reject(receivedError(error));
    if (this.#calls.length > 0) this.#schedule();
  }

  protected takeCall([id, task, target, argument]: Call): void {
    if (this.#endedBy !== undefined) return;
    try {
      const value = this.#serve(task, target, argument);
      if (value instanceof Promise) {
        value.then(
          (late) => this.#answer(id, undefined, late),
          (error: unknown) => this.#answer(id, sentError(error), undefined),
        );
      } else this.#answer(id, undefined, value);
    } catch (error) {
      this.#answer(id, sentError(error), undefined);
    }
  }

  #answer(id: number, error: SentError | undefined, value: unknown): void {
    if (this.#endedBy !== undefined) return;
    this.#answers.push([id, error, value]);
    this.#schedule();
  }

  #remove(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return undefined;
    this.#waiting.delete(id);
    this.#bytes -= waiting.bytes;
    if (waiting.isPosted) {
      this.#postedCalls--;
      this.#postedBytes -= waiting.bytes;
    }
    return waiting;
  }

  #schedule(): void {
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    setImmediate(() => {
      this.#isFlushing = false;
      this.flush();
    });
  }

  /** Posts what waits, as far as it may. */
  protected flush(): void {
    if (this.#endedBy !== undefined) return;
    const calls = this.#callsToPost();
    if (calls.length === 0 && this.#answers.length === 0) return;
    const answers = this.#answers;
    this.#answers = [];
    this.#post({ calls, answers });
    this.#flow.posted?.();
  }

  #callsToPost(): readonly Call[] {
    const { windowCalls, windowBytes } = this.#flow;
    let count = 0;
    for (const [id] of this.#calls) {
      const waiting = this.#waiting.get(id);
      const bytes = waiting?.bytes ?? 0;
      if (this.#postedCalls >= windowCalls || (this.#postedCalls > 0 && this.#postedBytes + bytes > windowBytes)) break;
      count++;
      if (waiting === undefined) continue;
      waiting.isPosted = true;
      this.#postedCalls++;
      this.#postedBytes += bytes;
    }
    return this.#calls.splice(0, count);
  }

  #post(batch: Batch): void {
    try {
      this.#port.postMessage(batch);
    } catch {
      // Something in it cannot be copied; the rest goes without it.
      this.#port.postMessage({
        calls: batch.calls.filter((call) => this.#isSendable(call)),
        answers: batch.answers.map(sendable),
      } satisfies Batch);
    }
  }

  #isSendable(call: Call): boolean {
    try {
      structuredClone(call);
      return true;
    } catch (error) {
      this.#remove(call[0])?.reject(error);
      return false;
    }
  }
}

function sendable(answer: Answer): Answer {
  try {
    structuredClone(answer);
    return answer;
  } catch (error) {
    return [answer[0], sentError(error), undefined];
  }
}
