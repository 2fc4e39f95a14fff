/** Every example of docs/access.md is a configuration, and those of sources do what stands beside them. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { formatPasswordLine } from '../../src/access/password-file/password-lines.ts';
import { openSources } from '../../src/access-sources.ts';
import { type Loaded, loadSettings } from '../../src/config/load.ts';
import type { AccessSource } from '../../src/ports/access-source.ts';
import { silentLog } from '../../src/ports/log.ts';
import { MemoryStore } from '../../src/stores/memory.ts';
import { sign } from '../access/tokens.ts';
import { folder } from '../listeners/listening.ts';
import { lacksMariadb, MariadbServer } from '../services/mariadb.ts';
import { lacksPostgresql, PostgresqlServer } from '../services/postgresql.ts';
import { lacksRedis, RedisPrivateServer } from '../services/redis.ts';
import { login, may } from '../services/remote-source.ts';
import { always, WebService } from '../services/web-service.ts';

const document = readFileSync(join(import.meta.dirname, '../../docs/access.md'), 'utf8');

interface Block {
  readonly language: string;
  readonly text: string;
}

function blocksOf(section: string): Block[] {
  return [...section.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language = '', text = '']) => ({
    language,
    text,
  }));
}

/** The examples below the heading that begins with a word. */
function examples(heading: string): { readonly yaml: string; readonly others: readonly Block[] } {
  const section = document.split(/^### /m).find((one) => one.startsWith(heading)) ?? '';
  const blocks = blocksOf(section.split(/^## /m)[0]!);
  return {
    yaml: blocks.find(({ language }) => language === 'yaml')?.text ?? '',
    others: blocks.filter(({ language }) => language !== 'yaml'),
  };
}

async function loaded(yaml: string, place: string = folder()): Promise<Loaded> {
  const file = join(place, 'hoopoe.yaml');
  writeFileSync(file, yaml);
  const machine = {
    platform: 'linux',
    environment: {},
    homeDirectory: place,
    workingDirectory: place,
    root: false,
  } as const;
  return await loadSettings({ file, flags: [], ports: [], machine });
}

/** @param changes what stands in the example, and what stands there in the test: addresses and places of files */
async function opened(heading: string, changes: Readonly<Record<string, string>>): Promise<readonly AccessSource[]> {
  let { yaml } = examples(heading);
  for (const [from, to] of Object.entries(changes)) {
    expect(yaml).toContain(from);
    yaml = yaml.replaceAll(from, to);
  }
  const settings = await loaded(yaml);
  const sources = await openSources(settings, new MemoryStore(), silentLog, { rulesChanged: () => {} });
  onTestFinished(async () => {
    for (const { source } of sources) await source.close();
  });
  return sources.map(({ source }) => source);
}

const yamlBlocks = blocksOf(document).filter(({ language }) => language === 'yaml');

it.each(yamlBlocks.map(({ text }) => [text.trim().replaceAll('\n', ' ').slice(0, 60), text]))(
  '%s is a configuration',
  async (_title, text) => {
    await expect(loaded(text)).resolves.toBeDefined();
  },
);

it('every kind of source has an example', async () => {
  const { accessSources } = await import('../../src/registry.ts');
  const kinds = Object.keys(accessSources).filter((kind) => !yamlBlocks.some(({ text }) => text.includes(kind)));
  expect(kinds).toEqual([]);
});

describe('the example of', () => {
  it('builtin', async () => {
    const [users] = await opened('builtin', {});
    expect(await login(users!, { username: 'ann', password: 'a long password' })).toBe('allow');
    expect(await login(users!, { username: 'ann', password: 'x' })).toBe('deny');
    expect(await login(users!, { username: 'nobody', password: 'x' })).toBe('ignore');
  });

  it('password_file and acl_file', async () => {
    const place = folder();
    writeFileSync(join(place, 'passwd'), `${await formatPasswordLine('ann', Buffer.from('secret'))}\n`, {
      mode: 0o600,
    });
    writeFileSync(join(place, 'acl'), 'user ann\ntopic write site/#\n', { mode: 0o600 });
    const [users, rules] = await opened('password_file', { '/etc/mosquitto': place });
    expect(await login(users!, { username: 'ann', password: 'secret' })).toBe('allow');
    expect(await may(rules!, { username: 'ann' }, 'publish', 'site/1')).toBe('allow');
    expect(await may(rules!, { username: 'ann' }, 'publish', 'other')).toBe('deny');
  });

  it('acl_conf', async () => {
    const place = folder();
    writeFileSync(
      join(place, 'acl.conf'),
      examples('acl_conf').others.find(({ language }) => language === 'erlang')!.text,
    );
    const [rules] = await opened('acl_conf', { '/etc/hoopoe': place });
    expect(await may(rules!, { address: '10.0.0.1' }, 'subscribe', '#')).toBe('deny');
    expect(await may(rules!, { address: '127.0.0.1' }, 'subscribe', '#')).toBe('allow');
    expect(await may(rules!, { clientId: 'me', address: '10.0.0.1' }, 'publish', 'devices/me/x')).toBe('allow');
    expect(await may(rules!, { clientId: 'me', address: '10.0.0.1' }, 'publish', 'devices/you/x')).toBe('ignore');
  });

  it.skipIf(lacksPostgresql())('postgresql', async () => {
    const server = await PostgresqlServer.start();
    onTestFinished(() => server.remove());
    await server.sql("CREATE ROLE mqtt LOGIN PASSWORD 'secret'; GRANT pg_read_all_data TO mqtt");
    await server.sql('CREATE DATABASE mqtt');
    for (const { text } of examples('postgresql').others) await server.sql(text, 'mqtt');
    await server.sql("INSERT INTO mqtt_acl (allow, username, access, topic) VALUES (0, '$all', 3, 'a')", 'mqtt');
    const [devices] = await opened('postgresql', { '127.0.0.1:5432': `127.0.0.1:${server.port}` });
    expect(await login(devices!, { username: 'emqx', password: 'public' })).toBe('allow');
    expect(await login(devices!, { username: 'emqx', password: 'x' })).toBe('deny');
    expect(await may(devices!, { username: 'emqx' }, 'publish', 'a')).toBe('deny');
  });

  it.skipIf(lacksMariadb())('mysql', async () => {
    const server = await MariadbServer.start();
    onTestFinished(() => server.remove());
    await server.sql('CREATE DATABASE mqtt');
    await server.sql("CREATE USER mqtt@'%' IDENTIFIED BY 'secret'; GRANT SELECT ON mqtt.* TO mqtt@'%'");
    for (const { text } of examples('mysql').others) await server.sql(text, 'mqtt');
    const [devices] = await opened('mysql', { '127.0.0.1:3306': `127.0.0.1:${server.port}` });
    expect(await login(devices!, { username: 'emqx', password: 'public' })).toBe('allow');
    expect(await login(devices!, { username: 'emqx', password: 'x' })).toBe('deny');
    const me = { username: 'emqx', clientId: 'me' };
    expect(await may(devices!, me, 'subscribe', 'home/me/temperature')).toBe('allow');
    expect(await may(devices!, me, 'subscribe', 'home/you/temperature')).toBe('deny');
  });

  it.skipIf(lacksRedis())('redis', async () => {
    const server = await RedisPrivateServer.start();
    onTestFinished(() => server.remove());
    const commands = examples('redis').others.flatMap(({ text }) => text.trim().split('\n'));
    expect(commands).toHaveLength(2);
    for (const line of commands) await server.command(...line.split(' '));
    const [devices] = await opened('redis', { '127.0.0.1:6379': server.address });
    expect(await login(devices!, { username: 'emqx', password: 'public' })).toBe('allow');
    expect(await login(devices!, { username: 'emqx', password: 'x' })).toBe('deny');
    expect(await may(devices!, { username: 'emqx' }, 'subscribe', 'site/1')).toBe('allow');
    expect(await may(devices!, { username: 'emqx' }, 'publish', 'site/emqx/up')).toBe('allow');
    expect(await may(devices!, { username: 'emqx' }, 'publish', 'site/1')).toBe('deny');
  });

  it('http', async () => {
    const json = examples('http').others.find(({ language }) => language === 'json')!.text;
    const valid = json.replace(/"expire_at": \d+/, `"expire_at": ${Math.floor(Date.now() / 1000) + 60}`);
    const service = await WebService.start(always(200, valid, { 'content-type': 'application/json' }));
    const [web] = await opened('http', { 'http://127.0.0.1:8080': service.url });
    expect(await login(web!, { username: 'u', password: 'x' })).toBe('allow');
    expect(new URLSearchParams(service.heard[0]?.body).get('username')).toBe('u');
    service.answering = always(200, '{"result":"deny"}', { 'content-type': 'application/json' });
    expect(await login(web!, { username: 'u', password: 'x' })).toBe('deny');
  });

  it('jwt', async () => {
    const [tokens] = await opened('jwt', {
      'jwks_url: https://login.example.org/.well-known/jwks.json': 'secret: a secret of more than thirty-two bytes',
    });
    const exp = Math.floor(Date.now() / 1000) + 60;
    expect(await login(tokens!, { username: 'u', password: await sign({ sub: 'u', exp }) })).toBe('allow');
    expect(await login(tokens!, { username: 'other', password: await sign({ sub: 'u', exp }) })).toBe('deny');
    expect(await login(tokens!, { username: 'u', password: await sign({ sub: 'u' }) })).toBe('deny');
  });
});
