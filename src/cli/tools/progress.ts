/** How far a long run is, on a terminal only and on one line that is written again and again. */

import type { ClientOptions } from './options/client-options.ts';
import type { ToolIo } from './tool.ts';

const EVERY_MS = 500;

export class Progress {
  readonly #io: ToolIo;
  readonly #isShown: boolean;
  readonly #total: number | undefined;
  readonly #startedMs: number = performance.now();
  #lastMs: number = performance.now();
  #wasShown = false;

  constructor({ isNative, isQuiet, isDebug, isJson, payload, repeat }: ClientOptions, io: ToolIo) {
    this.#io = io;
    this.#isShown = isNative && !isQuiet && !isDebug && !isJson && io.stderr.isTTY === true;
    this.#total = payload.kind === 'lines' ? undefined : repeat;
  }

  tell(count: number): void {
    if (!this.#isShown) return;
    const now = performance.now();
    if (now - this.#lastMs < EVERY_MS) return;
    this.#lastMs = now;
    this.#wasShown = true;
    this.#io.stderr.write(`\r\x1b[K${this.#text(count, now)}`);
  }

  end(count: number): void {
    if (this.#wasShown) this.#io.stderr.write(`\r\x1b[K${this.#text(count, performance.now())}\n`);
  }

  #text(count: number, now: number): string {
    const perSecond = Math.round(count / Math.max(0.001, (now - this.#startedMs) / 1000));
    const of = this.#total === undefined ? '' : ` of ${this.#total}`;
    return `${count}${of} messages, ${perSecond}/s`;
  }
}
