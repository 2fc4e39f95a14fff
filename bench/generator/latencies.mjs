/** Collects latencies in microseconds and says which share of them is below what. */

export class Latencies {
  constructor() {
    this.samples = new Uint32Array(65_536);
    this.count = 0;
  }

  /** @param {number} microseconds */
  record(microseconds) {
    if (this.count === this.samples.length) {
      const larger = new Uint32Array(this.count * 2);
      larger.set(this.samples);
      this.samples = larger;
    }
    this.samples[this.count++] = microseconds;
  }

  /** @returns {{ p50: number, p99: number, p999: number } | undefined} microseconds; undefined without samples */
  percentiles() {
    if (this.count === 0) return undefined;
    const sorted = this.samples.slice(0, this.count).sort();
    const below = (/** @type {number} */ share) => sorted[Math.min(this.count - 1, Math.floor(this.count * share))];
    return { p50: below(0.5), p99: below(0.99), p999: below(0.999) };
  }
}
