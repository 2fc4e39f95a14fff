/** Memory of another process over time, where the system tells it, and whether it stays flat. */

import { readFileSync } from 'node:fs';

const everyMs = 500;

export class MemoryWatch {
  readonly #pid: number;
  readonly #samples: number[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(pid: number) {
    this.#pid = pid;
    this.#timer = setInterval(() => this.#sample(), everyMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Means in MB of the second and of the last fifth of the run: the first is warm-up. Undefined without /proc. */
  get fifths(): { early: number; late: number; highest: number } | undefined {
    const fifth = Math.floor(this.#samples.length / 5);
    if (fifth === 0) return undefined;
    return {
      early: mean(this.#samples.slice(fifth, 2 * fifth)),
      late: mean(this.#samples.slice(-fifth)),
      highest: Math.max(...this.#samples),
    };
  }

  #sample(): void {
    try {
      const status = readFileSync(`/proc/${this.#pid}/status`, 'utf8');
      const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
      if (kilobytes !== undefined) this.#samples.push(Number(kilobytes) / 1024);
    } catch {
      // There is no /proc, or the process has ended, which others notice.
    }
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
