import { expect, test } from 'vitest';
import { attempt } from './attempt.ts';

test('gives what the task gives, at once', () => {
  expect(attempt(() => 7)).toBe(7);
});

test('turns a throw into a rejection', async () => {
  const error = new TypeError('no');
  await expect(
    attempt(() => {
      throw error;
    }),
  ).rejects.toBe(error);
});
