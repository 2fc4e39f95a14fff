/** What the keys of emqx_auth_redis do, with a real Redis. */

import { afterAll, beforeAll, describe, expect } from 'vitest';
import { redis, redisCommands } from '../../config/effects/served/redis-effects.ts';
import { type Served, servedTests } from '../../config/effects/served/served-effect.ts';
import { pause } from '../../listeners/listening.ts';
import { lacksRedis, type RedisKind, RedisPrivateServer } from '../../services/redis.ts';
import { type ClientFiles, clientFiles } from './client-files.ts';

const missing = lacksRedis();
const password = 'only for tests';

const servers: RedisPrivateServer[] = [];
let served: Served<RedisPrivateServer>;
let files: ClientFiles;

/** One more with the same users. */
async function start(kind: RedisKind): Promise<RedisPrivateServer> {
  const server = await RedisPrivateServer.start({ password, ...kind });
  servers.push(server);
  if (kind.cluster === true) {
    const deadline = performance.now() + 10_000;
    while (!String(await server.command('CLUSTER', 'INFO')).includes('cluster_state:ok')) {
      expect(performance.now(), 'the cluster comes up in time').toBeLessThan(deadline);
      await pause(10);
    }
  }
  if (kind.tls === true) await server.command('CONFIG', 'SET', 'tls-protocols', 'TLSv1.2');
  for (const command of redisCommands) await server.command(...command);
  return server;
}

beforeAll(async () => {
  if (missing) return;
  files = clientFiles('certified');
  const server = await start({});
  await server.command(
    'EVAL',
    "redis.call('SELECT', 3) redis.call('HSET', 'mqtt_user:elsewhere', 'password', 'x')",
    '0',
  );
  const [cluster, secure, strict] = await Promise.all([
    start({ cluster: true }),
    start({ tls: true }),
    start({ tls: true, clients: files.authority }),
  ]);
  const sentinel = await RedisPrivateServer.startSentinel(server);
  servers.push(sentinel);
  const values = {
    at: server.address,
    named: `localhost:${server.port}`,
    cluster: cluster.address,
    secure: secure.address,
    strict: strict.address,
    sentinel: sentinel.address,
    ca: secure.caPath ?? '',
  };
  served = { server, values: { ...values, ...files.values } };
});

afterAll(async () => {
  for (const server of servers) await server.remove();
  files?.remove();
});

describe.skipIf(missing)('keys of emqx_auth_redis', () => {
  servedTests(redis, () => served);
});
