/** The text of long lists: the same as in one go, and others have their turns while it is made. */

import { describe, expect, it } from 'vitest';
import { joined, listPieces, PageAnswer } from './long-list.ts';

const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

describe('a long list', () => {
  it.each([0, 1, 16, 17, 100, 1000])('of %i entries is the same JSON as in one go', async (count) => {
    const show = (n: number): object => ({ n, left: undefined, text: `"${n}\u2028` });
    expect(await joined(listPieces(numbers(count), show))).toBe(JSON.stringify(numbers(count).map(show)));
    const page = new PageAnswer({ items: numbers(count), next: count > 16 ? 'next"' : undefined, total: 5000 }, show);
    const whole = { items: numbers(count).map(show), next: count > 16 ? 'next"' : null, total: 5000 };
    expect(await joined(page.pieces())).toBe(JSON.stringify(whole));
  });

  it('does not hold anybody up, however long an entry takes', async () => {
    let turns = 0;
    const other = setInterval(() => turns++, 0);
    const wait = (): number => {
      const until = performance.now() + 0.2;
      while (performance.now() < until);
      return 1;
    };
    const pieces = listPieces(numbers(640), wait);
    let count = 0;
    for await (const _ of pieces) count++;
    clearInterval(other);
    // 640 entries take 128 ms, and the clock is looked at after each 16 of them.
    expect(count).toBeGreaterThan(30);
    expect(turns).toBeGreaterThan(10);
  });
});
