/** Ranges, sums and quantiles of a histogram. */

import { describe, expect, it } from 'vitest';
import { Histogram } from './histogram.ts';

describe('a histogram', () => {
  it('counts a value in the first range whose end it does not exceed', () => {
    const histogram = new Histogram([1, 5, 10]);
    for (const value of [0, 1, 1.1, 5, 10, 10.5, 1e9]) histogram.observe(value);
    expect(histogram.counts).toEqual([2, 2, 1, 2]);
    expect(histogram.count).toBe(7);
    expect(histogram.sum).toBeCloseTo(1e9 + 27.6, 3);
  });

  it('tells the end of the range in which a quantile lies', () => {
    const histogram = new Histogram([1, 5, 10]);
    expect(histogram.quantile(0.5)).toBe(0);
    for (const value of [1, 1, 1, 4, 7, 7, 7, 7, 7, 50]) histogram.observe(value);
    expect(histogram.quantile(0.3)).toBe(1);
    expect(histogram.quantile(0.4)).toBe(5);
    expect(histogram.quantile(0.9)).toBe(10);
    expect(histogram.quantile(0.99)).toBe(Number.POSITIVE_INFINITY);
  });

  it('refuses bounds that do not grow', () => {
    expect(() => new Histogram([1, 1])).toThrow(/bounds/);
  });
});
