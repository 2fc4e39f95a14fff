import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AssertionFailure } from './assert.ts';
import { TimerWheel, WheelEntry } from './timer-wheel.ts';

class Alarm extends WheelEntry {
  readonly name: string;
  constructor(name: string) {
    super();
    this.name = name;
  }
}

/** A wheel of eight slots of 100 ms that notes what it calls. */
function wheelWithLog(nowMs = 0): { wheel: TimerWheel<Alarm>; called: string[] } {
  const called: string[] = [];
  const wheel = new TimerWheel<Alarm>({ resolutionMs: 100, slots: 8, nowMs }, (entry) => called.push(entry.name));
  return { wheel, called };
}

test('calls an entry at the first tick at or after its due time, never before', () => {
  const { wheel, called } = wheelWithLog();
  wheel.schedule(new Alarm('a'), 250);
  expect(wheel.advance(299)).toBe(0);
  expect(wheel.advance(300)).toBe(1);
  wheel.schedule(new Alarm('b'), 400);
  wheel.advance(399);
  expect(called).toEqual(['a']);
  wheel.advance(400);
  expect(called).toEqual(['a', 'b']);
  expect(wheel.size).toBe(0);
});

test('what is due already is called at the next tick', () => {
  const { wheel, called } = wheelWithLog(1_000);
  wheel.schedule(new Alarm('a'), 10);
  expect(wheel.advance(1_000)).toBe(0);
  expect(wheel.advance(1_100)).toBe(1);
  expect(called).toEqual(['a']);
});

test('an entry many rounds away is called on time', () => {
  const { wheel, called } = wheelWithLog(0);
  const weekMs = 7 * 86_400_000;
  wheel.schedule(new Alarm('week'), weekMs);
  for (let nowMs = 0; nowMs < weekMs; nowMs += 86_400) wheel.advance(nowMs);
  expect(called).toEqual([]);
  wheel.advance(weekMs);
  expect(called).toEqual(['week']);
});

test('an entry that never ends stays', () => {
  const { wheel, called } = wheelWithLog();
  wheel.schedule(new Alarm('never'), Number.POSITIVE_INFINITY);
  for (let i = 0; i < 100; i++) wheel.advance(i * 1_000_000);
  expect(called).toEqual([]);
  expect(wheel.size).toBe(1);
});

test('writing a later due time puts an entry off', () => {
  const { wheel, called } = wheelWithLog();
  const entry = new Alarm('a');
  wheel.schedule(entry, 300);
  for (let nowMs = 100; nowMs <= 5_000; nowMs += 100) {
    entry.dueMs = nowMs + 300;
    wheel.advance(nowMs);
  }
  expect(called).toEqual([]);
  wheel.advance(5_200);
  expect(called).toEqual([]);
  wheel.advance(5_300);
  expect(called).toEqual(['a']);
});

test('scheduling again moves an entry, earlier too', () => {
  const { wheel, called } = wheelWithLog();
  const entry = new Alarm('a');
  wheel.schedule(entry, 5_000);
  wheel.schedule(entry, 200);
  expect(wheel.size).toBe(1);
  wheel.advance(200);
  expect(called).toEqual(['a']);
  wheel.advance(6_000);
  expect(called).toEqual(['a']);
});

test('a cancelled entry is not called', () => {
  const { wheel, called } = wheelWithLog();
  const [a, b, c] = [new Alarm('a'), new Alarm('b'), new Alarm('c')];
  for (const entry of [a, b, c]) wheel.schedule(entry, 300);
  expect(wheel.cancel(b)).toBe(true);
  expect(wheel.cancel(b)).toBe(false);
  expect(wheel.isScheduled(a)).toBe(true);
  expect(wheel.isScheduled(b)).toBe(false);
  wheel.advance(1_000);
  expect(called).toEqual(['a', 'c']);
});

test('one advance calls in the order of due times, then of scheduling', () => {
  const { wheel, called } = wheelWithLog();
  wheel.schedule(new Alarm('late'), 700);
  wheel.schedule(new Alarm('x'), 310);
  wheel.schedule(new Alarm('early'), 150);
  wheel.schedule(new Alarm('y'), 310);
  wheel.schedule(new Alarm('z'), 309);
  wheel.advance(2_000);
  expect(called).toEqual(['early', 'z', 'x', 'y', 'late']);
});

test('a long jump costs one revolution and misses nothing', () => {
  const { wheel, called } = wheelWithLog();
  for (let i = 0; i < 50; i++) wheel.schedule(new Alarm(String(i)), i * 1_000);
  const before = performance.now();
  expect(wheel.advance(1e15)).toBe(50);
  // One step for each of the 1e13 ticks would take hours.
  expect(performance.now() - before).toBeLessThan(1_000);
  expect(called).toEqual(Array.from({ length: 50 }, (_, i) => String(i)));
});

