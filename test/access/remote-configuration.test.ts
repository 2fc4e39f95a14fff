/** Redis, a web service and tokens as a configuration file names them, up to sources that answer. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it, onTestFinished } from 'vitest';
import { openSources } from '../../src/access-sources.ts';
import { loadSettings } from '../../src/config/load.ts';
import type { AccessSource } from '../../src/ports/access-source.ts';
import { silentLog } from '../../src/ports/log.ts';
import { MemoryStore } from '../../src/stores/memory.ts';
import { freePort } from '../services/private-server.ts';
import { login } from '../services/remote-source.ts';
import { always, WebService } from '../services/web-service.ts';
import { sign } from './tokens.ts';

const folder = mkdtempSync(join(tmpdir(), 'remote-configuration-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function opened(yaml: string): Promise<AccessSource[]> {
  const file = join(folder, 'hoopoe.yaml');
  writeFileSync(file, yaml);
  const machine = {
    platform: 'linux',
    environment: {},
    homeDirectory: folder,
    workingDirectory: folder,
    root: false,
  } as const;
  const loaded = await loadSettings({ file, flags: [], ports: [], machine });
  const sources = (await openSources(loaded, new MemoryStore(), silentLog, { rulesChanged: () => {} })).map(
    ({ source }) => source,
  );
  onTestFinished(async () => {
    for (const source of sources) await source.close();
  });
  return sources;
}

it('opens sources of all three kinds in their order', async () => {
  const service = await WebService.start(always(200));
  const [redis, http, jwt] = await opened(`
access:
  store:
    redis: { server: 127.0.0.1:${await freePort()}, acl_cmd: "HGETALL mqtt_acl:%u" }
  web:
    http:
      auth_url: ${service.url}/auth
      auth_params: [id=%c, name=%u]
      headers: ["x-key: a, b"]
      authorization: Bearer x
  tokens:
    jwt: { secret: emqxsecret, verify_claims: ["sub=%u"], leeway_seconds: 2s }
`);
  expect([redis?.kind, http?.kind, jwt?.kind]).toEqual(['redis', 'http', 'jwt']);
  expect(await login(redis!, { username: 'emqx', password: 'x' })).toBe('REDIS_UNREACHABLE');
  expect(await login(http!, { username: 'emqx', password: 'x' })).toBe('allow');
  expect(service.heard[0]).toMatchObject({
    body: 'id=device-1&name=emqx',
    headers: { 'x-key': 'a, b', authorization: 'Bearer x' },
  });
  const password = await sign({ sub: 'emqx' }, Buffer.from('emqxsecret'));
  expect(await login(jwt!, { username: 'emqx', password })).toBe('allow');
  expect(await login(jwt!, { username: 'other', password })).toBe('deny');
});

it.each([
  ['redis: { servers: [127.0.0.1] }', /did you mean.*redis.server"/],
  ['redis: { server: ["redis://x"] }', /allowed: .*host:port/],
  ['http: { auth_url: "http://x", headers: ["Authorization: secret"] }', /option of its own/],
  ['http: { auth_url: "http://x", auth_params: [username] }', /name=value/],
  ['http: { acl_url: "x" }', /access.source.*acl_url: the address must begin/s],
  ['jwt: { public_key_file: missing.pem }', /missing\.pem cannot be read/],
  ['jwt: { from: cookie }', /password, username/],
])('does not start with %s, and says why', async (section, text) => {
  await expect(opened(`access:\n  source:\n    ${section}\n`)).rejects.toThrow(text);
});
