import { expect, test } from 'vitest';
import { quote, shorten } from './shorten.ts';

test('leaves a text that fits as it is', () => {
  expect(shorten('pump', 4)).toBe('pump');
});

test('cuts a longer one to the length allowed', () => {
  expect(shorten('pumps', 4)).toBe('pum…');
});

test('never leaves half a character', () => {
  expect(shorten('ab\u{1f426}cd', 4)).toBe('ab…');
  expect(shorten('ab\u{1f426}cd', 5)).toBe('ab\u{1f426}…');
});

test('quotes a name, a long one shortened', () => {
  expect(quote('pump')).toBe("'pump'");
  expect(quote('x'.repeat(70_000))).toHaveLength(102);
});
