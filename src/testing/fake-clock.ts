/**
 * Time that stands still until a test moves it. Tasks run in the order of their times, those of one moment in the
 * order in which they were asked for, so a test sees the same every time.
 */

import type { Clock } from '../ports/clock.ts';

interface Task {
  atMs: number;
  readonly order: number;
  readonly periodMs: number;
  readonly run: () => void;
}

export class FakeClock implements Clock {
  readonly #epochMs: number;
  #elapsedMs = 0;
  #order = 0;
  #tasks: Task[] = [];
  #soon: (() => void)[] = [];

  /** @param epochMs what `now()` begins with; 2026-01-01 unless given */
  constructor(epochMs: number = Date.UTC(2026, 0, 1)) {
    this.#epochMs = epochMs;
  }

  now(): number {
    return this.#epochMs + this.#elapsedMs;
  }

  monotonic(): number {
    return this.#elapsedMs;
  }

  soon(task: () => void): void {
    this.#soon.push(task);
  }

  every(ms: number, task: () => void): () => void {
    return this.#add(ms, ms, task);
  }

  after(ms: number, task: () => void): () => void {
    return this.#add(ms, 0, task);
  }

  #add(ms: number, periodMs: number, run: () => void): () => void {
    const task: Task = { atMs: this.#elapsedMs + ms, order: this.#order++, periodMs, run };
    this.#tasks.push(task);
    return () => {
      this.#tasks = this.#tasks.filter((other) => other !== task);
    };
  }

  /** Runs what was asked for with `soon`, and what that asks for in turn. True when there was something. */
  runSoon(): boolean {
    const any = this.#soon.length > 0;
    while (this.#soon.length > 0) {
      const tasks = this.#soon;
      this.#soon = [];
      for (const task of tasks) task();
    }
    return any;
  }

  /** Moves time on and runs what falls due, each at its own moment. */
  advance(ms: number): void {
    const end = this.#elapsedMs + ms;
    this.runSoon();
    for (;;) {
      const next = this.#earliest(end);
      if (next === undefined) break;
      this.#elapsedMs = next.atMs;
      if (next.periodMs > 0) next.atMs += next.periodMs;
      else this.#tasks = this.#tasks.filter((other) => other !== next);
      next.run();
      this.runSoon();
    }
    this.#elapsedMs = end;
  }

  #earliest(endMs: number): Task | undefined {
    let best: Task | undefined;
    for (const task of this.#tasks) {
      if (task.atMs > endMs) continue;
      if (best === undefined || task.atMs < best.atMs || (task.atMs === best.atMs && task.order < best.order))
        best = task;
    }
    return best;
  }
}
