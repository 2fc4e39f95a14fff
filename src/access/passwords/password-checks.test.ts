/** Every hash rule against what other programs store, and how slow checks are bounded, remembered and kept apart. */

import { createHash, pbkdf2Sync } from 'node:crypto';
import { hashSync } from '@node-rs/bcrypt';
import { describe, expect, test } from 'vitest';
import type { HashRule, StoredPassword } from '../../ports/password-checks.ts';
import { parseHashRule } from './hash-rule.ts';
import { PasswordVerifier } from './password-checks.ts';

const clock = { monotonic: () => 0 };
const bytes = (text: string): Buffer => Buffer.from(text);
const hex = (hash: string, text: string): string => createHash(hash).update(text).digest('hex');

function rule(text: string): HashRule {
  const parsed = parseHashRule(text);
  expect(parsed).not.toHaveProperty('problem');
  return parsed as HashRule;
}

function stored(text: string, hash: string, salt?: string): StoredPassword {
  return { rule: rule(text), hash, salt };
}

const publicSha256 = 'efa1f375d76194fa51a3556a97e641e61685f914d446979da50a551a4333ffd7';
const bcryptHash = hashSync('public', { cost: 4 });
/** Of the test vectors of OpenBSD. */
const foreignBcrypt = '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW';
const pbkdf2 = (mac: string, salt: string, iterations: number, length: number): string =>
  pbkdf2Sync('public', salt, iterations, length, mac).toString('hex');

const right: [string, StoredPassword][] = [
  ['plain', stored('plain', 'public')],
  ['md5', stored('md5', '4c9184f37cff01bcdc32dc486ec36961')],
  ['sha', stored('sha', hex('sha1', 'public'))],
  ['sha256, the vector of the documents', stored('sha256', publicSha256)],
  ['sha512', stored('sha512', hex('sha512', 'public'))],
  ['salt,sha256', stored('salt,sha256', hex('sha256', 'slat_foo123public'), 'slat_foo123')],
  ['salt,sha256 with an empty salt', stored('salt,sha256', publicSha256, '')],
  ['sha256,salt', stored('sha256,salt', hex('sha256', 'publicslat_foo123'), 'slat_foo123')],
  ['a salt beyond ASCII', stored('salt,md5', hex('md5', 'sälzpublic'), 'sälz')],
  ['bcrypt', stored('bcrypt', bcryptHash)],
  ['bcrypt as PHP writes it', stored('bcrypt', bcryptHash.replace('$2b', '$2y'))],
  ['salt,bcrypt', stored('salt,bcrypt', bcryptHash, bcryptHash.slice(0, 29))],
  ['bcrypt,salt', stored('bcrypt,salt', bcryptHash, bcryptHash.slice(0, 29))],
  ['pbkdf2 sha256', stored('pbkdf2, sha256, 1000, 20', pbkdf2('sha256', 'salt', 1000, 20), 'salt')],
  ['pbkdf2 sha', stored('pbkdf2,sha,10,16', pbkdf2('sha1', 's', 10, 16), 's')],
  ['pbkdf2 ripemd160', stored('pbkdf2,ripemd160,10,16', pbkdf2('ripemd160', 's', 10, 16), 's')],
  ['pbkdf2 sha512', stored('pbkdf2,sha512,10,64', pbkdf2('sha512', 's', 10, 64), 's')],
];

test.each(right)('%s: the password matches and no other', async (_name, password) => {
  const checks = new PasswordVerifier({ clock });
  expect(await checks.verify(bytes('public'), password)).toBe(true);
  for (const wrong of ['', 'publi', 'public ', 'Public', 'publicpublic', password.hash.replace('public', 'x')]) {
    expect(await checks.verify(bytes(wrong), password)).toBe(false);
  }
});

const nothing: [string, StoredPassword][] = [
  ['an empty plain text', stored('plain', '')],
  ['an empty hash', stored('sha256', '')],
  ['upper-case digits', stored('sha256', publicSha256.toUpperCase())],
  ['a shortened digest', stored('sha256', publicSha256.slice(0, 40))],
  ['digits with a blank behind', stored('sha256', `${publicSha256} `)],
  ['salt before without a salt', stored('salt,sha256', publicSha256)],
  ['salt after without a salt', stored('sha256,salt', publicSha256)],
  ['pbkdf2 without a salt', stored('pbkdf2,sha256,1,20', pbkdf2('sha256', '', 1, 20))],
  ['a longer pbkdf2 key', stored('pbkdf2,sha256,1,20', pbkdf2('sha256', 's', 1, 32), 's')],
  ['a shorter pbkdf2 key', stored('pbkdf2,sha256,1,20', pbkdf2('sha256', 's', 1, 10), 's')],
  ['plain text where bcrypt is expected', stored('bcrypt', 'public')],
  ['a bcrypt hash that was cut', stored('bcrypt', bcryptHash.slice(0, 59))],
  ['a bcrypt hash with something behind', stored('bcrypt', `${bcryptHash}x`)],
  ['bcrypt with a salt of another password', stored('salt,bcrypt', bcryptHash, foreignBcrypt.slice(0, 29))],
  ['bcrypt with half a salt', stored('salt,bcrypt', bcryptHash, bcryptHash.slice(0, 20))],
  ['bcrypt with a salt column and none', stored('salt,bcrypt', bcryptHash)],
  ['bcrypt at a cost of hours', stored('bcrypt', bcryptHash.replace('$04$', '$31$'))],
];

