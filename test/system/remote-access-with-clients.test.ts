/** Brokers whose logins and permissions are in Redis, in a web service and in tokens, with real clients. */

import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openHttp } from '../../src/access/http/open-http.ts';
import { openJwt } from '../../src/access/jwt/open-jwt.ts';
import { openRedis } from '../../src/access/redis/open-redis.ts';
import { httpRows } from '../../src/config/rows/access/http.ts';
import { jwtRows } from '../../src/config/rows/access/jwt.ts';
import { redisRows } from '../../src/config/rows/access/redis.ts';
import type { AccessSource } from '../../src/ports/access-source.ts';
import { connectedJs, type JsClient, jsClient } from '../clients/mqttjs.ts';
import { type Serving, serve } from '../clients/serving.ts';
import { until } from '../listeners/listening.ts';
import { lacksRedis, RedisPrivateServer } from '../services/redis.ts';
import { openRemote } from '../services/remote-source.ts';
import { WebService } from '../services/web-service.ts';

function serving({ authenticator, authorizer }: AccessSource): Promise<Serving> {
  return serve({
    ...(authenticator !== undefined && { authenticators: [authenticator] }),
    ...(authorizer !== undefined && { authorizers: [authorizer] }),
  });
}

const emqx = { username: 'emqx', password: 'public', clientId: 'mine', protocolVersion: 5 as const };

/** What a client is granted for each filter: a QoS, or a code from 0x80. */
function grants({ client }: JsClient, ...filters: string[]): Promise<(number | undefined)[]> {
  return Promise.all(
    filters.map((filter) =>
      client.subscribeAsync(filter).then(
        (granted) => granted[0]?.qos,
        () => 0x87,
      ),
    ),
  );
}

/** The text of the error with which a client of 3.1.1 is refused. */
async function refusal({ urlOf }: Serving, login: { username?: string; password?: string }): Promise<string> {
  const client = jsClient(urlOf('tcp'), { ...login, clientId: 'refused', protocolVersion: 4 });
  await until(() => client.errors.length > 0, 'the client was refused', 10_000);
  return String(client.errors[0]);
}

const missing = lacksRedis();

describe.skipIf(missing)('a broker with logins in Redis', () => {
  let redis: RedisPrivateServer;

  const store = async (): Promise<void> => {
    await redis.command('HSET', 'mqtt_user:emqx', 'password', 'public', 'is_superuser', '0');
    await redis.command('HSET', 'mqtt_user:chief', 'password', 'public', 'is_superuser', '1');
    await redis.command('HSET', 'mqtt_acl:emqx', 't/%c/#', '3', 'news', '1');
  };

  beforeAll(async () => {
    if (missing) return;
    redis = await RedisPrivateServer.start();
    await store();
  });
  afterAll(() => redis?.remove());

  it('lets clients do what their lists say, is closed while Redis is down, and opens again', async () => {
    const values = { server: [redis.address], acl_cmd: 'HGETALL mqtt_acl:%u', reconnect_seconds_max: 0.2 };
    const { source } = await openRemote(openRedis, redisRows, 'redis', values);
    const served = await serving(source);
    const one = await connectedJs(served.urlOf('tcp'), emqx);
    expect(await grants(one, 't/mine/#', 't/other/#', 'news', '#', 't/mine/x')).toEqual([0, 0x87, 0, 0x87, 0]);
    await one.client.publishAsync('t/mine/x', 'x', { qos: 1 });
    await expect(one.client.publishAsync('news', 'x', { qos: 1 })).rejects.toMatchObject({ code: 0x87 });
    const chief = await connectedJs(served.urlOf('tcp'), { ...emqx, username: 'chief', clientId: 'chief' });
    await chief.client.publishAsync('news', 'x', { qos: 1 });
    await one.received(2);
    expect(await refusal(served, { username: 'emqx', password: 'wrong' })).toContain('Bad username or password');

    await redis.stop();
    expect(await refusal(served, { username: 'emqx', password: 'public' })).toContain('Server unavailable');
    expect(await refusal(served, { username: 'emqx', password: 'wrong' })).toContain('Server unavailable');
    expect(await refusal(served, { username: 'nobody', password: 'x' })).toContain('Server unavailable');
    expect(await grants(one, 'never/asked/before')).toEqual([0x87]);
    await redis.start();
    await store();
    await expect
      .poll(
        () =>
          connectedJs(served.urlOf('tcp'), { ...emqx, clientId: 'again' }).then(
            () => 'in',
            () => 'refused',
          ),
        { timeout: 20_000 },
      )
      .toBe('in');
    expect(await refusal(served, { username: 'emqx', password: 'wrong' })).toContain('Bad username or password');
  });
});

