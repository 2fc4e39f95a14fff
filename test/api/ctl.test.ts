/** `hoopoe ctl` against a broker that runs: what an operator types, and what comes. */

import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commandLine } from '../../src/cli/command-line.ts';
import type { Program, Terminal } from '../../src/cli/program.ts';
import { connectedJs } from '../clients/mqttjs.ts';
import { ManagedBroker } from './managed-broker.ts';

const nothing: Program = {
  startBroker: () => Promise.reject(new TypeError('no broker is to be started')),
  storeTools: () => Promise.reject(new TypeError('no store is to be opened')),
  explainAccess: () => Promise.reject(new TypeError('no source is to be asked')),
};

let broker: ManagedBroker;
beforeAll(async () => {
  broker = await ManagedBroker.start(`
durability: { mode: memory }
management: { port: 0 }
listeners: { mqtt: { host: 127.0.0.1, port: 0, allow_anonymous: true } }
access: { users: { type: builtin } }
`);
});
afterAll(() => broker.close());

interface Said {
  readonly code: number | undefined;
  readonly out: string;
  readonly err: string;
}

/** @param typed what follows `hoopoe ctl` */
async function ctl(typed: readonly string[], input: string = ''): Promise<Said> {
  let [out, err] = ['', ''];
  const terminal: Terminal = {
    machine: {
      platform: process.platform,
      environment: { HOOPOE_DATA_DIR: join(broker.folder, 'data') },
      homeDirectory: '/',
      workingDirectory: '/',
      root: false,
    },
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    send: () => Promise.resolve(true),
    receive: async function* () {
      yield Buffer.from(input);
    },
  };
  const code = await commandLine(['ctl', ...typed], terminal, nothing);
  return { code, out, err };
}

const said = async (typed: string, input?: string): Promise<string> => {
  const { code, out, err } = await ctl(typed.split(' '), input);
  return code === 0 ? out : `${code}: ${err}`;
};

describe('settings', () => {
  test('are changed, shown and taken back', async () => {
    expect(await said('settings limits.sessions_max 5000')).toBe('limits.sessions_max = 5000: takes effect now\n');
    expect(await said('settings limits.sessions_max 5000')).toBe('limits.sessions_max = 5000: was so already\n');
    expect(await said('settings limits.packet_bytes_max 2MB')).toBe(
      'limits.packet_bytes_max = 2MB: takes effect at the next start\n',
    );
    const shown = await said('settings limits');
    expect(shown).toMatch(/^OPTION +VALUE +FROM +AT A RESTART$/m);
    expect(shown).toMatch(/^limits\.sessions_max +5000 +\S*settings\.yaml\S* +-$/m);
    expect(shown).toMatch(/^limits\.packet_bytes_max +1MB +default +2MB$|^limits\.packet_bytes_max +1MB .* 2MB$/m);
    expect(shown).not.toContain('\nlog.level');
    expect(await said('reset-setting limits.sessions_max')).toMatch(/^limits\.sessions_max = \d+: takes effect now\n$/);
    expect(await said('reset-setting limits.sessions_max')).toMatch(/^1: .*not changed here/);
  });

  test('that are lists take several values, and true is no text', async () => {
    expect(await said('settings log.types error warning')).toMatch(/^log\.types = error, ?warning: /);
    expect(await said('settings sys.tree emqx mosquitto')).toMatch(/^1: .*takes one/);
    expect(await said('settings presence.enabled false')).toMatch(/^presence\.enabled = false: /);
  });

  test('that are secret come from standard input alone', async () => {
    const name = 'management.emqx_api.application_secret';
    expect(await said(`settings ${name} on-the-command-line`)).toMatch(/^1: .*standard input/);
    const set = await said(`settings ${name} -`, 'from-standard-input\n');
    expect(set).toMatch(/^management\.emqx_api\.application_secret = /);
    expect(set + (await said(`settings ${name}`))).not.toContain('from-standard-input');
  });

  test.each([
    ['settings nothing', 'no option and no section "nothing"'],
    ['settings limits.nothing 1', 'limits.nothing'],
    ['settings limits.sessions_max many', 'limits.sessions_max'],
    ['settings __proto__ 1', 'not valid'],
    ['settings __proto__', 'no option and no section'],
    ['settings data.dir /tmp', 'configuration file alone'],
  ])('%s is refused with the reason', async (typed, reason) => {
    const answer = await said(typed);
    expect(answer).toMatch(/^1: /);
    expect(answer).toContain(reason);
  });
});

