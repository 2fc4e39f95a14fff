/** A hundred thousand sessions are listed without holding anybody up. */

import { describe, expect, it } from 'vitest';
import type { Clock } from '../../ports/clock.ts';
import { SystemClock } from '../../std/system-clock.ts';
import { FakeClock } from '../../testing/fake-clock.ts';
import { testBroker } from '../../testing/test-broker.ts';
import type { BrokerContext } from '../context.ts';
import { Counters } from '../counters.ts';
import { defaultBrokerOptions } from '../options.ts';
import { Session, type SessionContext } from '../session/session.ts';
import type { Sessions } from '../session/sessions.ts';
import { listClients } from './clients.ts';
import { inSlices } from './slices.ts';
import { listSubscriptions } from './subscriptions.ts';

/** The longest time in which nobody else had a turn while `task` went on, in milliseconds. */
async function longestPause(task: () => Promise<unknown>): Promise<number> {
  let [longest, isOver] = [0, false];
  let last = performance.now();
  const look = (): void => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (!isOver) setImmediate(look);
  };
  setImmediate(look);
  await task();
  isOver = true;
  look();
  return longest;
}

/** The best of many runs, as soon as one is good: whatever else this machine does is not ours. */
async function bestPause(task: () => Promise<unknown>): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  const endsMs = performance.now() + 10_000;
  while (best >= 20 && performance.now() < endsMs) best = Math.min(best, await longestPause(task));
  return best;
}

function manySessions(count: number): Sessions {
  const clock = new SystemClock();
  const context = { clock, options: defaultBrokerOptions, counters: new Counters(), now: () => 0 };
  const sessions = new Map<string, Session>();
  for (let i = 0; i < count; i++) {
    const clientId = `device-${(i * 7919) % count}`;
    sessions.set(clientId, new Session(clientId, context as unknown as SessionContext, 0));
  }
  return { [Symbol.iterator]: () => sessions.values(), get: (id: string) => sessions.get(id) } as unknown as Sessions;
}

describe('a hundred thousand sessions', () => {
  const clock = new SystemClock();
  const sessions = manySessions(100_000);
  const context = { sessions, clock } as unknown as BrokerContext;

  it.each([
    ['the first page', {}],
    ['a search that finds nothing', { search: 'nothing' }],
    ['the largest page of the most dropped', { sort: 'dropped', order: 'desc', limit: 1_000 }],
    ['a condition that looks at everything', { where: ({ queued }: { queued: number }) => queued > 0 }],
  ] as const)('are looked through without a pause of 20 ms: %s', async (_name, query) => {
    expect(await bestPause(() => listClients(context, query))).toBeLessThan(20);
  });

  it('are all counted, and the first is the first', async () => {
    const page = await listClients(context, { limit: 2 });
    expect(page.total).toBe(100_000);
    expect(page.items.map(({ clientId }) => clientId)).toEqual(['device-0', 'device-1']);
  });

  it('are looked through for subscriptions without a pause of 20 ms, also where there are none', async () => {
    expect(await bestPause(() => listSubscriptions(context))).toBeLessThan(20);
  });
});

describe('slices', () => {
  it('let others have their turn even where the clock stands still', async () => {
    const clock = new FakeClock();
    let turns = 0;
    const looking = inSlices(Array.from({ length: 50_000 }), clock, () => {});
    for (let i = 0; i < 10; i++) {
      await Promise.resolve();
      if (clock.runSoon()) turns++;
    }
    await looking;
    expect(turns).toBe(2);
  });

  it('take one turn together, however many look at the same time', async () => {
    const tasks: (() => void)[] = [];
    const clock = { monotonic: () => 0, soon: (task: () => void) => tasks.push(task) } as unknown as Clock;
    const seen: number[] = [];
    const looking = [0, 1, 2].map((walk) => inSlices(Array.from({ length: 40_000 }), clock, () => seen.push(walk)));
    const ofTurns: string[] = [];
    for (let turn = 0; turn < 20; turn++) {
      for (let i = 0; i < 5; i++) await Promise.resolve();
      ofTurns.push([...new Set(seen.splice(0))].join());
      for (const task of tasks.splice(0)) task();
    }
    await Promise.all(looking);
    expect(ofTurns.filter((walks) => walks !== '')).toEqual(['0', '0', '1', '2', '1', '2']);
  });

  it('end early where the visitor has seen enough', async () => {
    let seen = 0;
    await inSlices([1, 2, 3, 4], new FakeClock(), (number) => {
      seen++;
      return number < 2;
    });
    expect(seen).toBe(2);
  });

  it('go on while sessions come and go', async () => {
    const broker = await testBroker();
    const map = new Map(Array.from({ length: 100 }, (_, i) => [i, i]));
    const seen: number[] = [];
    await inSlices(map.values(), broker.clock, (number) => {
      seen.push(number);
      map.delete(number + 1);
      if (number < 10) map.set(1_000 + number, 1_000 + number);
    });
    expect(seen.slice(0, 3)).toEqual([0, 2, 4]);
    expect(seen).toContain(1_000);
    await broker.close();
  });
});
