/** The lines of a password file: what mosquitto_passwd wrote, everything that is wrong, and changing a file. */

import { describe, expect, test } from 'vitest';
import { PasswordVerifier } from '../passwords/password-checks.ts';
import {
  formatPasswordLine,
  hashPlainLines,
  readPasswordLines,
  userNameProblem,
  withoutPasswordLine,
  withPasswordLine,
} from './password-lines.ts';

/** By mosquitto_passwd 2.0.11: the passwords are `secret` and `s2`. */
const alice =
  'alice:$7$101$I3YnktnjV3pH3Boq$sfXv4uLxnza5JIH4cjhnL6b1BUjyCJGxy7nRUcZkDhOx0904DM9dhsyHDDekuFvtWspvLBIK9mQ9kd+N7FR8Sw==';
const bob =
  'bob:$6$LAqsVl8Bn2+stuiQ$5g41P+gZvKDe/1BrOXvfe1+zACdCvTEGU4HqYX8yka1QDrBczjCmIUARf/hZDoYgDr7NeGs4aBX3Is3SIXykww==';

const cheap = { iterations: 10 };

/** Whether a text lets this user in with this password. */
async function letsIn(text: string, name: string, password: string): Promise<boolean> {
  const stored = readPasswordLines(text).users.get(name);
  if (stored === undefined) return false;
  return new PasswordVerifier({ clock: { monotonic: () => 0 } }).verify(Buffer.from(password), stored);
}

test('reads what mosquitto_passwd wrote, in both forms', async () => {
  const text = `# users\n\n${alice}\r\n  ${bob.replace(':', ' : ')}  \nno colon here\n`;
  expect(readPasswordLines(text).problems).toEqual([]);
  expect(await letsIn(text, 'alice', 'secret')).toBe(true);
  expect(await letsIn(text, 'bob', 's2')).toBe(true);
  for (const wrong of ['', 'Secret', 'secret ', alice.slice(6)]) {
    expect(await letsIn(text, 'alice', wrong)).toBe(false);
    expect(await letsIn(text, 'bob', wrong)).toBe(false);
  }
  expect(readPasswordLines(text).users.size).toBe(2);
});

test('what is written is read again', async () => {
  for (const form of ['pbkdf2', 'sha512'] as const) {
    for (const [name, password] of [
      ['alice', 'pässword'],
      ['__proto__', ' '],
      ['Ünï \u{1f426}', 'x'.repeat(65_535)],
    ] as const) {
      const line = await formatPasswordLine(name, password, { form, ...cheap });
      expect(line).toMatch(form === 'pbkdf2' ? /:\$7\$10\$[^$]{16}\$[^$]{88}$/ : /:\$6\$[^$]{16}\$[^$]{88}$/);
      expect(await letsIn(line, name, password)).toBe(true);
      expect(await letsIn(line, name, `${password}x`)).toBe(false);
    }
  }
  expect(await formatPasswordLine('a', 'p', cheap)).not.toBe(await formatPasswordLine('a', 'p', cheap));
});

