import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { root } from '../structure/source-tree.ts';

interface Point {
  readonly size: number;
  readonly cost: number;
}

const { verdict } = (await import(pathToFileURL(join(root, 'bench/scaling.mjs')).href)) as {
  verdict(points: readonly Point[]): string;
};
const { troubles } = (await import(pathToFileURL(join(root, 'bench/summary.mjs')).href)) as {
  troubles(summaries: readonly object[], scenarios: readonly object[]): string[];
};

/** Costs that follow a law. */
function points(cost: (size: number) => number): Point[] {
  return [1000, 10_000, 100_000, 1_000_000].map((size) => ({ size, cost: cost(size) }));
}

describe('the verdict on growth', () => {
  it.each<[string, (size: number) => number]>([
    ['a constant cost', () => 3],
    ['the logarithm', (size) => Math.log2(2 * size)],
    ['noise of a tenth', (size) => (size === 10_000 ? 1.1 : 1) * Math.log2(2 * size)],
  ])('lets %s pass', (_name, cost) => {
    expect(verdict(points(cost))).toContain('not faster than the logarithm');
  });

  it('sees a root, and says where it is worst', () => {
    const said = verdict(points((size) => Math.sqrt(size)));
    expect(said).toContain('× 31.62 from 1,000 to 1,000,000: FASTER than the logarithm, by × 16.5');
    expect(said).toContain('from 1,000 to 1,000,000');
  });

  it('sees a single size that falls out', () => {
    expect(verdict(points((size) => (size === 10_000 ? 9 : 1)))).toContain('by × 6.91 from 1,000 to 10,000');
  });

  it('sees a growth behind a smallest size that is dear for another reason', () => {
    const costs = [10, 1, 4, 9];
    expect(verdict(points(() => costs.shift() ?? 0))).toContain('by × 6.14 from 10,000 to 1,000,000');
  });

  it('needs two sizes', () => {
    expect(verdict([{ size: 1, cost: 1 }])).toBe('not enough sizes measured');
  });
});

describe('a run', () => {
  const scenarios = [
    { name: 'q0', qos: 0 },
    { name: 'q1', qos: 1 },
  ];
  const clean = { broker: 'hoopoe', lost: 0, duplicated: 0, failures: [] };

  it('is valid when nothing was lost or doubled, and where a broker lacks a feature', () => {
    const lacking = { scenario: 'q1', broker: 'floor', reason: 'relays QoS 0 only' };
    expect(troubles([{ ...clean, scenario: 'q1' }, lacking], scenarios)).toEqual([]);
    const fallen = { ...clean, broker: 'aedes', scenario: 'q0', failures: ['it ended'] };
    expect(troubles([fallen], scenarios)).toEqual([]);
  });

  it.each([
    ['a message is lost at QoS 1', { scenario: 'q1', lost: 2 }, 'hoopoe, q1: lost 2 messages at QoS 1'],
    ['one comes twice', { scenario: 'q0', duplicated: 1 }, 'hoopoe, q0: 1 messages came twice or out of order'],
    ['a measurement fails', { scenario: 'q0', failed: true, reason: 'it ended' }, 'hoopoe, q0: it ended'],
    ['one of several rounds fails', { scenario: 'q0', failures: ['late'] }, 'hoopoe, q0: late'],
  ])('is not valid when %s', (_name, summary, said) => {
    expect(troubles([{ ...clean, ...summary }], scenarios)).toEqual([said]);
  });

  it('allows losses at QoS 0', () => {
    expect(troubles([{ ...clean, scenario: 'q0', lost: 5 }], scenarios)).toEqual([]);
  });
});
