import { expect, test } from 'vitest';
import { SealedBatch, unseal } from './sealed-value.ts';

function sealed(key: string, value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.from(new SealedBatch(new Map([[key, bytes]])).seal(key, bytes));
}

test.each([
  ['k', ''],
  ['k', 'v'],
  ['水/\u{1f989}', 'value'.repeat(1000)],
  ['k'.repeat(1978), '\0\0\0\0'],
])('a value opens under its key', (key, value) => {
  expect(Buffer.from(unseal(key, sealed(key, value)) ?? 'damaged').toString()).toBe(value);
  expect(Buffer.from(unseal(Buffer.from(key), sealed(key, value)) ?? 'damaged').toString()).toBe(value);
});

test('no flipped bit, no other key, and nothing cut off or added goes unnoticed', () => {
  const good = sealed('key', 'value');
  for (let bit = 0; bit < good.length * 8; bit++) {
    const bad = Buffer.from(good);
    bad[bit >> 3] = (bad[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect(unseal('key', bad)).toBeUndefined();
  }
  for (let length = 0; length < good.length; length++) expect(unseal('key', good.subarray(0, length))).toBeUndefined();
  expect(unseal('key', Buffer.concat([good, Buffer.alloc(1)]))).toBeUndefined();
  expect(unseal('kez', good)).toBeUndefined();
  expect(unseal('keyv', sealed('key', 'value'))).toBeUndefined();
});

test('entries of one batch do not touch each other', () => {
  const batch = new Map(Array.from({ length: 50 }, (_, index) => [`é${index}`, Buffer.alloc(index, index)]));
  const seals = new SealedBatch(batch);
  const all = Array.from(batch, ([key, value]) => [key, seals.seal(key, value)] as const);
  for (const [key, bytes] of all) expect(unseal(key, bytes)).toEqual(batch.get(key));
});
