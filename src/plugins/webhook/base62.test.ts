import { expect, it } from 'vitest';
import { base62 } from './base62.ts';

it.each([
  ['', ''],
  ['616263', 'YWJj'],
  // 24 bits of ones are four times the last value.
  ['ffffff', '9C9C9C9C'],
  ['ff', '9CD'],
  ['ffff', '9C9CP'],
  ['00', 'AA'],
  ['0000', 'AAA'],
  ['f7efbf', '9A9B9B9C'],
  ['69a69a', 'aaaa'],
  ['d34d34', '0000'],
  ['f3cf3c', '8888'],
])('%s is %s', (bytes, text) => {
  expect(base62(Buffer.from(bytes, 'hex'))).toBe(text);
});