describe('the other commands', () => {
  test('show and change what runs', async () => {
    const { client } = await connectedJs(broker.mqttUrl, { clientId: 'c\u001b[2J', keepalive: 60 });
    await client.subscribeAsync('a/#', { qos: 1 });
    expect(await said('clients')).toContain('c\\u001b[2J');
    expect(await said('subscriptions')).toContain('a/#');
    expect(await said('topics')).toContain('a/#');
    expect(await said('publish a/b hello 1 retain')).toBe('1 receivers\n');
    expect(await said('publish a/b hello 3')).toMatch(/^1: .*allowed: 0, 1, 2/);
    expect(await said('retained')).toContain('a/b');
    expect(await said('status')).toMatch(/^name +hoopoe@/m);
    expect(await said('listeners')).toContain('mqtt');
    expect(await said('sources')).toMatch(/^users +builtin +ok +0 allowed, 0 denied, \d+ ignored +0 allowed/m);
    expect(await said('sources order users')).toBe('asked in this order: users\n');
    expect(await said('sources reset-order')).toBe('asked in this order: users\n');
    expect(await said('sources reset-order')).toMatch(/^1: .*not changed here/);
    expect(await said('sources order users nobody')).toMatch(/^1: .*"nobody" is none of them/);
    expect(await said('sources sort')).toMatch(/^1: .*allowed: order NAME…, reset-order, test NAME/);
    expect(await said('sources test users')).toMatch(/^1: .*No access source "users" can be tested/);
    expect(await said('add-user users ann', 'a long password\n')).toBe('done\n');
    expect(await said('add-user users bob', '')).toMatch(/^1: .*standard input/);
    expect(await said('users users')).toContain('ann');
    expect(await said('remove-user users ann')).toBe('done\n');
    expect(await said('ban client_id bad because')).toBe('done\n');
    expect(await said('bans')).toContain('because');
    expect(await said('unban client_id bad')).toBe('done\n');
    expect(await said('ban username late late --until 2999-12-31T00:00:00Z')).toBe('done\n');
    expect(await said('bans')).toContain('2999-12-31T00:00:00.000Z');
    expect(await said('unban username late')).toBe('done\n');
    const before = Date.now();
    expect(await said('ban username short --seconds 90 --json')).toContain('"until"');
    const { items } = JSON.parse(await said('bans --json')) as { items: { until: string }[] };
    expect(items.map(({ until }) => Math.floor((Date.parse(until) - before) / 60_000))).toEqual([1]);
    expect(await said('unban username short')).toBe('done\n');
    expect(await said('alarms')).toMatch(/^none\n$|ALARM/);
    expect(await said('plugins')).toContain('delayed');
    expect(await said('bridges')).toBe('none\n');
    expect((await ctl(['queue', 'c\u001b[2J'])).out).toBe('none\n');
    expect((await ctl(['kick', 'c\u001b[2J'])).out).toBe('done\n');
    expect(await said('reload')).toMatch(/^applied/m);
    await client.endAsync(true);
  });

  test.each([
    ['ban username x --seconds 0', '"0"; allowed: a whole number from 1'],
    ['ban username x --seconds 1.5', '"1.5"; allowed: a whole number'],
    ['ban username x --until 5', '"5"; allowed: a time such as 2030'],
    ['ban username x --until 2030-02-31T25:00:00Z', 'allowed: a time such as 2030'],
    ['ban username x --until 2001-01-01', 'which is over'],
    ['ban username x --until 2999-01-01 --seconds 5', 'one of them'],
    ['ban user x', 'got "user"; allowed: client_id, username, address'],
    ['kick x --until 2999-01-01', '--until belongs to "hoopoe ctl ban"'],
  ])('%s is refused with the reason, and nobody is banned', async (typed, reason) => {
    expect(await said(typed)).toMatch(/^1: /);
    expect(await said(typed)).toContain(reason);
    expect(await said('bans')).toBe('none\n');
  });

  test.each(['', 'nothing', 'kick', 'kick a b', 'plugins fly', '__proto__', 'constructor'])(
    'ctl %s says what is allowed',
    async (typed) => {
      const { code, err } = await ctl(typed === '' ? [] : typed.split(' '));
      expect(code).toBe(1);
      expect(err).toMatch(/allowed|usage/);
    },
  );
});
