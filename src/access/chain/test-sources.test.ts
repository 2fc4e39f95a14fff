/** Sources that nobody asks: whether it is known that they are down, and that they are back. */

import { expect, it } from 'vitest';
import type { AccessSource } from '../../ports/access-source.ts';
import { FakeClock } from '../../testing/fake-clock.ts';
import { AccessChain, type ChainSource } from './access-chain.ts';
import { testSources } from './test-sources.ts';

/** A chain of one source that answers or not, and how often it was tested. */
function chainOf(clock: FakeClock) {
  const world = { isThere: false, tests: 0 };
  const source: AccessSource = {
    name: 'db',
    kind: 'postgresql',
    authenticator: { name: 'db', authenticate: () => Promise.reject(new RangeError('not at all')) },
    test: () => {
      world.tests++;
      return world.isThere ? Promise.resolve() : Promise.reject(new RangeError('nobody is there'));
    },
    close: async () => {},
  };
  const sources: ChainSource[] = [{ source }];
  const access = new AccessChain({ sources, clock });
  const chain = {
    sources,
    get accessStatistics() {
      return access.statistics;
    },
  };
  const isUp = (): boolean => access.statistics.sources[0]!.up;
  return { world, access, chain, isUp };
}

/** Lets everything happen that waits for nothing. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function advance(clock: FakeClock, seconds: number): Promise<void> {
  for (let i = 0; i < seconds; i++) {
    clock.advance(1000);
    await settle();
  }
}

it('a source that does not answer when the broker starts is down before any client has asked it', async () => {
  const clock = new FakeClock();
  const { access, chain, isUp, world } = chainOf(clock);
  expect(isUp()).toBe(true);
  const end = testSources(chain, access, clock);
  await settle();
  expect([isUp(), access.statistics.sources[0]!.lastFailure?.text]).toEqual([false, 'nobody is there']);
  world.isThere = true;
  await advance(clock, 20);
  expect([isUp(), world.tests]).toEqual([true, 2]);
  // What answers is left alone.
  await advance(clock, 60);
  expect(world.tests).toBe(2);
  end();
});

it('a source that fails whenever a client asks is not said to be back between two of them', async () => {
  const clock = new FakeClock();
  const { access, chain, isUp, world } = chainOf(clock);
  world.isThere = true;
  const end = testSources(chain, access, clock);
  await settle();
  const peer = { address: '::1', port: 1, localAddress: '::1', localPort: 1883, listener: 'mqtt', transport: 'tcp' };
  for (let i = 0; i < 6; i++) {
    await access.authenticate({ clientId: 'c', username: 'u', password: Buffer.from('p'), peer } as never);
    await advance(clock, 8);
    expect(isUp()).toBe(false);
  }
  expect(world.tests).toBe(1);
  await advance(clock, 20);
  expect(isUp()).toBe(true);
  end();
});

it('nobody is tested any more when it has ended', async () => {
  const clock = new FakeClock();
  const { access, chain, world } = chainOf(clock);
  testSources(chain, access, clock)();
  await advance(clock, 60);
  expect(world.tests).toBe(1);
});
