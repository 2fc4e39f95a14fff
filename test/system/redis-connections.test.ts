/** The ways to a real Redis, and one that is in trouble. */

import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openRedis } from '../../src/access/redis/open-redis.ts';
import { redisRows } from '../../src/config/rows/access/redis.ts';
import type { AccessSource } from '../../src/ports/access-source.ts';
import type { BackendError } from '../../src/ports/backend-error.ts';
import type { OptionValue } from '../../src/ports/option.ts';
import { lacksRedis, RedisPrivateServer } from '../services/redis.ts';
import { failureOf, login, may, type OpenedRemote, openRemote } from '../services/remote-source.ts';

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

describe.skipIf(missing)('the ways to a Redis', () => {
  it('a Unix socket, and another database', async () => {
    const { source } = await open({ server: [server.socketPath], database: 3 });
    expect(await login(source, { username: 'emqx', password: 'public' })).toBe('ignore');
    const { source: same } = await open({ server: [server.socketPath] });
    expect(await login(same, { username: 'emqx', password: 'public' })).toBe('allow');
  });

  it('TLS with a certificate that is trusted, and not with another', async () => {
    const secure = await RedisPrivateServer.start({ tls: true, password: 'only for tests' });
    try {
      await secure.command('HSET', 'mqtt_user:emqx', 'password', 'public');
      const values = { server: [secure.address], ssl: true, password: 'only for tests', super_cmd: '' };
      const said = { username: 'emqx', password: 'public' };
      const { source } = await open({ ...values, ssl_ca_file: secure.caPath! });
      expect(await login(source, said)).toBe('allow');
      await source.reload?.();
      expect(await login(source, said)).toBe('allow');
      const { source: distrustful } = await open(values);
      expect(await login(distrustful, said)).toBe('REDIS_TLS_UNTRUSTED');
      const { source: named } = await open({
        ...values,
        ssl_ca_file: secure.caPath!,
        ssl_server_name: 'other.example',
      });
      expect(await login(named, said)).toBe('REDIS_TLS_UNTRUSTED');
      const { source: unnamed } = await open({ ...values, ssl_ca_file: secure.caPath!, ssl_server_name: 'disable' });
      expect(await login(unnamed, said)).toBe('allow');
      const { source: trusting } = await open({ ...values, ssl_verify: false });
      expect(await login(trusting, said)).toBe('allow');
    } finally {
      await secure.remove();
    }
  });

  it('a Sentinel that knows where it is', async () => {
    const sentinel = await RedisPrivateServer.startSentinel(server);
    try {
      const values = { mode: 'sentinel', server: [sentinel.address] };
      const { source } = await open({ ...values, sentinel: 'mymaster' });
      expect(await login(source, { username: 'emqx', password: 'public' })).toBe('allow');
      const { source: other } = await open({ ...values, sentinel: 'other' });
      expect((await tested(other))?.code).toBe('REDIS_MASTER_UNKNOWN');
      await sentinel.stop();
      const { source: alone } = await open({ ...values, sentinel: 'mymaster' });
      expect((await tested(alone))?.code).toBe('REDIS_UNREACHABLE');
    } finally {
      await sentinel.remove();
    }
  });

  it('a cluster', async () => {
    const cluster = await RedisPrivateServer.start({ cluster: true });
    try {
      await expect
        .poll(async () => String(await cluster.command('CLUSTER', 'INFO')), { timeout: 10_000 })
        .toContain('cluster_state:ok');
      await cluster.command('HSET', 'mqtt_user:emqx', 'password', 'public');
      await cluster.command('HSET', 'mqtt_acl:emqx', 'a', '3');
      const { source } = await open({ mode: 'cluster', server: [cluster.address], ...aclCommand });
      expect(await login(source, { username: 'emqx', password: 'public' })).toBe('allow');
      expect(await login(source, { username: 'nobody', password: 'public' })).toBe('ignore');
      expect(await may(source, { username: 'emqx' }, 'publish', 'b')).toBe('deny');
      await cluster.stop();
      await expect
        .poll(() => login(source, { username: 'emqx', password: 'public' }), { timeout: 10_000 })
        .toMatch(/^REDIS_/);
    } finally {
      await cluster.remove();
    }
  });
});

