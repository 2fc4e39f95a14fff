/** Logins and permissions from a real Redis. */

import { createHash, pbkdf2Sync } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRedis } from '../../src/access/redis/open-redis.ts';
import { redisRows } from '../../src/config/rows/access/redis.ts';
import type { AccessSource } from '../../src/ports/access-source.ts';
import type { BackendError } from '../../src/ports/backend-error.ts';
import type { OptionValue } from '../../src/ports/option.ts';
import { freePort } from '../services/private-server.ts';
import { lacksRedis, RedisPrivateServer } from '../services/redis.ts';
import { credentials, failureOf, login, may, type OpenedRemote, openRemote } from '../services/remote-source.ts';

const missing = lacksRedis();

let server: RedisPrivateServer;

const tested = (source: AccessSource): Promise<BackendError | undefined> => failureOf(source.test?.());

function open(values: Record<string, OptionValue> = {}): Promise<OpenedRemote> {
  return openRemote(openRedis, redisRows, 'redis', { server: [server.address], ...values });
}

const aclCommand = { acl_cmd: 'HGETALL mqtt_acl:%u' };

beforeAll(async () => {
  if (missing) return;
  server = await RedisPrivateServer.start();
  await server.command('HSET', 'mqtt_user:emqx', 'password', 'public', 'is_superuser', '0');
  await server.command('HSET', 'mqtt_user:chief', 'password', 'x', 'is_superuser', '1');
});

afterAll(() => server?.remove());

