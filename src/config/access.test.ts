import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { compareSettings, compareSources } from './changes.ts';
import { ConfigError } from './error.ts';
import { type Loaded, loadSettings } from './load.ts';

const folder = mkdtempSync(join(tmpdir(), 'hoopoe-access-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

function load(yaml: string, environment: Record<string, string> = {}, ports: number[] = []): Promise<Loaded> {
  const file = join(folder, 'hoopoe.yaml');
  writeFileSync(file, yaml);
  const machine = { platform: 'linux', environment, homeDirectory: '/', workingDirectory: '/srv', root: false };
  return loadSettings({ file, flags: [], ports, machine });
}

async function problemOf(yaml: string, environment?: Record<string, string>): Promise<string> {
  const error = await load(yaml, environment).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ConfigError);
  return (error as ConfigError).message.replaceAll(`${folder}/`, '');
}

const rules = 'rules: { acl_conf: { file: acl.conf } }';

describe('sections of access', () => {
  it('are sources in the order in which they are written, with the options of their kind', async () => {
    const { sources } = await load(`access: { z: { postgresql: { server: "db:5433" } }, ${rules} }`);
    expect(sources.map(({ name, kind, checksLogins }) => [name, kind, checksLogins])).toEqual([
      ['z', 'postgresql', true],
      ['rules', 'acl_conf', false],
    ]);
    expect(sources[0]!.options.text('server')).toBe('db:5433');
    expect(sources[1]!.options.text('file')).toBe(join(folder, 'acl.conf'));
    expect(sources[0]).toMatchObject({ onFailure: 'deny', answerSecondsMax: 20, listeners: undefined });
  });

  it('are sorted by order where it is given', async () => {
    const yaml = `access: { a: { type: mysql }, b: { type: mysql, order: 1 }, c: { type: mysql }, d: { type: mysql, order: 101 } }`;
    expect((await load(yaml)).sources.map(({ name }) => name)).toEqual(['b', 'a', 'c', 'd']);
  });

  it('may name their kind in any of three ways', async () => {
    for (const yaml of ['a: { type: mysql }', 'a: { mysql: }', 'a: { mysql: {} }', 'a: { mysql: { database: x } }']) {
      expect((await load(`access: { ${yaml} }`)).sources, yaml).toMatchObject([{ name: 'a', kind: 'mysql' }]);
    }
    const environment = { HOOPOE_ACCESS__FROM_ENV__TYPE: 'mysql', HOOPOE_ACCESS__OTHER__POSTGRESQL__DATABASE: 'x' };
    expect((await load('', environment)).sources).toMatchObject([
      { name: 'from_env', kind: 'mysql' },
      { name: 'other', kind: 'postgresql' },
    ]);
  });

  it('are left out when they are switched off, mistakes and all but those of their kind', async () => {
    const { sources, listeners } = await load(`access: { a: { type: mysql, enabled: no }, ${rules} }`);
    expect(sources.map(({ name }) => name)).toEqual(['rules']);
    expect(listeners[0]).toMatchObject({ anonymous: 'allow', anonymousReason: 'loopback' });
    expect(await problemOf('access: { a: { enabled: no } }')).toContain('access.a has no kind');
  });

  it.each([
    ['access: { a: }', /^hoopoe.yaml:1: access.a has no kind; allowed: options below one of .*acl_conf/],
    ['access:\n  a:\n    on_failure: deny', /^hoopoe.yaml:2: access.a has no kind/],
    ['access:\n  a:\n    mysql:\n    postgresql:', /^hoopoe.yaml:\d: access.a is to be (mysql|postgresql) and /],
    [
      'access:\n  a:\n    type: mysql\n    acl_conf: { file: x }',
      /^hoopoe.yaml:4: access.a is to be mysql and acl_conf/,
    ],
    ['access: { a: { type: postgres } }', /access.a.type: got "postgres"; allowed: .*; did you mean postgresql\?/],
    [
      'access:\n  a:\n    postgres:\n      server: x\n      database: y',
      /^hoopoe.yaml:3: unknown kind of access source "postgres"; did you mean postgresql\?$/,
    ],
    ['access: { a: mysql }', /access.a: got a value; allowed: options/],
    ['access: [ a ]', /access: got a value; allowed: options/],
    ['access: { A: { type: mysql } }', /got access source name "access.A.type"; allowed: up to 32 of a-z/],
    [
      'access: { a: { type: mysql, server: x } }',
      /unknown option "access.a.server"; did you mean "access.a.postgresql.server"\?/,
    ],
    ['access: { a: { type: mysql, on_failure: maybe } }', /access.a.on_failure: got "maybe"; allowed: deny, ignore/],
    [
      'access: { a: { type: mysql, listeners: [tpc] } }\nlisteners: { tcp: { port: 0 } }',
      /access.a.listeners: got listener "tpc"; did you mean tcp\?/,
    ],
    [
      `access: { ${rules} }\nlisteners: { tcp: { port: 0, sources: [ruls] } }`,
      /listeners.tcp.sources: got access source "ruls"; did you mean rules\?/,
    ],
    ['listeners: { tcp: { port: 0, sources: [x] } }', /listeners.tcp.sources: got access source "x"; there is none/],
  ])('with %j are refused', async (yaml, problem) => expect(await problemOf(yaml)).toMatch(problem));

  it('are not made by names that every object has', async () => {
    expect(await problemOf('access: { __proto__: { type: mysql } }')).toContain('got access source name');
    expect(await problemOf('access: { constructor: { __proto__: { file: x } } }')).toContain('unknown kind');
    expect((await load('access: { constructor: { type: mysql } }')).sources).toMatchObject([{ name: 'constructor' }]);
  });
});

describe('a change of the chain', () => {
  it.each([
    ['access: { a: { mysql: }, b: { type: x509 } }', []],
    ['access: { b: { type: x509 }, a: { mysql: } }', []],
    ['access: { a: { mysql: , order: 200 }, b: { type: x509 } }', []],
    ['access: { a: { postgresql: }, b: { type: x509 } }', ['access']],
    ['access: { a: { mysql: { server: x } }, b: { type: x509 } }', ['access.a.mysql.server']],
    ['access: { a: { mysql: }, b: { type: x509 }, c: { type: psk } }', ['access.c', 'access']],
  ])('to %s needs a restart of %j', async (yaml, needRestart) => {
    const before = await load('access: { a: { mysql: }, b: { type: x509 } }');
    const after = await load(yaml);
    const changes = [
      ...compareSettings(before.settings, after.settings).needRestart,
      ...compareSources(before.sources, after.sources).needRestart,
    ];
    expect(changes).toEqual(needRestart);
  });
});

describe('who may come in without a login', () => {
  const devices = 'devices: { type: mysql }';

  it('is nobody as soon as a source of logins is configured, unless somebody says otherwise', async () => {
    expect((await load(`access: { ${devices} }`)).listeners).toMatchObject(
      new Array(4).fill({ anonymous: 'deny', anonymousReason: 'logins_configured', checksLogins: true }),
    );
    const said = await load(`access: { ${devices} }\nallow_anonymous: true`);
    expect(said.listeners[0]).toMatchObject({ anonymous: 'allow', anonymousReason: 'said_for_all' });
    const half = await load(
      `access: { ${devices} }\nlisteners: { tcp: { port: 1, allow_anonymous: without_username } }`,
    );
    expect(half.listeners[0]).toMatchObject({ anonymous: 'without_username', anonymousReason: 'said_here' });
  });

  it('does not change with sources of permissions alone', async () => {
    const yaml = `access: { ${rules}, db: { postgresql: { auth_query: "" } } }`;
    expect((await load(yaml)).listeners[0]).toMatchObject({ anonymous: 'allow', checksLogins: false });
  });

  it('depends on the sources that are asked at the listener, whoever of the two chooses', async () => {
    const yaml = `access: { ${devices}, ${rules} }
listeners: { a: { port: 1 }, b: { port: 2, sources: [rules] }, c: { port: 3, sources: [] } }`;
    expect((await load(yaml)).listeners).toMatchObject([
      { name: 'a', anonymous: 'deny', sources: ['devices', 'rules'] },
      { name: 'b', anonymous: 'allow', sources: ['rules'] },
      { name: 'c', anonymous: 'allow', sources: [] },
    ]);
    const other = 'access: { d: { type: mysql, listeners: [b] } }\nlisteners: { a: { port: 1 }, b: { port: 2 } }';
    expect((await load(other)).listeners).toMatchObject([
      { name: 'a', anonymous: 'allow', sources: [] },
      { name: 'b', anonymous: 'deny', sources: ['d'] },
    ]);
  });

  it('is nobody on the listeners of -p either, whose names no source has to know', async () => {
    const yaml = 'access: { d: { type: mysql, listeners: [a] }, e: { type: mysql } }\nlisteners: { a: { port: 1 } }';
    const { listeners } = await load(yaml, {}, [1884]);
    expect(listeners).toMatchObject([{ name: 'mqtt', anonymous: 'deny', sources: ['e'] }]);
  });

  it.each([
    ['on', 'allow'],
    ['no', 'deny'],
    ['0', 'deny'],
    ['without_username', 'without_username'],
  ])('understands %s as everywhere else', async (word, anonymous) => {
    expect((await load('', { HOOPOE_ALLOW_ANONYMOUS: word })).listeners[0]).toMatchObject({ anonymous });
  });
});
