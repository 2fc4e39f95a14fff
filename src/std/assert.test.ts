import { expect, test } from 'vitest';
import { AssertionFailure, assert } from './assert.ts';

test('a condition that holds passes and narrows the type', () => {
  const value: string | undefined = ['a'][0];
  assert(value !== undefined, 'the value is missing');
  expect(value.length).toBe(1);
});

test('a condition that does not hold throws an AssertionFailure with the message', () => {
  for (const condition of [false, 0, '', null, undefined]) {
    expect(() => assert(condition, 'slot 3 is empty')).toThrow(AssertionFailure);
    expect(() => assert(condition, 'slot 3 is empty')).toThrow('slot 3 is empty');
  }
});

test('the failure is an Error that names itself', () => {
  const failure = new AssertionFailure('x');
  expect(failure).toBeInstanceOf(Error);
  expect(String(failure)).toBe('AssertionFailure: x');
});