describe.skipIf(missing)('logins from Redis', () => {
  it('let in whose password is stored there', async () => {
    const { source, logged } = await open();
    expect(await login(source, { username: 'emqx', password: 'public' })).toBe('allow');
    expect(await login(source, { username: 'chief', password: 'x' })).toBe('superuser');
    expect(await login(source, { username: 'emqx', password: 'Public' })).toBe('deny');
    expect(await login(source, { username: 'emqx', password: '' })).toBe('deny');
    expect(await login(source, { username: 'emqx' })).toBe('deny');
    expect(await login(source, { username: 'nobody', password: 'public' })).toBe('ignore');
    expect(await login(source, { username: '', password: '' })).toBe('ignore');
    expect(await login(source, { password: 'public' })).toBe('ignore');
    expect(await login(source, {})).toBe('ignore');
    expect(await tested(source)).toBeUndefined();
    expect(logged).toEqual([]);
  });

  it('take names and passwords of every kind for what they are', async () => {
    const { source } = await open();
    const names = [
      'a b',
      'x\r\nGET y',
      '%u',
      '%c',
      '*',
      '*1\r\n$7\r\nFLUSHDB\r\n',
      '__proto__',
      'n\0l',
      'é',
      'x'.repeat(60_000),
    ];
    for (const username of names) {
      expect(await login(source, { username, password: 'p' }), JSON.stringify(username).slice(0, 40)).toBe('ignore');
      await server.command('HSET', `mqtt_user:${username}`, 'password', 'p');
      expect(await login(source, { username, password: 'p' }), JSON.stringify(username).slice(0, 40)).toBe('allow');
      await server.command('DEL', `mqtt_user:${username}`);
    }
    for (const password of ['x'.repeat(65_535), Buffer.from([0xff, 0xfe]), '\0']) {
      expect(await login(source, { username: 'emqx', password })).toBe('deny');
    }
    expect(await login(source, { username: 'emqx', password: 'public' })).toBe('allow');
  });

  it('never let in where what is stored is no password', async () => {
    const { source } = await open();
    await server.command('HSET', 'mqtt_user:empty', 'password', '');
    await server.command('HSET', 'mqtt_user:bytes', 'password', Buffer.from([0xff]));
    expect(await login(source, { username: 'empty', password: '' })).toBe('deny');
    expect(await login(source, { username: 'empty' })).toBe('deny');
    expect(await login(source, { username: 'bytes', password: Buffer.from([0xff]) })).toBe('deny');
    expect(await login(source, { username: 'bytes', password: '\ufffd' })).toBe('deny');
  });

  it('refuse a client whose key holds something else, which is no failure of Redis', async () => {
    await server.command('SET', 'mqtt_user:text', 'x');
    const { source, logged } = await open(aclCommand);
    await server.command('SET', 'mqtt_acl:text', 'x');
    for (let i = 0; i < 3; i++) expect(await login(source, { username: 'text', password: 'x' })).toBe('deny');
    expect(await may(source, { username: 'text' }, 'publish', 'a')).toBe('deny');
    expect(logged.map(({ fields }) => fields?.['code'])).toEqual(['REDIS_KEY_UNFIT']);
  });

  it.each([
    ['md5', '', (password: string, _salt: string) => hex('md5', password)],
    ['sha', '', (password: string, _salt: string) => hex('sha1', password)],
    ['sha256', '', (password: string, _salt: string) => hex('sha256', password)],
    ['sha512', '', (password: string, _salt: string) => hex('sha512', password)],
    ['salt,sha256', 'pepper', (password: string, salt: string) => hex('sha256', salt + password)],
    ['sha256,salt', 'pepper', (password: string, salt: string) => hex('sha256', password + salt)],
    [
      'pbkdf2, sha256, 1000, 20',
      'pepper',
      (password: string, salt: string) => pbkdf2Sync(password, salt, 1000, 20, 'sha256').toString('hex'),
    ],
  ])('compare passwords under %s', async (rule, salt, hash) => {
    const command = `HMGET mqtt_user:%u password${salt === '' ? '' : ' salt'}`;
    const { source } = await open({ password_hash: rule, auth_cmd: command });
    await server.command('HSET', 'mqtt_user:hashed', 'password', hash('public', salt), 'salt', salt);
    expect(await login(source, { username: 'hashed', password: 'public' })).toBe('allow');
    expect(await login(source, { username: 'hashed', password: 'publix' })).toBe('deny');
    expect(await login(source, { username: 'nobody', password: 'public' })).toBe('ignore');
  });

  it('know the vector of the documents', async () => {
    const stored = 'efa1f375d76194fa51a3556a97e641e61685f914d446979da50a551a4333ffd7';
    await server.command('HSET', 'vector:emqx', 'password_hash', stored, 'salt', '', 'is_superuser', '1');
    for (const auth_cmd of ['HGETALL vector:%u', 'HMGET vector:%u is_superuser salt password_hash']) {
      const { source } = await open({ password_hash: 'sha256', auth_cmd });
      expect(await login(source, { username: 'emqx', password: 'public' })).toBe('superuser');
      expect(await login(source, { username: 'emqx', password: stored })).toBe('deny');
    }
  });

  it('read one value, several keys and fields of other names', async () => {
    await server.command('MSET', 'pw:device-1', hex('sha256', 'xpublic'), 'salt:device-1', 'x');
    await server.command('HSET', 'h:device-1', 'pw', 'plain one', 'grain', 'x');
    const cases: [Record<string, string>, string][] = [
      [{ auth_cmd: 'MGET pw:%c salt:%c', password_hash: 'salt,sha256' }, 'public'],
      [{ auth_cmd: 'GET pw:%c', password_hash: 'sha256' }, 'xpublic'],
      [{ auth_cmd: 'hget h:%c pw' }, 'plain one'],
      [{ auth_cmd: 'HMGET h:%c pw grain' }, 'plain one'],
    ];
    for (const [values, password] of cases) {
      const { source } = await open({ ...values, super_cmd: '' });
      expect(await login(source, { password }), values['auth_cmd']).toBe('allow');
      expect(await login(source, { password: `${password}x` }), values['auth_cmd']).toBe('deny');
      expect(await login(source, { clientId: 'other', password }), values['auth_cmd']).toBe('ignore');
    }
  });

  it('ask by the certificate of a client', async () => {
    await server.command('SET', 'cert:pump CN=pump', 'x');
    const { source } = await open({ auth_cmd: 'GET cert:%C', super_cmd: '' });
    const certificate = { commonName: 'pump CN=pump', subject: 'CN=pump' };
    expect(await login(source, { certificate, password: 'x' })).toBe('allow');
    expect(await login(source, { password: 'x' })).toBe('ignore');
  });

  it('make nobody a superuser when the question for it fails, and say so once', async () => {
    const { source, logged } = await open({ super_cmd: 'HGET text:%u is_superuser' });
    await server.command('SET', 'text:chief', 'x');
    for (let i = 0; i < 3; i++) expect(await login(source, { username: 'chief', password: 'x' })).toBe('allow');
    expect(logged).toHaveLength(1);
  });
});

