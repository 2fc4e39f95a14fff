/** Whoever guesses is slowed down, and whoever knows is not kept out by that. */

import { describe, expect, it } from 'vitest';
import { LoginThrottle } from './throttle.ts';

function throttle(): { locks: LoginThrottle; pass(seconds: number): void } {
  let now = 1_000_000;
  return {
    locks: new LoginThrottle(() => now),
    pass(seconds) {
      now += seconds * 1000;
    },
  };
}

const guess = (locks: LoginThrottle, times: number, name: string, address: string): void => {
  for (let i = 0; i < times; i++) locks.failed(name, address);
};

describe('an address that guesses', () => {
  it('is locked after five failures in a row, for longer each time, and free again after a success', () => {
    const { locks, pass } = throttle();
    guess(locks, 4, 'ann', '10.0.0.1');
    expect(locks.waitSeconds('ann', '10.0.0.1')).toBe(0);
    guess(locks, 1, 'ann', '10.0.0.1');
    expect(locks.waitSeconds('bob', '10.0.0.1')).toBe(5);
    pass(5);
    expect(locks.waitSeconds('bob', '10.0.0.1')).toBe(0);
    guess(locks, 1, 'bob', '10.0.0.1');
    expect(locks.waitSeconds('bob', '10.0.0.1')).toBe(10);
    pass(10);
    locks.succeeded('bob', '10.0.0.1');
    guess(locks, 4, 'bob', '10.0.0.1');
    expect(locks.waitSeconds('bob', '10.0.0.1')).toBe(0);
  });

  it('locks a name for a short while for addresses at which nobody knew its password', () => {
    const { locks } = throttle();
    for (let i = 0; i < 100; i++) guess(locks, 1, 'ann', `10.0.1.${i}`);
    expect(locks.waitSeconds('ann', '10.0.0.9')).toBe(20);
    expect(locks.waitSeconds('bob', '10.0.0.9')).toBe(0);
  });

  it('does not keep the owner out where it has come in before', () => {
    const { locks } = throttle();
    locks.succeeded('ann', '10.0.0.2');
    guess(locks, 50, 'ann', '10.0.0.1');
    expect(locks.waitSeconds('ann', '10.0.0.2')).toBe(0);
    expect(locks.waitSeconds('ann', '10.0.0.3')).toBe(20);
  });

  it('cannot guess without end where the owner comes in, by being right about itself in between', () => {
    const { locks } = throttle();
    locks.succeeded('ann', '10.0.0.2');
    for (let i = 0; i < 10; i++) {
      guess(locks, 1, 'ann', '10.0.0.2');
      locks.cameIn('eve', '10.0.0.2');
      locks.cameIn('', '10.0.0.2');
    }
    expect(locks.waitSeconds('ann', '10.0.0.2')).toBe(20);
  });

  it('with keys locks itself, and no keys of others', () => {
    const { locks } = throttle();
    guess(locks, 50, '', '10.0.0.1');
    expect(locks.waitSeconds('', '10.0.0.1')).toBe(900);
    expect(locks.waitSeconds('', '127.0.0.1')).toBe(0);
  });
});
