import { expect, test } from 'vitest';
import { SystemRandom } from './system-random.ts';

test('hex gives two lower-case characters for each byte', () => {
  const random = new SystemRandom();
  expect(random.hex(0)).toBe('');
  expect(random.hex(16)).toMatch(/^[0-9a-f]{32}$/);
});

test('hex does not repeat', () => {
  const random = new SystemRandom();
  const seen = new Set(Array.from({ length: 1_000 }, () => random.hex(16)));
  expect(seen.size).toBe(1_000);
});

test('integer gives every number below the bound and no other', () => {
  const random = new SystemRandom();
  const seen = new Set(Array.from({ length: 2_000 }, () => random.integer(7)));
  expect([...seen].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(random.integer(1)).toBe(0);
});