describe.skipIf(missing)('permissions from Redis', () => {
  beforeAll(async () => {
    const list = ['t/+/up', '2', 't/%c/down', '1', 'both/#', '3', 'eq #', '1', 'bad', '4', 'none', '0', '', '3'];
    await server.command('HSET', 'mqtt_acl:emqx', ...list);
    await server.command('HSET', 'mqtt_acl:$x', 'a', '3');
    await server.command('HSET', 'mqtt_acl:wild', '%u/#', '3', '%c', '3');
  });

  it.each([
    ['publish', 't/1/up', 'allow'],
    ['subscribe', 't/1/up', 'deny'],
    ['subscribe', 't/device-1/down', 'allow'],
    ['subscribe', 't/device-2/down', 'deny'],
    ['publish', 't/device-1/down', 'deny'],
    ['publish', 'both/a/b', 'allow'],
    ['subscribe', 'both/+', 'allow'],
    ['subscribe', '#', 'allow'],
    ['subscribe', 'a', 'deny'],
    ['publish', 'bad', 'deny'],
    ['publish', 'none', 'deny'],
    ['publish', 'other', 'deny'],
  ] as const)('%s to %s: %s', async (action, topic, expected) => {
    const { source } = await open(aclCommand);
    expect(await may(source, { username: 'emqx' }, action, topic)).toBe(expected);
  });

  it('leave to the next source who has no list', async () => {
    const { source } = await open(aclCommand);
    expect(await may(source, { username: 'other' }, 'publish', 'a')).toBe('ignore');
    expect(await may(source, {}, 'publish', 'a')).toBe('ignore');
  });

  it('give nothing to user names that begin with $, and let them keep what is denied', async () => {
    const { source } = await open(aclCommand);
    expect(await may(source, { username: '$x' }, 'publish', 'a')).toBe('ignore');
    expect(await may(source, { username: '$x' }, 'publish', 'b')).toBe('deny');
    expect(await may(source, { username: '$y' }, 'publish', 'b')).toBe('ignore');
  });

  it('are not widened by what a client calls itself', async () => {
    const { source } = await open({ acl_cmd: 'HGETALL mqtt_acl:wild' });
    for (const name of ['+', '#', 'a/b', '$SYS', '']) {
      expect(await may(source, { username: name, clientId: name }, 'subscribe', 'x/y')).toBe('deny');
      expect(await may(source, { username: name, clientId: name }, 'subscribe', `${name}/y`)).toBe('deny');
    }
  });

  it('say which entry decided', async () => {
    const { source } = await open(aclCommand);
    const client = credentials({ username: 'emqx' });
    const asked = { action: 'publish', topic: 'both/a', qos: 0, retain: false } as const;
    expect(await source.authorizer?.explain?.(client, asked)).toEqual({ answer: 'allow', because: 'both/# 3' });
    expect(await source.authorizer?.explain?.(client, { ...asked, topic: 'x' })).toMatchObject({
      answer: 'deny',
      because: expect.stringContaining('none of the 7'),
    });
    expect(await source.authorizer?.authorize(client, { ...asked, action: 'receive' })).toBe('ignore');
  });
});