describe('a broker with logins by a web service', () => {
  it('lets clients in and do what the service says', async () => {
    const service = await WebService.start(({ url, body }, response) => {
      const params = new URLSearchParams(body);
      const name = params.get('username');
      if (url === '/auth' && params.get('password') !== 'public') response.writeHead(401).end();
      else if (url === '/auth') response.end(JSON.stringify({ result: 'allow', is_superuser: name === 'chief' }));
      else response.writeHead(params.get('topic')?.startsWith('open/') ? 200 : 403).end();
    });
    const values = { auth_url: `${service.url}/auth`, acl_url: `${service.url}/acl` };
    const { source } = await openRemote(openHttp, httpRows, 'http', values);
    const served = await serving(source);
    const one = await connectedJs(served.urlOf('tcp'), emqx);
    expect(await grants(one, 'open/#', 'closed', '#')).toEqual([0, 0x87, 0x87]);
    await expect(one.client.publishAsync('closed', 'x', { qos: 1 })).rejects.toMatchObject({ code: 0x87 });
    const chief = await connectedJs(served.urlOf('tcp'), { ...emqx, username: 'chief', clientId: 'chief' });
    expect(await grants(chief, 'closed', '#')).toEqual([0, 0]);
    expect(await refusal(served, { username: 'emqx', password: 'wrong' })).toContain('Bad username or password');
    expect(await refusal(served, { username: 'emqx' })).toContain('Bad username or password');
    expect(await refusal(served, {})).toMatch(/Bad username or password|Not authorized/);
    await service.stop();
    expect(await refusal(served, { username: 'emqx', password: 'public' })).toContain('Server unavailable');
    await service.start();
  });
});

describe('a broker with logins by tokens', () => {
  const secret = 'a secret of more than thirty-two bytes';

  function token(claims: Record<string, unknown>): Promise<string> {
    return new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(secret));
  }

  async function servingTokens(): Promise<Serving> {
    const { source } = await openRemote(openJwt, jwtRows, 'jwt', { secret, verify_claims: ['sub=%u'] });
    return serving(source);
  }

  it('lets clients do what their tokens say', async () => {
    const served = await servingTokens();
    const password = await token({ sub: 'emqx', acl: { pub: ['up/%c'], sub: ['down/%c/#'] } });
    const one = await connectedJs(served.urlOf('tcp'), { ...emqx, password });
    expect(await grants(one, 'down/mine/#', 'down/other/#', 'up/mine', '$SYS/#')).toEqual([0, 0x87, 0x87, 0x87]);
    await one.client.publishAsync('up/mine', 'x', { qos: 1 });
    await expect(one.client.publishAsync('down/mine/x', 'x', { qos: 1 })).rejects.toMatchObject({ code: 0x87 });
    expect(await refusal(served, { username: 'other', password })).toContain('Bad username or password');
    expect(await refusal(served, { username: 'emqx', password: 'public' })).toContain('Bad username or password');
  });

  it('ends the connection when the token ends', async () => {
    const served = await servingTokens();
    const begin = Date.now();
    const password = await token({ sub: 'emqx', exp: begin / 1000 + 1 });
    const one = await connectedJs(served.urlOf('tcp'), { ...emqx, password });
    await served.disconnected(1);
    expect(Date.now() - begin).toBeGreaterThanOrEqual(990);
    await until(() => one.disconnects.length === 1, 'the client was told', 10_000);
    expect(await refusal(served, { username: 'emqx', password })).toContain('Bad username or password');
  });
});
