import { expect, onTestFinished, test, vi } from 'vitest';
import { FailurePause } from './failure-pause.ts';

test('after the first failure there is no pause; then they grow to a limit, and end with a success', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const pause = new FailurePause();
  const failure = new TypeError('the disk fails');
  pause.check();
  const pauses: number[] = [];
  for (let failures = 0; failures < 10; failures++) {
    expect(pause.begin(failure)).toBe(failure);
    let waitedMs = 0;
    for (;;) {
      try {
        pause.check();
        break;
      } catch (error) {
        expect(error).toBe(failure);
        vi.advanceTimersByTime(50);
        waitedMs += 50;
      }
    }
    pauses.push(waitedMs);
  }
  expect(pauses).toEqual([0, 100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000]);
  pause.begin(failure);
  pause.end();
  pause.check();
  pause.begin(failure);
  pause.check();
});
