import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseArguments, UsageError } from './arguments.ts';
import { commandLine } from './command-line.ts';
import { commandRows } from './commands.ts';
import type { Terminal } from './program.ts';

const folder = mkdtempSync(join(tmpdir(), 'hoopoe-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function typed(argv: string[], environment: Record<string, string> = {}) {
  let out = '';
  let err = '';
  const terminal: Terminal = {
    machine: { platform: 'linux', environment, homeDirectory: '/home/ann', workingDirectory: folder, root: false },
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    send: () => Promise.reject(new Error('nothing is to be sent')),
    receive: () => {
      throw new Error('nothing is to be received');
    },
  };
  const nothing = () => Promise.reject(new Error('nothing is to be started'));
  const code = await commandLine(argv, terminal, {
    startBroker: nothing,
    storeTools: nothing,
    explainAccess: nothing,
  });
  return { code, out, err };
}

describe('parseArguments', () => {
  it('takes what mosquitto takes', () => {
    const expected = { command: 'run', file: 'a.yaml', ports: [1884, 1885], daemon: true };
    expect(parseArguments(['-c', 'a.yaml', '-p', '1884', '-p', '1885', '-v', '-d'])).toMatchObject(expected);
    expect(parseArguments(['--config-file=a.yaml', '--port', '1884', '-p1885', '-vd'])).toMatchObject(expected);
    expect(parseArguments(['-v']).flags).toEqual([{ path: 'log.level', text: 'debug', flag: '-v' }]);
  });

  it('takes every option of the configuration, listeners among them', () => {
    const { flags } = parseArguments([
      '--limits.inflight_max',
      '7',
      '--listeners.tcp.port=1884',
      '--listeners.tcp.host',
      '*',
    ]);
    expect(flags).toEqual([
      { path: 'limits.inflight_max', text: '7', flag: '--limits.inflight_max' },
      { path: 'listeners.tcp.port', text: '1884', flag: '--listeners.tcp.port' },
      { path: 'listeners.tcp.host', text: '*', flag: '--listeners.tcp.host' },
    ]);
  });

  it('takes a command before or after flags', () => {
    expect(parseArguments(['config', '-c', 'x', 'show'])).toMatchObject({
      command: 'config',
      rest: ['show'],
      file: 'x',
    });
    expect(parseArguments(['-c', 'x', 'config', 'show'])).toMatchObject({
      command: 'config',
      rest: ['show'],
      file: 'x',
    });
  });

  it.each([
    [['--verbos'], 'unknown flag "--verbos"; did you mean --verbose?'],
    [['--allow-anonymous', 'true'], 'unknown flag "--allow-anonymous"; did you mean --allow_anonymous?'],
    [['-x'], 'unknown flag "-x"; see "hoopoe --help"'],
    [['--limits.inflihgt_max', '1'], 'unknown option "--limits.inflihgt_max"; did you mean "limits.inflight_max"?'],
    [['-c'], '-c needs a value: FILE'],
    [['-c', '-v'], '-c needs a value: FILE'],
    [['--allow_anonymous'], '--allow_anonymous needs a value: true, false, without_username'],
    [['--daemon=yes'], '--daemon takes no value; got "yes"'],
    [['-p', 'mqtt'], '-p got "mqtt"; allowed: a port from 0 to 65535, 0 for a free one'],
    [['-p', '65536'], '-p got "65536"; allowed: a port from 0 to 65535, 0 for a free one'],
    [Array.from({ length: 11 }, () => '-p1'), 'got 11 times -p; allowed: up to 10'],
  ])('refuses %j', (argv, message) => expect(() => parseArguments(argv)).toThrow(new UsageError(message)));

  it('has no flags in the names that every object has', () => {
    for (const name of ['__proto__', 'constructor', 'toString']) {
      expect(() => parseArguments([`--${name}`, '1'])).toThrow(UsageError);
    }
  });
});

describe('commandLine', () => {
  it('prints help that names every flag and command', async () => {
    const { code, out } = await typed(['--help']);
    expect(code).toBe(0);
    for (const text of ['-c, --config-file FILE', '-p, --port PORT', '-d, --daemon', 'config check FILE', '1883']) {
      expect(out).toContain(text);
    }
    for (const { sentence } of commandRows) expect(out.replace(/\s+/g, ' ')).toContain(sentence);
    expect(out.split('\n').every((line) => line.length <= 100)).toBe(true);
  });

  it('explains options and commands', async () => {
    expect((await typed(['help', 'limits.packet_bytes_max'])).out).toContain('HOOPOE_LIMITS__PACKET_BYTES_MAX');
    expect((await typed(['help', 'limits'])).out.match(/^limits\./gm)?.length).toBeGreaterThan(10);
    expect((await typed(['help', 'options'])).out).toContain('listeners.NAME.transport');
    expect((await typed(['config', '--help'])).out).toContain('Usage: hoopoe config check FILE | show');
    expect(await typed(['help', 'limit'])).toMatchObject({ code: 1, out: '' });
  });

  it('prints the version', async () => {
    const { out } = await typed(['--version']);
    expect(out).toMatch(/^hoopoe \d+\.\d+\.\d+\n$/);
    expect(await typed(['version'])).toMatchObject({ code: 0, out });
  });

  it('names the nearest command, and the flag for a file', async () => {
    expect(await typed(['cofnig'])).toMatchObject({
      code: 1,
      err: 'hoopoe: unknown command "cofnig"; did you mean "hoopoe config"?\n',
    });
    expect((await typed(['my.yaml'])).err).toContain('hoopoe -c my.yaml');
    expect((await typed(['run', 'away'])).err).toContain('run takes no arguments; got "away"');
  });

  it('checks a file, whatever the environment holds', async () => {
    const file = join(folder, 'good.yaml');
    writeFileSync(file, 'listeners: { tcp: { port: 1884 } }\n');
    const environment = { HOOPOE_LIMITS__INFLIGHT_MAX: 'nonsense' };
    expect(await typed(['config', 'check', file], environment)).toEqual({
      code: 0,
      out: `${file}: no mistakes, 1 listener\n`,
      err: '',
    });
  });

  it('looks for the files that a file names, and at what bridges say of their options', async () => {
    const file = join(folder, 'names.yaml');
    const tls = `certificate_file: /no/such, key_file: ${folder}`;
    const bridge = 'addresses: [h], topics: ["#"], psk: zz';
    writeFileSync(file, `listeners: { t: { transport: tls, port: 1, ${tls} } }\nbridges:\n  b: { ${bridge} }\n`);
    expect(await typed(['config', 'check', file])).toEqual({
      code: 1,
      out: '',
      err: [
        `hoopoe: ${file}:1: listeners.t.certificate_file: "/no/such" is not there; correct the path, or make it\n`,
        `hoopoe: ${file}:1: listeners.t.key_file: ${JSON.stringify(folder)} is a folder; name a file\n`,
        `hoopoe: ${file}:3: bridges.b.psk_identity and psk belong together; set both or none\n`,
      ].join(''),
    });
  });

  it('shows every mistake of a file with its line', async () => {
    const file = join(folder, 'bad.yaml');
    writeFileSync(file, 'limits:\n  inflight_max: -1\n  inflihgt_max: 1\n');
    expect(await typed(['config', 'check', file])).toEqual({
      code: 1,
      out: '',
      err: [
        `hoopoe: ${file}:2: limits.inflight_max: got "-1"; allowed: a whole number from 1 to 65535\n`,
        `hoopoe: ${file}:3: unknown option "limits.inflihgt_max"; did you mean "limits.inflight_max"?\n`,
      ].join(''),
    });
  });

  it('shows every option with its value and where it came from, but no secret', async () => {
    const file = join(folder, 'show.yaml');
    writeFileSync(
      file,
      'listeners: { tls: { key_passphrase: hunter2, key_file: k, certificate_file: c, host: "*" } }\n',
    );
    const { code, out } = await typed(['config', 'show', '--limits.inflight_max', '7'], {
      HOOPOE_CONFIG: file,
      HOOPOE_LIMITS__RECEIVE_MAX: '8',
      HOOPOE_TYPO: '1',
    });
    expect(code).toBe(0);
    expect(out).toMatch(/^limits\.inflight_max +7 +--limits\.inflight_max$/m);
    expect(out).toMatch(/^limits\.receive_max +8 +HOOPOE_LIMITS__RECEIVE_MAX \(environment\)$/m);
    expect(out).toMatch(/^limits\.packet_bytes_max +1MB +default$/m);
    expect(out).toMatch(/^data\.dir +\/home\/ann\/\.local\/share\/hoopoe +default$/m);
    expect(out).toMatch(/^listeners\.tls\.allow_anonymous +false +default$/m);
    expect(out).toMatch(/^listeners\.tls\.key_passphrase +\(set, not shown\) /m);
    expect(out).not.toContain('hunter2');
  });

  it.each([[['config']], [['config', 'shwo']], [['config', 'check']]])('refuses %j', async (argv) => {
    expect(await typed(argv)).toMatchObject({ code: 1, out: '' });
  });
});
