/**
 * Tests the sources of a running broker: all of them when it starts, so that the operator hears of a wrong address or
 * password before the first client does, and those that have failed again and again, so that it is known that they are
 * back though nobody asks them: clients that are kept away until the broker is ready never would.
 */

import type { Clock } from '../../ports/clock.ts';
import type { AccessChain, ChainSource } from './access-chain.ts';
import type { AccessStatistics } from './statistics.ts';

const AGAIN_MS = 10_000;

/** What fails whenever clients ask, though it answers the test, is not said to be back between two of them. */
const QUIET_MS = 15_000;

interface TestedChain {
  /** Those of the moment. */
  readonly sources: readonly ChainSource[];
  readonly accessStatistics: AccessStatistics;
}

/** @returns ends it */
export function testSources(
  chain: TestedChain,
  access: Pick<AccessChain, 'test'>,
  clock: Pick<Clock, 'now' | 'every'>,
): () => void {
  const asked = new Set<string>();
  const test = async ({ source }: ChainSource): Promise<void> => {
    if (source.test === undefined || asked.has(source.name)) return;
    asked.add(source.name);
    try {
      await access.test(source);
    } catch {
      // The chain has noted and said it; the source stays, and may come up later.
    } finally {
      asked.delete(source.name);
    }
  };
  for (const one of chain.sources) void test(one);
  return clock.every(AGAIN_MS, () => {
    const latestMs = clock.now() - QUIET_MS;
    const down = chain.accessStatistics.sources.filter(({ up }) => !up);
    for (const { name, lastFailure } of down) {
      const found = chain.sources.find(({ source }) => source.name === name);
      if (found !== undefined && (lastFailure?.atMs ?? 0) <= latestMs) void test(found);
    }
  });
}
