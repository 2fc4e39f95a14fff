/** The words of `password_hash`: every documented form, blanks and capitals, and what is said about anything else. */

import { describe, expect, test } from 'vitest';
import { parseHashRule } from './hash-rule.ts';

const forms: [string, object][] = [
  ['plain', { kind: 'plain' }],
  ['md5', { kind: 'hash', hash: 'md5', salt: 'none' }],
  ['sha', { kind: 'hash', hash: 'sha', salt: 'none' }],
  ['sha256', { kind: 'hash', hash: 'sha256', salt: 'none' }],
  ['sha512', { kind: 'hash', hash: 'sha512', salt: 'none' }],
  ['salt,md5', { kind: 'hash', hash: 'md5', salt: 'before' }],
  ['salt,sha512', { kind: 'hash', hash: 'sha512', salt: 'before' }],
  ['sha256,salt', { kind: 'hash', hash: 'sha256', salt: 'after' }],
  ['sha , salt', { kind: 'hash', hash: 'sha', salt: 'after' }],
  ['bcrypt', { kind: 'bcrypt', saltColumn: false }],
  ['salt,bcrypt', { kind: 'bcrypt', saltColumn: true }],
  ['bcrypt, salt', { kind: 'bcrypt', saltColumn: true }],
  ['pbkdf2,sha256,1000,20', { kind: 'pbkdf2', mac: 'sha256', iterations: 1000, keyBytes: 20 }],
  ['pbkdf2, sha256, 1000, 20', { kind: 'pbkdf2', mac: 'sha256', iterations: 1000, keyBytes: 20 }],
  ['pbkdf2,sha,1,16', { kind: 'pbkdf2', mac: 'sha1', iterations: 1, keyBytes: 16 }],
  ['pbkdf2,md5,1,16', { kind: 'pbkdf2', mac: 'md5', iterations: 1, keyBytes: 16 }],
  ['pbkdf2,ripemd160,1,16', { kind: 'pbkdf2', mac: 'ripemd160', iterations: 1, keyBytes: 16 }],
  ['pbkdf2,sha224,1,16', { kind: 'pbkdf2', mac: 'sha224', iterations: 1, keyBytes: 16 }],
  ['pbkdf2,sha384,1,16', { kind: 'pbkdf2', mac: 'sha384', iterations: 1, keyBytes: 16 }],
  ['pbkdf2,sha512,100000,64', { kind: 'pbkdf2', mac: 'sha512', iterations: 100_000, keyBytes: 64 }],
  ['  SHA256 ', { kind: 'hash', hash: 'sha256', salt: 'none' }],
];

test.each(forms)('reads %j', (text, rule) => {
  expect(parseHashRule(text)).toEqual(rule);
});

describe('says what was got and what is allowed', () => {
  test.each([
    '',
    ',',
    'sha1',
    'salt',
    'salt,salt',
    'salt,plain',
    'plain,salt',
    'salt,sha256,salt',
    'argon2',
    'md5,sha',
  ])('for %j', (text) => {
    expect(parseHashRule(text)).toEqual({ problem: expect.stringMatching(/^got '.*'; allowed: plain, md5/) });
  });

  test.each(['pbkdf2', 'pbkdf2,sha256', 'pbkdf2,sha3,1,1', 'pbkdf2,sha256,1000,20,5'])('for %j', (text) => {
    expect(parseHashRule(text)).toEqual({ problem: expect.stringContaining('allowed after pbkdf2: one of md4, md5') });
  });

  test.each([
    '0,20',
    '-1,20',
    '1e3,20',
    '1000,0',
    '1000,1025',
    '10000001,20',
    '0x10,20',
    ',',
    '99999999999999999999,20',
  ])('for the numbers %s', (numbers) => {
    expect(parseHashRule(`pbkdf2,sha256,${numbers}`)).toEqual({ problem: expect.stringContaining('1 to 10000000') });
  });

  test('for a function that Node does not have', () => {
    expect(parseHashRule('pbkdf2,md4,1000,20')).toEqual({
      problem: expect.stringContaining('does not provide md4; allowed: md5, ripemd160, sha, sha224'),
    });
  });
});

test('no word of an object is a hash', () => {
  for (const word of ['constructor', '__proto__', 'toString']) {
    expect(parseHashRule(word)).toHaveProperty('problem');
    expect(parseHashRule(`pbkdf2,${word},1000,20`)).toHaveProperty('problem');
  }
});