test('time that goes back is ignored', () => {
  const { wheel, called } = wheelWithLog(10_000);
  wheel.schedule(new Alarm('a'), 10_500);
  expect(wheel.advance(0)).toBe(0);
  expect(wheel.advance(10_400)).toBe(0);
  expect(wheel.advance(10_500)).toBe(1);
  expect(called).toEqual(['a']);
});

test('a callback may cancel, move, put off and schedule entries that are due at the same time', () => {
  const called: string[] = [];
  const a = new Alarm('a');
  const cancelled = new Alarm('cancelled');
  const moved = new Alarm('moved');
  const late = new Alarm('late');
  const wheel: TimerWheel<Alarm> = new TimerWheel<Alarm>({ resolutionMs: 100, slots: 8, nowMs: 0 }, (entry, nowMs) => {
    called.push(`${entry.name}@${nowMs}`);
    if (entry.name !== 'a') return;
    wheel.cancel(cancelled);
    wheel.schedule(moved, 900);
    late.dueMs = 1_200;
    wheel.schedule(entry, nowMs);
  });
  for (const entry of [a, cancelled, moved, late, new Alarm('again')]) wheel.schedule(entry, 100);
  expect(wheel.advance(200)).toBe(2);
  expect(called).toEqual(['a@200', 'again@200']);
  wheel.cancel(a);
  wheel.advance(900);
  wheel.advance(1_200);
  expect(called).toEqual(['a@200', 'again@200', 'moved@900', 'late@1200']);
  expect(wheel.size).toBe(0);
});

test('a callback that schedules itself as due is called once per advance', () => {
  let calls = 0;
  const wheel: TimerWheel<Alarm> = new TimerWheel<Alarm>({ resolutionMs: 100, nowMs: 0 }, (entry, nowMs) => {
    calls++;
    wheel.schedule(entry, nowMs);
  });
  wheel.schedule(new Alarm('a'), 100);
  wheel.advance(10_000);
  expect(calls).toBe(1);
  wheel.advance(10_100);
  expect(calls).toBe(2);
});

test('when a callback throws, the entries after it are called at the next tick', () => {
  const called: string[] = [];
  const wheel = new TimerWheel<Alarm>({ resolutionMs: 100, nowMs: 0 }, (entry) => {
    called.push(entry.name);
    if (entry.name === 'bad') throw new AssertionFailure('bad entry');
  });
  for (const name of ['good', 'bad', 'after']) wheel.schedule(new Alarm(name), 100);
  expect(() => wheel.advance(100)).toThrow('bad entry');
  expect(wheel.size).toBe(1);
  expect(wheel.advance(200)).toBe(1);
  expect(called).toEqual(['good', 'bad', 'after']);
});

test('a wheel needs a resolution and a power of two of slots', () => {
  for (const options of [{ resolutionMs: 0 }, { resolutionMs: 1, slots: 0 }, { resolutionMs: 1, slots: 12 }]) {
    expect(() => new TimerWheel({ ...options, nowMs: 0 }, () => {})).toThrow(AssertionFailure);
  }
});

test('behaves as a list that is searched at every tick', () => {
  const operation = fc.record({
    kind: fc.constantFrom('schedule', 'schedule', 'putOff', 'cancel', 'advance', 'advance'),
    which: fc.integer({ min: 0, max: 5 }),
    ms: fc.oneof(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 0, max: 5_000 })),
  });
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
      const { wheel, called } = wheelWithLog();
      const entries = Array.from({ length: 6 }, (_, i) => new Alarm(String(i)));
      let model: { entry: Alarm; order: number; minTick: number }[] = [];
      let nowMs = 0;
      operations.forEach(({ kind, which, ms }, order) => {
        const entry = entries[which]!;
        const scheduled = model.some((item) => item.entry === entry);
        if (kind === 'schedule') {
          wheel.schedule(entry, nowMs + ms);
          model = model.filter((item) => item.entry !== entry);
          model.push({ entry, order, minTick: Math.floor(nowMs / 100) + 1 });
        } else if (kind === 'putOff') {
          if (scheduled) entry.dueMs += ms;
        } else if (kind === 'cancel') {
          expect(wheel.cancel(entry)).toBe(scheduled);
          model = model.filter((item) => item.entry !== entry);
        } else {
          nowMs += ms;
          const tick = Math.floor(nowMs / 100);
          const isDue = (item: (typeof model)[number]): boolean =>
            Math.max(Math.ceil(item.entry.dueMs / 100), item.minTick) <= tick;
          const due = model.filter(isDue).sort((a, b) => a.entry.dueMs - b.entry.dueMs || a.order - b.order);
          model = model.filter((item) => !isDue(item));
          called.length = 0;
          expect(wheel.advance(nowMs)).toBe(due.length);
          expect(called).toEqual(due.map((item) => item.entry.name));
        }
        expect(wheel.size).toBe(model.length);
      });
    }),
    { numRuns: 500 },
  );
});