describe.skipIf(missing)('a Redis in trouble', () => {
  it('that is stopped and started under load lets nobody in wrongly, and is found again', async () => {
    const own = await RedisPrivateServer.start();
    const store = (): Promise<unknown> => own.command('HSET', 'mqtt_user:emqx', 'password', 'public');
    try {
      await store();
      const { source } = await open({ server: [own.address], reconnect_seconds_max: 0.2, super_cmd: '' });
      const outcomes = new Map<string, number>();
      let isOver = false;
      const client = async (password: string): Promise<void> => {
        while (!isOver) {
          const outcome = await login(source, { username: 'emqx', password });
          const key = `${password} ${outcome}`;
          outcomes.set(key, (outcomes.get(key) ?? 0) + 1);
          await new Promise((resolve) => setTimeout(resolve, 2));
        }
      };
      const clients = Array.from({ length: 20 }, (_, i) => client(i % 2 === 0 ? 'public' : 'wrong'));
      const answered = async (key: string): Promise<void> => {
        const before = outcomes.get(key) ?? 0;
        await expect.poll(() => outcomes.get(key) ?? 0, { timeout: 10_000 }).toBeGreaterThan(before);
      };
      await answered('public allow');
      await own.stop();
      await answered('public REDIS_UNREACHABLE');
      await answered('wrong REDIS_UNREACHABLE');
      await own.start();
      await store();
      await answered('public allow');
      await answered('wrong deny');
      isOver = true;
      await Promise.all(clients);
      const wrongly = [...outcomes.keys()].filter((key) => /^wrong (allow|superuser)|^public deny/.test(key));
      expect(wrongly).toEqual([]);
    } finally {
      await own.remove();
    }
  });

  it('that does not answer fails in time, and answers again later', async () => {
    const { source } = await open({ query_seconds_max: 0.3, reconnect_seconds_max: 0.2 });
    expect(await login(source, { username: 'emqx', password: 'public' })).toBe('allow');
    // Redis ends the pause by itself; while it lasts no command is answered, not even the one that ends it.
    await server.command('CLIENT', 'PAUSE', '1500', 'ALL');
    expect(await login(source, { username: 'emqx', password: 'public' })).toBe('REDIS_ANSWER_OVERDUE');
    await expect.poll(() => login(source, { username: 'emqx', password: 'public' }), { timeout: 10_000 }).toBe('allow');
  });

  it('whose connection has died without a word is connected to anew', async () => {
    const dead = new Set<Socket>();
    const alive = new Set<Socket>();
    const proxy = createServer((near) => {
      const far = connect(server.port, '127.0.0.1');
      for (const socket of [near, far]) socket.on('error', () => {});
      near.on('data', (bytes) => (dead.has(near) ? undefined : far.write(bytes)));
      far.on('data', (bytes) => near.write(bytes));
      near.on('close', () => far.destroy());
      alive.add(near);
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => proxy.once('listening', resolve));
    onTestFinished(() => {
      for (const socket of alive) socket.destroy();
      proxy.close();
    });
    const servers = [`127.0.0.1:${(proxy.address() as AddressInfo).port}`];
    const { source } = await open({ server: servers, query_seconds_max: 0.3, reconnect_seconds_max: 0.1 });
    expect(await login(source, { username: 'emqx', password: 'public' })).toBe('allow');
    for (const socket of alive) dead.add(socket);
    expect(await login(source, { username: 'emqx', password: 'public' })).toBe('REDIS_ANSWER_OVERDUE');
    await expect.poll(() => login(source, { username: 'emqx', password: 'public' }), { timeout: 10_000 }).toBe('allow');
  });

  it('is asked no more than so much at once', async () => {
    const { source } = await open({ waiting_max: 2 });
    await login(source, { username: 'emqx', password: 'public' });
    const outcomes = await Promise.all(
      Array.from({ length: 5 }, () => login(source, { username: 'nobody', password: 'public' })),
    );
    expect(outcomes).toEqual(['ignore', 'ignore', 'REDIS_BUSY', 'REDIS_BUSY', 'REDIS_BUSY']);
  });

  it('is not asked any more once the source is closed', async () => {
    const { source } = await open();
    await source.close();
    expect(await login(source, { username: 'emqx', password: 'public' })).toBe('REDIS_CLOSED');
  });

  it('never says a password', async () => {
    const { source } = await open({ password: 'never-say-this', username: 'reader' });
    const failure = await tested(source);
    const said = JSON.stringify({ ...failure, message: failure?.message, cause: String(failure?.cause) });
    expect(failure?.code).toBe('REDIS_LOGIN_REFUSED');
    expect(said).not.toContain('never-say-this');
  });
});
