/** Times and dates for people. */

import { describe, expect, it } from 'vitest';
import { clockText, uptimeText } from './date-texts.ts';

describe('uptimeText', () => {
  it.each([
    [0, '0 seconds'],
    [0.9, '0 seconds'],
    [59, '59 seconds'],
    [60, '1 minutes, 0 seconds'],
    [3_661, '1 hours, 1 minutes, 1 seconds'],
    [93_784, '1 days, 2 hours, 3 minutes, 4 seconds'],
    [86_400 * 400, '400 days, 0 hours, 0 minutes, 0 seconds'],
  ])('writes %d seconds as %s', (seconds, text) => {
    expect(uptimeText(seconds)).toBe(text);
  });
});

describe('clockText', () => {
  it('writes the time of this machine with all digits', () => {
    expect(clockText(new Date(2021, 6, 8, 2, 4, 1).getTime())).toBe('2021-07-08 02:04:01');
    expect(clockText(new Date(2026, 11, 31, 23, 59, 59).getTime())).toBe('2026-12-31 23:59:59');
  });
});