describe('a wrong line makes no user and says where it is', () => {
  const [, , iterations, salt, hash] = alice.split('$');
  const long = Buffer.alloc(65).toString('base64');
  test.each([
    ['no password', 'alice:', 'the password is missing'],
    ['blanks for a password', 'alice:   ', 'the password is missing'],
    ['no name', ':secret', 'the user name is missing'],
    ['plain text', 'alice:secret', 'plain text'],
    ['plain text with dollars', 'alice:a$7$b', 'plain text'],
    ['another form', `alice:$5$${salt}$${hash}`, 'plain text'],
    ['a lone dollar', 'alice:$', 'plain text'],
    ['the number of the form alone', 'alice:$6$', 'not the parts'],
    ['$6$ without a hash', `alice:$6$${salt}`, 'not the parts'],
    ['$6$ with too much', `alice:$6$${salt}$${hash}$x`, 'not the parts'],
    ['$7$ without iterations', `alice:$7$${salt}$${hash}`, 'not the parts'],
    ['no iterations', `alice:$7$$${salt}$${hash}`, 'iterations'],
    ['zero iterations', `alice:$7$0$${salt}$${hash}`, 'iterations'],
    ['negative iterations', `alice:$7$-1$${salt}$${hash}`, 'iterations'],
    ['iterations of hours', `alice:$7$99999999$${salt}$${hash}`, 'iterations'],
    ['iterations beyond numbers', `alice:$7$${'9'.repeat(400)}$${salt}$${hash}`, 'iterations'],
    ['an empty salt', `alice:$7$${iterations}$$${hash}`, 'the salt'],
    ['a short salt', `alice:$7$${iterations}$AAAA$${hash}`, 'the salt'],
    ['a salt that is no base64', `alice:$7$${iterations}$!!!!!!!!!!!!!!!!$${hash}`, 'the salt'],
    ['an endless salt', `alice:$7$${iterations}$${long}$${hash}`, 'the salt'],
    ['an empty hash', `alice:$7$${iterations}$${salt}$`, 'the hash'],
    ['half a hash', `alice:$7$${iterations}$${salt}$${hash!.slice(0, 44)}`, 'the hash'],
    ['a hash that was cut', alice.slice(0, -1), 'the hash'],
    ['a hash with something behind', `${alice}x`, 'the hash'],
    ['a name that is no UTF-8', alice.replace('alice', 'al\ufffd'), 'UTF-8'],
  ])('%s', async (_what, line, problem) => {
    const { users, problems } = readPasswordLines(`${bob}\n${line}\n`);
    expect([...users.keys()]).toEqual(['bob']);
    expect(problems).toEqual([{ line: 2, problem: expect.stringContaining(problem) }]);
    expect(problems[0]!.problem).not.toContain('secret');
  });

  test('and takes away the line above it with the same name', async () => {
    const { users } = readPasswordLines(`${alice}\nalice:broken\n`);
    expect(users.size).toBe(0);
  });
});

test('the last line of a name counts', async () => {
  const other = await formatPasswordLine('alice', 'new', cheap);
  const text = `${alice}\n${bob}\n${other}\n`;
  expect(await letsIn(text, 'alice', 'new')).toBe(true);
  expect(await letsIn(text, 'alice', 'secret')).toBe(false);
});

test('an empty text, and one of comments, has nobody', () => {
  for (const text of ['', '\n\n', '# alice:$6$', '#:x', 'alice']) {
    expect(readPasswordLines(text)).toEqual({ users: new Map(), problems: [] });
  }
});

test('says which names no line can hold', () => {
  for (const name of ['alice', 'a b', '__proto__', 'a#', '$6$', 'Ünï']) expect(userNameProblem(name)).toBeUndefined();
  for (const name of ['', 'a:b', 'a\nb', 'a\rb', '#a', ' a', 'a ', 'a\0']) expect(userNameProblem(name)).toBeDefined();
});

describe('changing a text', () => {
  const text = `# users\n${alice}\n${bob}\nalice : old\n`;

  test('a line goes where the first of its name was, and only one is left', () => {
    expect(withPasswordLine(text, 'alice', 'alice:NEW')).toBe(`# users\nalice:NEW\n${bob}\n`);
    expect(withPasswordLine('', 'carol', 'carol:NEW')).toBe('carol:NEW\n');
    expect(withPasswordLine(`${bob}`, 'carol', 'carol:NEW')).toBe(`${bob}\ncarol:NEW\n`);
  });

  test('all lines of a name go', () => {
    expect(withoutPasswordLine(text, 'alice')).toBe(`# users\n${bob}\n`);
    expect(withoutPasswordLine(text, 'ali')).toBeUndefined();
    expect(withoutPasswordLine(text, '# users')).toBeUndefined();
  });

  test('plain passwords are hashed, and nothing else changes', async () => {
    const hashed = (await hashPlainLines(`# c\ncarol:plain one\n${bob}\nnocolon\ngus: a:b \n`, cheap)) as string;
    const lines = hashed.split('\n');
    expect([lines[0], lines[2], lines[3]]).toEqual(['# c', bob, 'nocolon']);
    expect(readPasswordLines(hashed).problems).toEqual([]);
    expect(await letsIn(hashed, 'carol', 'plain one')).toBe(true);
    expect(await letsIn(hashed, 'gus', 'a:b')).toBe(true);
    expect(await hashPlainLines(hashed, cheap)).toBe(hashed);
  });

  test.each([
    ['a hash that is broken is not hashed again', 'frank:$7$101$x$y', 'the salt'],
    ['a missing password', 'frank:', 'missing'],
    ['a missing name', ':pw', 'is empty'],
  ])('%s', async (_what, line, problem) => {
    expect(await hashPlainLines(`carol:plain\n${line}\n`, cheap)).toEqual({
      line: 2,
      problem: expect.stringContaining(problem),
    });
  });
});