test.each(nothing)('%s matches nothing', async (_name, password) => {
  const checks = new PasswordVerifier({ clock });
  for (const guess of ['public', '', password.hash, 'undefined', 'null']) {
    expect(await checks.verify(bytes(guess), password)).toBe(false);
  }
  expect(checks.remembered).toBe(0);
});

test('a hash of another implementation of bcrypt is read', async () => {
  const checks = new PasswordVerifier({ clock });
  const password = stored('bcrypt', foreignBcrypt);
  expect(await checks.verify(bytes('U*U'), password)).toBe(true);
  expect(await checks.verify(bytes('U*V'), password)).toBe(false);
});

test('fast hashes answer at once and slow ones later', () => {
  const checks = new PasswordVerifier({ clock });
  expect(checks.verify(bytes('public'), stored('sha256', publicSha256))).toBe(true);
  expect(checks.verifyUnknown(bytes('public'), rule('sha256'))).toBe(false);
  expect(checks.verify(bytes('public'), stored('bcrypt', bcryptHash))).toBeInstanceOf(Promise);
  expect(checks.verifyUnknown(bytes('public'), rule('bcrypt'))).toBeInstanceOf(Promise);
});

describe('what was found right', () => {
  const password = stored('pbkdf2,sha256,10,20', pbkdf2('sha256', 's', 10, 20), 's');

  test('is answered at once until its time is over, however often it is asked for', async () => {
    let now = 0;
    const checks = new PasswordVerifier({ clock: { monotonic: () => now }, rememberedSeconds: 10 });
    expect(await checks.verify(bytes('public'), password)).toBe(true);
    now = 9_999;
    expect(checks.verify(bytes('public'), password)).toBe(true);
    now = 10_000;
    const again = checks.verify(bytes('public'), password);
    expect(again).toBeInstanceOf(Promise);
    expect(await again).toBe(true);
  });

  test('says nothing of other passwords, salts, hashes and rules', async () => {
    const checks = new PasswordVerifier({ clock });
    await checks.verify(bytes('public'), password);
    expect(await checks.verify(bytes('publi'), password)).toBe(false);
    expect(await checks.verify(bytes('public'), { ...password, salt: 't' })).toBe(false);
    expect(await checks.verify(bytes('public'), { ...password, hash: password.hash.replace(/^./, 'g') })).toBe(false);
    expect(await checks.verify(bytes('public'), { ...password, rule: rule('pbkdf2,sha256,11,20') })).toBe(false);
    // The same characters, divided differently.
    expect(await checks.verify(bytes('spublic'), { ...password, salt: '' })).toBe(false);
  });

  test('is remembered for passwords that were right only, and for no more than the bound', async () => {
    const checks = new PasswordVerifier({ clock, rememberedMax: 2 });
    await checks.verify(bytes('wrong'), password);
    expect(checks.remembered).toBe(0);
    for (const salt of ['a', 'b', 'c']) {
      const one = { ...password, hash: pbkdf2('sha256', salt, 10, 20), salt };
      expect(await checks.verify(bytes('public'), one)).toBe(true);
    }
    expect(checks.remembered).toBe(2);
  });

  test('is not remembered at all when that is switched off', async () => {
    const checks = new PasswordVerifier({ clock, rememberedSeconds: 0 });
    expect(await checks.verify(bytes('public'), password)).toBe(true);
    expect(checks.remembered).toBe(0);
    expect(checks.verify(bytes('public'), password)).toBeInstanceOf(Promise);
  });
});

