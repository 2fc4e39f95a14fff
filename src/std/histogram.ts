/**
 * How often a value fell into which range, with their number and sum: enough for averages and quantiles over any time
 * in which somebody looks twice. Observing allocates nothing.
 */

import { assert } from './assert.ts';

export class Histogram {
  /** Upper ends of the ranges, growing; a value equal to an end belongs to its range. */
  readonly bounds: readonly number[];
  /** Values in each range; the last range has no end. */
  readonly counts: number[];
  sum = 0;
  count = 0;

  constructor(bounds: readonly number[]) {
    assert(
      bounds.every((bound, i) => i === 0 || bound > bounds[i - 1]!),
      'The bounds of a histogram grow.',
    );
    this.bounds = bounds;
    this.counts = new Array<number>(bounds.length + 1).fill(0);
  }

  observe(value: number): void {
    const { bounds, counts } = this;
    let range = 0;
    while (range < bounds.length && value > bounds[range]!) range++;
    counts[range]!++;
    this.sum += value;
    this.count++;
  }

  /**
   * The upper end of the range in which the quantile lies, which is the largest value it may have; infinite in the last
   * range, and 0 when nothing was observed.
   * @param share from 0 to 1
   */
  quantile(share: number): number {
    let left = Math.max(1, Math.ceil(this.count * share));
    if (this.count === 0) return 0;
    for (let range = 0; range < this.bounds.length; range++) {
      left -= this.counts[range]!;
      if (left <= 0) return this.bounds[range]!;
    }
    return Number.POSITIVE_INFINITY;
  }
}
