import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { defaultBrokerOptions } from '../broker/options.ts';
import { brokerOptions, packetLimits } from './broker-options.ts';
import { compareSettings } from './changes.ts';
import { defaultDataDirectory, type Machine } from './data-directory.ts';
import { ConfigError, originText } from './error.ts';
import { type Loaded, loadSettings, type Sources } from './load.ts';

const folder = mkdtempSync(join(tmpdir(), 'hoopoe-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

const machine: Machine = {
  platform: 'linux',
  environment: {},
  homeDirectory: '/home/ann',
  workingDirectory: '/srv',
  root: false,
};

function load(given: Partial<Sources> & { yaml?: string; environment?: Record<string, string> }): Promise<Loaded> {
  const file = given.yaml === undefined ? given.file : join(folder, 'hoopoe.yaml');
  if (given.yaml !== undefined) writeFileSync(join(folder, 'hoopoe.yaml'), given.yaml);
  return loadSettings({
    file,
    flags: given.flags ?? [],
    ports: given.ports ?? [],
    machine: { ...machine, environment: given.environment ?? {} },
  });
}

async function problemsOf(given: Parameters<typeof load>[0]): Promise<string> {
  const error = await load(given).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ConfigError);
  return (error as ConfigError).message;
}

describe('loadSettings', () => {
  it('lets flags win over the environment, the environment over the file, the file over the default', async () => {
    const yaml = 'limits: { inflight_max: 1, receive_max: 1, topic_levels_max: 1 }';
    const environment = { HOOPOE_LIMITS__INFLIGHT_MAX: '2', HOOPOE_LIMITS__RECEIVE_MAX: '2' };
    const flags = [{ path: 'limits.inflight_max', text: '3', flag: '--limits.inflight_max' }];
    const { settings } = await load({ yaml, environment, flags });
    const shown = ['inflight_max', 'receive_max', 'topic_levels_max', 'queue_full'].map((name) => {
      const { value, origin } = settings.get(`limits.${name}`);
      return [value, originText(origin).replace(folder, '')];
    });
    expect(shown).toEqual([
      [3, '--limits.inflight_max'],
      [2, 'HOOPOE_LIMITS__RECEIVE_MAX'],
      [1, '/hoopoe.yaml:1'],
      [defaultBrokerOptions.queueFull, 'default'],
    ]);
  });

  it('reports the problems of all sources at once', async () => {
    const text = await problemsOf({
      yaml: 'a: 1',
      environment: { HOOPOE_B__C: '1' },
      flags: [{ path: 'd', text: '', flag: '--d' }],
    });
    expect(text.split('\n')).toHaveLength(3);
  });

  it('refuses a listener whose zone there is not, with the nearest one or what to write', async () => {
    const listeners = 'listeners: { pump: { port: 1883, zone: sensor } }';
    const near = await problemsOf({ yaml: `${listeners}\nzones: { sensors: { limits: { inflight_max: 1 } } }` });
    expect(near).toMatch(/hoopoe\.yaml:1: listeners\.pump\.zone: there is no zone "sensor"; did you mean sensors\?$/);
    const none = await problemsOf({ yaml: listeners });
    expect(none).toContain('there is no zone "sensor"; write zones.sensor with what holds there');
  });

  it('says when the file cannot be read or is no UTF-8', async () => {
    expect(await problemsOf({ file: join(folder, 'none.yaml') })).toMatch(/none\.yaml: cannot be read: ENOENT/);
    writeFileSync(join(folder, 'latin1.yaml'), Buffer.from([0x61, 0xe4]));
    expect(await problemsOf({ file: join(folder, 'latin1.yaml') })).toMatch(/latin1\.yaml: cannot be read/);
  });

  it('knows the folder of the configuration, beside which packages are looked for', async () => {
    expect((await load({ yaml: '' })).folder).toBe(folder);
    expect((await load({})).folder).toBe('/srv');
  });

  it('gives the broker its own defaults where nobody configured anything', async () => {
    const { settings } = await load({});
    expect(brokerOptions(settings)).toEqual(defaultBrokerOptions);
    expect(packetLimits(settings)).toEqual({ connectBytesMax: 65_536, userPropertiesMax: 64, filtersMax: 1024 });
  });

  it('gives the broker what was configured', async () => {
    const { settings } = await load({ yaml: 'mqtt: { qos_max: 1 }\nshared_subscriptions: { strategy: sticky }' });
    expect(brokerOptions(settings)).toEqual({ ...defaultBrokerOptions, maximumQos: 1, sharedStrategy: 'sticky' });
  });
});

describe('listeners', () => {
  it('without configuration are four, for this machine only, and accept anonymous clients', async () => {
    const { listeners } = await load({});
    expect(listeners.map(({ name, transport, host, port }) => [name, transport, host, port])).toEqual([
      ['mqtt', 'tcp', 'localhost', 1883],
      ['mqtts', 'tls', 'localhost', 8883],
      ['ws', 'ws', 'localhost', 8083],
      ['wss', 'wss', 'localhost', 8084],
    ]);
    expect(
      listeners.every(({ loopback, anonymous, unconfigured }) => loopback && anonymous === 'allow' && unconfigured),
    ).toBe(true);
  });

  it('of -p replace all others and are for this machine only', async () => {
    const { listeners } = await load({ ports: [1884, 1885], yaml: 'listeners: { tcp: { host: 0.0.0.0 } }' });
    expect(listeners.map(({ name, host, port }) => [name, host, port])).toEqual([
      ['mqtt-1884', 'localhost', 1884],
      ['mqtt-1885', 'localhost', 1885],
    ]);
  });

  it.each([
    ['tcp: { host: 127.0.0.1 }', true, 'loopback'],
    ['tcp: { host: "::1" }', true, 'loopback'],
    ['tcp: { host: 0.0.0.0 }', false, 'not_loopback'],
    ['tcp: { host: "*" }', false, 'not_loopback'],
    ['tcp: { host: 192.168.1.5 }', false, 'not_loopback'],
    ['tcp: { host: 127.example.org }', false, 'not_loopback'],
    ['tcp: { host: 127.0.0.1, proxy_protocol: true }', false, 'not_loopback'],
    ['tcp: { host: 0.0.0.0, allow_anonymous: true }', true, 'said_here'],
    ['tcp: { host: 127.0.0.1, allow_anonymous: false }', false, 'said_here'],
    ['unix: { socket: /run/hoopoe.sock }', true, 'loopback'],
  ])('with %s: anonymous %s', async (text, allowed, anonymousReason) => {
    const { listeners } = await load({ yaml: `listeners: { ${text} }` });
    expect(listeners).toMatchObject([{ anonymous: allowed ? 'allow' : 'deny', anonymousReason }]);
  });

  it('follow allow_anonymous of the broker where they say nothing themselves', async () => {
    const yaml =
      'allow_anonymous: true\nlisteners: { a: { host: 0.0.0.0 }, b: { port: 1884, allow_anonymous: false } }';
    expect((await load({ yaml })).listeners).toMatchObject([
      { name: 'a', anonymous: 'allow', anonymousReason: 'said_for_all' },
      { name: 'b', anonymous: 'deny', anonymousReason: 'said_here' },
    ]);
  });

  it('take the transport that their name says, so that none named tls speaks plain text', async () => {
    const { listeners } = await load({
      environment: { HOOPOE_LISTENERS__TLS__HOST: '*', HOOPOE_LISTENERS__WS__HOST: '*' },
    });
    expect(listeners).toMatchObject([
      { name: 'tls', transport: 'tls', port: 8883 },
      { name: 'ws', transport: 'ws', port: 8083 },
    ]);
  });

  it.each([
    ['tcp: { path: /x }', 'listeners.tcp.path has no meaning for transport tcp; it belongs to ws, wss'],
    ['unix: { }', ''],
    ['unix: { connections_max: 5 }', 'listeners.unix.socket is missing; a Unix socket needs a path'],
    ['tls: { key_file: k.pem }', 'listeners.tls.key_file needs listeners.tls.certificate_file as well'],
    ['tls: { certificate_file: k.pem }', 'listeners.tls.certificate_file needs listeners.tls.key_file as well'],
    ['tls: { require_certificate: true }', 'listeners.tls.require_certificate needs listeners.tls.ca_file'],
    ['a: { port: 1 }, b: { port: 1, host: 127.0.0.1 }', 'listeners a and b are both to listen on port 1 of 127.0.0.1'],
    ['tcp: { access: [allow everybody] }', 'got "allow everybody"; allowed: a list; each entry "allow" or "deny"'],
    ['tcp: { access: [deny 10.0.0.0/33] }', 'got "deny 10.0.0.0/33"'],
    ['tcp: { mountpoint: a/#/ }', 'got "a/#/"; allowed: the beginning of a topic name'],
    ['tcp: { host: 999.1.1.1 }', 'got "999.1.1.1"; allowed: an address'],
  ])('are refused with %s', async (text, problem) => {
    const yaml = `listeners: { ${text} }`;
    if (problem === '') expect((await load({ yaml })).listeners).toHaveLength(4);
    else expect(await problemsOf({ yaml })).toContain(problem);
  });
});

describe('compareSettings', () => {
  it('tells what is applied from what needs a restart', async () => {
    const before = await load({ yaml: 'listeners: { a: { port: 1 }, tls: { port: 2 } }' });
    const after = await load({
      yaml: 'log: { level: debug }\nlimits: { receive_max: 5 }\nlisteners: { b: { port: 1 }, tls: { port: 3, ca_file: /x } }',
    });
    expect(compareSettings(before.settings, before.settings)).toEqual({ applied: [], needRestart: [] });
    expect(compareSettings(before.settings, after.settings)).toEqual({
      applied: ['log.level'],
      needRestart: ['limits.receive_max', 'listeners.a', 'listeners.tls.port', 'listeners.tls.ca_file', 'listeners.b'],
    });
  });
});

describe('defaultDataDirectory', () => {
  it.each([
    [{}, '/home/ann/.local/share/hoopoe'],
    [{ environment: { XDG_DATA_HOME: '/data' } }, '/data/hoopoe'],
    [{ environment: { XDG_DATA_HOME: 'data' } }, '/home/ann/.local/share/hoopoe'],
    [{ environment: { HOOPOE_DATA_DIR: 'data' } }, '/srv/data'],
    [{ root: true }, '/var/lib/hoopoe'],
    [{ platform: 'darwin' }, '/home/ann/Library/Application Support/hoopoe'],
  ])('is, with %j, %s', (given, directory) => expect(defaultDataDirectory({ ...machine, ...given })).toBe(directory));

  it('gives way to data.dir', async () => {
    const { dataDirectory } = await load({ yaml: 'data: { dir: d }', environment: { HOOPOE_DATA_DIR: '/e' } });
    expect(dataDirectory).toBe(join(folder, 'd'));
  });
});
