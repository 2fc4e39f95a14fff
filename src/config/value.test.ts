import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OptionType } from '../ports/option.ts';
import { formatDuration, formatSize, parseDuration, parseSize } from './quantities.ts';
import { readValue, valueText } from './value.ts';

const boolean: OptionType = { kind: 'boolean' };
const integer: OptionType = { kind: 'integer', min: 1, max: 100 };
const size: OptionType = { kind: 'size', min: 1024, max: 1024 ** 2 };
const duration: OptionType = { kind: 'duration', min: 0, max: 86_400, unlimited: 0xffffffff };
const list: OptionType = { kind: 'list' };

describe('sizes', () => {
  it.each([
    ['100', 100],
    ['64KB', 65_536],
    ['64 kb', 65_536],
    ['1.5MB', 1_572_864],
    ['2GiB', 2_147_483_648],
  ])('reads %s', (text, bytes) => expect(parseSize(text)).toBe(bytes));

  it.each(['', 'KB', '-1', '1TB', '0.1', '1e3', '9'.repeat(20), ' 1', '1KB '])('refuses %j', (text) => {
    expect(parseSize(text)).toBeUndefined();
  });

  it('reads back what it writes', () => {
    fc.assert(fc.property(fc.maxSafeNat(), (bytes) => parseSize(formatSize(bytes)) === bytes));
  });
});

describe('durations', () => {
  it.each([
    ['15', 15],
    ['0.5', 0.5],
    ['500ms', 0.5],
    ['5m', 300],
    ['1h30m', 5400],
    ['7d', 604_800],
  ])('reads %s', (text, seconds) => expect(parseDuration(text)).toBe(seconds));

  it.each(['', 's', '-1s', '1w', '5 m', '1m2', '1'.repeat(30)])('refuses %j', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  it('reads back what it writes', () => {
    fc.assert(fc.property(fc.nat(4_294_967_295), (ms) => parseDuration(formatDuration(ms / 1000)) === ms / 1000));
  });
});

describe('readValue', () => {
  it.each([
    [boolean, true, true],
    [boolean, 'Off', false],
    [integer, '7', 7],
    [size, '2KB', 2048],
    [duration, 'unlimited', 0xffffffff],
    [list, 'a, b', ['a', 'b']],
    [list, '', []],
    [{ kind: 'one-of', values: ['a', 'b'] }, 'A', 'a'],
    [{ kind: 'path' }, 'x/y', '/etc/hoopoe/x/y'],
    [{ kind: 'path' }, '/x', '/x'],
  ] as const)('%o takes %j', (type, raw, value) => expect(readValue(type, raw, '/etc/hoopoe')).toEqual({ value }));

  it.each([
    [boolean, 'maybe', 'got "maybe"; allowed: true or false'],
    [boolean, null, 'got nothing; allowed: true or false'],
    [integer, 0, 'got "0"; allowed: a whole number from 1 to 100'],
    [integer, 1.5, 'got "1.5"; allowed: a whole number from 1 to 100'],
    [integer, '1; rm', 'got "1; rm"; allowed: a whole number from 1 to 100'],
    [integer, [], 'got a list; allowed: a whole number from 1 to 100'],
    [size, '2MB', 'got "2MB"; allowed: a size from 1KB to 1MB, such as 65536, 64KB or 1MB'],
    [duration, Number.NaN, 'got "NaN"; allowed: a time from 0 to 1d, such as 90, 90s or 5m, or unlimited'],
    [{ kind: 'path' }, 'a\0b', 'got "a\\u0000b"; allowed: a path'],
    [list, ['a', undefined], 'got "a, "; allowed: a list of texts'],
  ] as const)('%o refuses %j', (type, raw, problem) => expect(readValue(type, raw, '/')).toEqual({ problem }));

  it('never shows a secret', () => {
    expect(readValue({ kind: 'secret' }, ['hunter2'], '/')).toEqual({
      problem: 'got something else; allowed: a text that is not empty',
    });
    expect(valueText({ kind: 'secret' }, 'hunter2')).not.toContain('hunter2');
    const urls = ['http://ann:hunter2@h/x', 'see https://:hunter2@h', 'http://h/a:b@c'];
    expect(valueText(list, urls)).toBe('http://ann:(not shown)@h/x, see https://:(not shown)@h, http://h/a:b@c');
  });
});
