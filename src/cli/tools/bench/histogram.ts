/**
 * Latencies in buckets that grow by a few per cent each, so that millions of them take no more room than a few, and a
 * percentile is right within those few per cent.
 */

/** Four hundred buckets from a microsecond to more than an hour. */
const GROWTH = 1.06;
const BUCKETS = 400;
const SMALLEST_MS = 0.001;

export class Histogram {
  readonly #counts = new Float64Array(BUCKETS);
  #total = 0;
  #sumMs = 0;
  maxMs = 0;
  minMs: number = Number.POSITIVE_INFINITY;

  add(ms: number): void {
    const bucket = Math.max(0, Math.ceil(Math.log(ms / SMALLEST_MS) / Math.log(GROWTH)));
    const at = Math.min(BUCKETS - 1, Number.isNaN(bucket) ? 0 : bucket);
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
    this.#total++;
    this.#sumMs += ms;
    if (ms > this.maxMs) this.maxMs = ms;
    if (ms < this.minMs) this.minMs = ms;
  }

  get count(): number {
    return this.#total;
  }

  get meanMs(): number {
    return this.#total === 0 ? 0 : this.#sumMs / this.#total;
  }

  /** @param share of the values that are not above the answer, from 0 to 1 */
  percentileMs(share: number): number {
    if (this.#total === 0) return 0;
    const rank = Math.max(1, Math.ceil(share * this.#total));
    let seen = 0;
    for (const [bucket, count] of this.#counts.entries()) {
      seen += count;
      if (seen >= rank) return Math.min(this.maxMs, SMALLEST_MS * GROWTH ** bucket);
    }
    return this.maxMs;
  }

  /** Rows of `up to`, how many, and a bar; empty decades at both ends are left out. */
  lines(width: number = 40): string[] {
    const bounds = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, Number.POSITIVE_INFINITY];
    const counts = bounds.map(() => 0);
    for (const [bucket, count] of this.#counts.entries()) {
      if (count === 0) continue;
      const value = Math.min(this.maxMs, SMALLEST_MS * GROWTH ** bucket);
      const at = bounds.findIndex((bound) => value <= bound);
      counts[at] = (counts[at] ?? 0) + count;
    }
    const first = counts.findIndex((count) => count > 0);
    const last = counts.findLastIndex((count) => count > 0);
    const most = Math.max(1, ...counts);
    return counts.flatMap((count, i) => {
      if (first < 0 || i < first || i > last) return [];
      const bound = bounds[i] ?? 0;
      const name = bound === Number.POSITIVE_INFINITY ? '> 5000 ms' : `<= ${bound} ms`;
      const share = ((count / this.#total) * 100).toFixed(1).padStart(5);
      return [`${name.padStart(12)} ${share}% ${'#'.repeat(Math.ceil((count / most) * width) * (count > 0 ? 1 : 0))}`];
    });
  }
}