describe.skipIf(missing)('what an operator may get wrong with Redis', () => {
  it.each([
    [{ auth_cmd: 'FLUSHALL' }, /FLUSHALL.*allowed: GET, MGET/],
    [{ auth_cmd: 'DEL mqtt_user:%u' }, /allowed: GET/],
    [{ auth_cmd: 'GET' }, /needs 1 arguments; got 0/],
    [{ auth_cmd: 'GET pw:%P' }, /%P has no value here/],
    [{ acl_cmd: 'GET acl:%u' }, /allowed: HGETALL/],
    [{ auth_cmd: '' }, /neither auth_cmd nor acl_cmd/],
    [{ password_hash: 'rot13' }, /password_hash: got/],
    [{ password_hash: 'salt,sha256' }, /name the salt second/],
    [{ server: [] }, /redis.server is empty/],
    [{ server: ['a:1', 'b:2'] }, /one server/],
    [{ mode: 'sentinel' }, /redis.sentinel is not set/],
    [{ mode: 'cluster', database: 1 }, /only 0/],
    [{ mode: 'cluster', server: ['/run/redis'] }, /Unix socket/],
  ])('%j does not start', async (values, text) => {
    const failure = await failureOf(open(values as unknown as Record<string, OptionValue>));
    expect(failure?.code).toBe('REDIS_SETTING_INVALID');
    expect(failure?.message).toMatch(text);
  });

  it('files of TLS that are not there do not start', async () => {
    const failure = await failureOf(open({ ssl: true, ssl_ca_file: '/nowhere/ca.pem' }));
    expect(failure?.code).toBe('REDIS_TLS_FILE');
    expect(failure?.message).toMatch(/ssl_ca_file cannot be read.*nowhere/);
  });

  it('a wrong password, a user without rights and a database that is not there are told apart', async () => {
    await server.command('ACL', 'SETUSER', 'reader', 'on', '>secret', '~mqtt_user:*', '+hmget', '+hget', '+select');
    const good = { username: 'reader', password: 'secret' };
    const { source: fine } = await open(good);
    expect(await login(fine, { username: 'emqx', password: 'public' })).toBe('allow');
    const { source: wrong } = await open({ ...good, password: 'other' });
    expect((await tested(wrong))?.code).toBe('REDIS_LOGIN_REFUSED');
    expect(await login(wrong, { username: 'emqx', password: 'public' })).toBe('REDIS_LOGIN_REFUSED');
    const { source: poor } = await open({ ...good, auth_cmd: 'HGETALL mqtt_user:%u' });
    expect((await tested(poor))?.code).toBe('REDIS_COMMAND_FORBIDDEN');
    const { source: lost } = await open({ database: 99 });
    expect((await tested(lost))?.code).toBe('REDIS_DATABASE_UNKNOWN');
    expect(await login(lost, { username: 'emqx', password: 'public' })).toBe('REDIS_DATABASE_UNKNOWN');
  });

  it('a Redis that is not there fails at once, with what to do', async () => {
    const { source } = await open({ server: [`127.0.0.1:${await freePort()}`] });
    const failure = await tested(source);
    expect(failure?.code).toBe('REDIS_UNREACHABLE');
    expect(failure?.retryable).toBe(true);
    expect(failure?.message).toMatch(/Access source 'devices': Redis at 127.*ECONNREFUSED.*check that it runs/);
    expect(await login(source, { username: 'emqx', password: 'public' })).toBe('REDIS_UNREACHABLE');
  });

  it('plain text to a server of TLS, and TLS to one of plain text, fail', async () => {
    const { source } = await open({ ssl: true, ssl_verify: false, connect_seconds_max: 0.5, query_seconds_max: 2 });
    expect(await login(source, { username: 'emqx', password: 'public' })).toMatch(/^REDIS_/);
  });
});

describe.skipIf(missing)('the driver of Redis', () => {
  it('is loaded by nobody but the kind that needs it', async () => {
    const { readFile } = await import('node:fs/promises');
    const text = await readFile(join(import.meta.dirname, '../../src/access/redis/driver.ts'), 'utf8');
    expect(text).toMatch(/await import\('ioredis'\)/);
    expect(text.match(/^import (?!type)[^;]*'ioredis'/m)).toBeNull();
  });
});

function hex(hash: string, text: string): string {
  return createHash(hash).update(text).digest('hex');
}