describe('slow checks', () => {
  const slow = rule('pbkdf2,sha256,2000,20');
  const one = (salt: string): StoredPassword => ({ rule: slow, hash: 'x', salt });

  test('wait in a bounded queue, and who comes beyond it is refused with a code', async () => {
    const checks = new PasswordVerifier({ clock, concurrentMax: 2, waitingMax: 3 });
    const asked = ['a', 'b', 'c', 'd', 'e'].map((salt) => checks.verify(bytes('p'), one(salt)));
    expect(checks.waiting).toBe(3);
    await expect(checks.verify(bytes('p'), one('f'))).rejects.toMatchObject({
      name: 'BackendError',
      code: 'PASSWORD_CHECKS_BUSY',
      retryable: true,
    });
    await expect(checks.verifyUnknown(bytes('p'), slow)).rejects.toMatchObject({ code: 'PASSWORD_CHECKS_BUSY' });
    expect(await Promise.all(asked)).toEqual([false, false, false, false, false]);
    expect(await checks.verify(bytes('p'), one('f'))).toBe(false);
  });

  test('are not begun when nobody waits for them any more', async () => {
    let now = 0;
    const checks = new PasswordVerifier({ clock: { monotonic: () => now }, concurrentMax: 1, waitingSecondsMax: 5 });
    const first = checks.verify(bytes('p'), one('a'));
    const second = checks.verify(bytes('p'), one('b'));
    now = 5_001;
    expect(await first).toBe(false);
    await expect(second).rejects.toMatchObject({ code: 'PASSWORD_CHECKS_BUSY' });
    expect(await checks.verify(bytes('p'), one('c'))).toBe(false);
  });

  test('of the same password and hash are made once', async () => {
    const checks = new PasswordVerifier({ clock, concurrentMax: 1, waitingMax: 0 });
    const both = [checks.verify(bytes('p'), one('a')), checks.verify(bytes('p'), one('a'))];
    expect(await Promise.all(both)).toEqual([false, false]);
  });

  test('keep the password they were asked about, whatever becomes of the packet', async () => {
    const checks = new PasswordVerifier({ clock, concurrentMax: 1 });
    const password = { rule: slow, hash: pbkdf2('sha256', 's', 2000, 20), salt: 's' };
    void checks.verify(bytes('p'), one('a'));
    const packet = bytes('public');
    const answer = checks.verify(packet, password);
    packet.fill(0);
    expect(await answer).toBe(true);
  });
});

describe('slow hashes leave the thread of the broker free', () => {
  const scrypt: HashRule = { kind: 'scrypt', cost: 16_384, blockSize: 8, parallelization: 1, keyBytes: 32 };
  const costly: [string, StoredPassword][] = [
    ['bcrypt', stored('bcrypt', hashSync('public', { cost: 9 }))],
    ['pbkdf2', stored('pbkdf2,sha256,100000,32', 'x', 's')],
    ['scrypt', { rule: scrypt, hash: 'x', salt: 's' }],
  ];

  test.each(costly)('%s', async (_name, password) => {
    const checks = new PasswordVerifier({ clock, rememberedSeconds: 0 });
    // What is loaded first is not what is looked at.
    await checks.verify(bytes('first'), password);
    for (const ask of [
      () => checks.verify(bytes('wrong'), password),
      () => checks.verifyUnknown(bytes('wrong'), password.rule),
    ]) {
      let isUnderWay = true;
      let turns = 0;
      const answer = Promise.resolve(ask()).finally(() => {
        isUnderWay = false;
      });
      while (isUnderWay) {
        turns++;
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(await answer).toBe(false);
      // On this thread there would be one or two, however long the hash takes.
      expect(turns).toBeGreaterThan(20);
    }
  });
});

test('an unknown user costs what the known ones of the same rule cost', async () => {
  const checks = new PasswordVerifier({ clock, rememberedSeconds: 0 });
  const known = { rule: rule('bcrypt'), hash: hashSync('public', { cost: 8 }), salt: undefined };
  // Cost 8 is seen under this rule; at the cost assumed before an unknown one would take four times as long.
  await checks.verify(bytes('wrong'), known);
  const timed = async (ask: () => unknown): Promise<number> => {
    const start = performance.now();
    await ask();
    return performance.now() - start;
  };
  // The least of many is what the hash alone costs: whatever else the machine does makes some rounds longer, never
  // shorter. Both are asked in turns, so that what the machine does happens to both.
  let wrong = Number.POSITIVE_INFINITY;
  let unknown = Number.POSITIVE_INFINITY;
  const isAlike = (): boolean => unknown > wrong / 1.8 && unknown < wrong * 1.8;
  for (let round = 0; round < 100 && (round < 5 || !isAlike()); round++) {
    wrong = Math.min(wrong, await timed(() => checks.verify(bytes('wrong'), known)));
    unknown = Math.min(unknown, await timed(() => checks.verifyUnknown(bytes('wrong'), known.rule)));
  }
  expect(unknown / wrong).toBeGreaterThan(1 / 1.8);
  expect(unknown / wrong).toBeLessThan(1.8);
});

test('binary salts and scrypt, as the broker stores them itself', async () => {
  const checks = new PasswordVerifier({ clock });
  const own: HashRule = { kind: 'scrypt', cost: 1024, blockSize: 8, parallelization: 1, keyBytes: 32 };
  // RFC 7914, section 12, shortened to 32 bytes.
  const hash = 'fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162';
  const vector = { rule: { ...own, parallelization: 16 }, hash, salt: bytes('NaCl') };
  expect(await checks.verify(bytes('password'), vector)).toBe(true);
  expect(await checks.verify(bytes('passwore'), vector)).toBe(false);
  expect(await checks.verifyUnknown(bytes('password'), own)).toBe(false);
});
