/** SASLprep: the examples of RFC 4013 section 3, and what no password may hold. */

import { expect, test } from 'vitest';
import { saslPrep } from './sasl-prep.ts';

test.each([
  ['I\u00adX', 'IX'],
  ['user', 'user'],
  ['USER', 'USER'],
  ['\u00aa', 'a'],
  ['\u2168', 'IX'],
  ['a\u00a0b\u3000c', 'a b c'],
  ['\u200b', ' '],
  ['\ufeff\u200d', ''],
  ['e\u0301', '\u00e9'],
  ['p\u00e4ssw\u00f6rd \u{1f426}', 'p\u00e4ssw\u00f6rd \u{1f426}'],
])('%j becomes %j', (text, prepared) => {
  expect(saslPrep(text)).toBe(prepared);
});

test.each([
  '\u0007',
  'a\u007f',
  '\u0085',
  '\u2028',
  '\ue000',
  '\u{f0000}',
  '\ufdd0',
  '\u{1fffe}',
  '\ud800',
  '\ufffd',
  '\u200e',
  '\u{e0041}',
  '\u{1d173}',
])('%j is refused', (text) => {
  expect(saslPrep(text)).toBeUndefined();
});
