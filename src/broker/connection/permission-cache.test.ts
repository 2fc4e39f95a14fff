import { describe, expect, it } from 'vitest';
import type { Action } from '../../ports/access.ts';
import { FakeClock } from '../../testing/fake-clock.ts';
import { PermissionCache } from './permission-cache.ts';

function cacheOf(entriesMax = 4, secondsMax = 60): { cache: PermissionCache; clock: FakeClock } {
  const clock = new FakeClock();
  return { cache: new PermissionCache(entriesMax, secondsMax, clock), clock };
}

describe('PermissionCache', () => {
  it('knows what it was told, for that action, QoS and RETAIN alone', () => {
    const { cache } = cacheOf();
    cache.set('publish', 'a', 1, false, 0, true);
    cache.set('publish', 'a', 2, false, 0, false);
    expect(cache.get('publish', 'a', 1, false, 0)).toBe(true);
    expect(cache.get('publish', 'a', 2, false, 0)).toBe(false);
    expect(cache.get('publish', 'a', 0, false, 0)).toBeUndefined();
    expect(cache.get('publish', 'a', 1, true, 0)).toBeUndefined();
    expect(cache.get('subscribe', 'a', 1, false, 0)).toBeUndefined();
    expect(cache.get('publish', 'b', 1, false, 0)).toBeUndefined();
  });

  it('keeps all combinations of one topic apart', () => {
    const { cache } = cacheOf();
    const all = (['publish', 'subscribe', 'receive'] satisfies Action[]).flatMap((action) =>
      ([0, 1, 2] as const).flatMap((qos) => [true, false].map((retain) => ({ action, qos, retain }))),
    );
    for (const [index, { action, qos, retain }] of all.entries())
      cache.set(action, 'a', qos, retain, 0, index % 3 === 0);
    const answers = all.map(({ action, qos, retain }) => cache.get(action, 'a', qos, retain, 0));
    expect(answers).toEqual(all.map((_, index) => index % 3 === 0));
  });

  it('takes a later answer for the earlier one', () => {
    const { cache } = cacheOf();
    cache.set('publish', 'a', 0, false, 0, true);
    cache.set('publish', 'a', 0, false, 0, false);
    expect(cache.get('publish', 'a', 0, false, 0)).toBe(false);
  });

  it('forgets everything when the rules have changed, and keeps nothing that older rules decided', () => {
    const { cache } = cacheOf();
    cache.set('publish', 'a', 0, false, 0, true);
    expect(cache.get('publish', 'a', 0, false, 1)).toBeUndefined();
    cache.set('publish', 'b', 0, false, 2, true);
    cache.set('publish', 'c', 0, false, 1, true);
    expect(cache.get('publish', 'c', 0, false, 2)).toBeUndefined();
    expect(cache.get('publish', 'b', 0, false, 2)).toBe(true);
    // Asked before a change that nobody has heard of here, answered after it.
    cache.set('publish', 'd', 0, false, 2, true);
    expect(cache.get('publish', 'd', 0, false, 3)).toBeUndefined();
  });

  it('forgets after its time, counted from the first answer about a topic', () => {
    const { cache, clock } = cacheOf(4, 60);
    cache.set('publish', 'a', 0, false, 0, true);
    clock.advance(59_999);
    cache.set('publish', 'a', 1, false, 0, true);
    expect(cache.get('publish', 'a', 0, false, 0)).toBe(true);
    clock.advance(1);
    expect(cache.get('publish', 'a', 0, false, 0)).toBeUndefined();
    expect(cache.get('publish', 'a', 1, false, 0)).toBeUndefined();
  });

  it('does not give new life to what is stale', () => {
    const { cache, clock } = cacheOf(4, 60);
    cache.set('publish', 'a', 0, false, 0, true);
    clock.advance(60_000);
    cache.set('publish', 'a', 1, false, 0, true);
    expect(cache.get('publish', 'a', 0, false, 0)).toBeUndefined();
  });

  it('has a bound, and the oldest topic goes', () => {
    const { cache } = cacheOf(2);
    for (const topic of ['a', 'b', 'c']) cache.set('publish', topic, 0, false, 0, true);
    expect(['a', 'b', 'c'].map((topic) => cache.get('publish', topic, 0, false, 0))).toEqual([undefined, true, true]);
    cache.set('publish', 'x'.repeat(1025), 0, false, 0, true);
    expect(cache.get('publish', 'c', 0, false, 0)).toBe(true);
    expect(cache.get('publish', 'x'.repeat(1025), 0, false, 0)).toBeUndefined();
  });

  it.each([
    [0, 60],
    [10, 0],
  ])('remembers nothing with %i entries and %i seconds', (entries, seconds) => {
    const { cache } = cacheOf(entries, seconds);
    cache.set('publish', 'a', 0, false, 0, true);
    expect(cache.get('publish', 'a', 0, false, 0)).toBeUndefined();
  });

  it('can be told to forget', () => {
    const { cache } = cacheOf();
    cache.set('publish', '__proto__', 0, false, 0, true);
    expect(cache.get('publish', '__proto__', 0, false, 0)).toBe(true);
    cache.clear();
    expect(cache.get('publish', '__proto__', 0, false, 0)).toBeUndefined();
  });
});
