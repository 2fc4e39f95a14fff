import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BrokerLog } from './broker-log.ts';
import { FileDestination } from './file-destination.ts';
import { typesNamed, typesUpTo } from './kinds.ts';
import { lineOf } from './line.ts';
import type { LogSettings } from './settings.ts';

let folder = '';
let file = '';
let err = '';
let out = '';
let open: BrokerLog[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hoopoe-log-'));
  file = join(folder, 'a.log');
  err = '';
  out = '';
  open = [];
});

afterEach(async () => {
  for (const log of open) await log.close();
  rmSync(folder, { recursive: true, force: true });
});

function settings(given: Partial<LogSettings> = {}): LogSettings {
  return {
    form: { format: 'text', timestamp: false, timestampFormat: undefined },
    types: typesUpTo('info'),
    level: 'info',
    destinations: new Set(['file']),
    file,
    rotation: { bytesMax: 0, filesMax: 3 },
    syslogSocket: join(folder, 'syslog'),
    syslogFacility: 3,
    connections: false,
    ...given,
  };
}

function openLog(given: Partial<LogSettings> = {}, now?: () => number): BrokerLog {
  const streams = {
    out: (text: string) => {
      out += text;
    },
    err: (text: string) => {
      err += text;
    },
  };
  const log = new BrokerLog(settings(given), streams, now);
  open.push(log);
  return log;
}

async function until(condition: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 5_000; !condition() && Date.now() < deadline; ) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect(condition()).toBe(true);
}

const text = (name = 'a.log'): string => readFileSync(join(folder, name), 'utf8');

it.each([
  ['the level info', typesUpTo('info'), false],
  ['the level debug', typesUpTo('debug'), true],
  ['types with debug', typesNamed(['debug']), true],
  ['types without it', typesNamed(['notice', 'subscribe']), false],
])('with %s, says whether debug lines go anywhere', async (_, types, isKept) => {
  const log = new BrokerLog(settings({ types }), { out: () => {}, err: () => {} });
  open.push(log);
  expect(log.keepsDebug).toBe(isKept);
  log.debug('Seen');
  log.flush();
  expect(readFileSync(file, 'utf8').includes('Seen')).toBe(isKept);
});

describe('the log of a broker', () => {
  it('writes to several places at once', () => {
    const log = openLog({ destinations: new Set(['stderr', 'stdout', 'file', 'topic']) });
    const published: string[] = [];
    log.info('nobody publishes yet');
    log.publishThrough((topic, line) => published.push(`${topic} ${line()}`));
    log.warn('Look', { client: 'a b' });
    log.flush();
    for (const written of [err, out, text()]) expect(written).toContain('warn  Look client="a b"\n');
    expect(published).toEqual(['$SYS/broker/log/W warn  Look client="a b"']);
  });

  it('leaves out the kinds that are not wanted', () => {
    const log = openLog({ destinations: new Set(['stderr']), types: typesNamed(['error', 'subscribe']) });
    log.info('x', undefined, 'notice');
    log.warn('x');
    log.info('a 0 t', undefined, 'subscribe');
    log.error('y');
    expect(err).toBe('info  a 0 t\nerror y\n');
  });

  it('publishes nothing about what publishing a line sets off', () => {
    const log = openLog({ destinations: new Set(['topic', 'stderr']) });
    let published = 0;
    log.publishThrough((_topic, line) => {
      published++;
      line();
      log.info('a line about a line');
    });
    log.info('first');
    expect(published).toBe(1);
    expect(err).toContain('a line about a line');
    log.publishThrough(() => {
      throw new TypeError('closed');
    });
    expect(() => log.info('second')).not.toThrow();
  });

  it('is silent without a destination', () => {
    openLog({ destinations: new Set() }).error('x');
    expect([err, out, readdirSync(folder)]).toEqual(['', '', []]);
  });

  it('makes its file for its owner alone and adds to one that is there', () => {
    writeFileSync(file, 'before\n', { mode: 0o600 });
    const log = openLog();
    log.info('after');
    log.flush();
    expect(text()).toBe('before\ninfo  after\n');
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('writes an error at once, because it may be the last line', () => {
    openLog().error('the end');
    expect(text()).toContain('the end');
  });

  it('writes the lines of a turn together', async () => {
    const log = openLog();
    log.info('one');
    log.info('two');
    expect(text()).toBe('');
    await new Promise((resolve) => setImmediate(resolve));
    expect(text()).toBe('info  one\ninfo  two\n');
  });

  it('says which file it cannot write, and what to do', () => {
    expect(() => openLog({ file: join(folder, 'no', 'such', 'a.log') })).toThrow(
      /a\.log cannot be written: .*log\.file/,
    );
  });

  it('makes the folder of a file, but not those above it', () => {
    openLog({ file: join(folder, 'log', 'a.log') }).error('in a new folder');
    expect(readFileSync(join(folder, 'log', 'a.log'), 'utf8')).toContain('in a new folder');
  });

  it('changes nothing when new settings cannot be had', () => {
    const log = openLog();
    expect(() => log.configure(settings({ file: folder }))).toThrow(/LOG_NOT_WRITABLE|cannot be written/);
    log.error('still here');
    expect(text()).toContain('still here');
  });

  it('goes on elsewhere when new settings say so', () => {
    const log = openLog();
    log.info('here');
    log.configure(settings({ file: join(folder, 'b.log'), types: typesUpTo('debug') }));
    log.debug('there');
    log.flush();
    expect(text()).toBe('info  here\n');
    expect(text('b.log')).toBe('debug there\n');
  });

  it('writes to a new file of the name after something else moved the file away', () => {
    const log = openLog();
    log.error('old');
    renameSync(file, join(folder, 'moved.log'));
    log.error('still the old one');
    log.reopen();
    log.error('new');
    expect(text('moved.log')).toBe('error old\nerror still the old one\n');
    expect(text()).toBe('error new\n');
  });

  it('moves a file aside that has become too large, and keeps so many of them', () => {
    const log = openLog({ rotation: { bytesMax: 100, filesMax: 2 } });
    for (let count = 0; count < 20; count++) log.error(`line ${count} ${'x'.repeat(40)}`);
    expect(readdirSync(folder).sort()).toEqual(['a.log', 'a.log.1', 'a.log.2']);
    const kept = ['a.log.2', 'a.log.1', 'a.log'].map((name) => text(name)).join('');
    expect(kept.match(/line \d+/g)).toEqual(
      ['14', '15', '16', '17', '18', '19'].slice(-kept.split('\n').length + 1).map((n) => `line ${n}`),
    );
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).size).toBeLessThanOrEqual(100);
  });

  it.runIf(process.platform === 'linux')('survives a full disk', () => {
    const destination = new FileDestination('/dev/full', { bytesMax: 0, filesMax: 1 });
    const line = { atMs: 0, level: 'error', kind: undefined, message: 'x', fields: undefined } as const;
    expect(() => destination.write(line, settings().form)).not.toThrow();
    expect(() => destination.reopen()).not.toThrow();
    void destination.close();
  });

  it.runIf(process.platform === 'linux').each(['text', 'json', 'mosquitto'] as const)(
    'tells in the form of the others how many lines a full disk has cost: %s',
    (format) => {
      const path = join(folder, 'full.log');
      symlinkSync('/dev/full', path);
      const destination = new FileDestination(path, { bytesMax: 0, filesMax: 1 });
      const form = { ...settings().form, format };
      const line = { level: 'error', kind: undefined, fields: undefined } as const;
      for (const message of ['a', 'b', 'c']) destination.write({ ...line, atMs: 0, message }, form);
      rmSync(path);
      destination.reopen();
      destination.write({ ...line, atMs: 1000, message: 'd' }, form);
      destination.write({ ...line, atMs: 1000, message: 'e' }, form);
      void destination.close();
      const [lost, ...others] = text('full.log').split('\n');
      const expected = lineOf(
        {
          atMs: 1000,
          level: 'warn',
          kind: undefined,
          message: 'Lines of the log could not be written',
          fields: { lines: 3 },
        },
        form,
      );
      expect(lost).toBe(expected);
      expect(others).toEqual([expect.stringContaining('d'), expect.stringContaining('e'), '']);
    },
  );
});

describe('syslog', () => {
  it('gets lines with facility, severity, name and process', async () => {
    let received = '';
    const server = createServer((socket) =>
      socket.on('data', (chunk) => {
        received += chunk.toString();
      }),
    );
    await new Promise<void>((resolve) => server.listen(join(folder, 'syslog'), resolve));
    const log = openLog({ destinations: new Set(['syslog']), syslogFacility: 16 });
    log.warn('Look', { client: 'a\nb' });
    log.info('came', undefined, 'notice');
    await until(() => received.split('\n').length === 3);
    const head = '[A-Z][a-z]{2} [ \\d]\\d \\d\\d:\\d\\d:\\d\\d hoopoe\\[\\d+\\]: ';
    const lines = received.split('\n');
    expect(lines[0]).toMatch(new RegExp(`^<132>${head}warn {2}Look client="a\\\\u000ab"$`));
    expect(lines[1]).toMatch(new RegExp(`^<133>${head}info {2}came$`));
    await log.close();
    await new Promise((resolve) => server.close(resolve));
  });

  it('is complained of once when it is not there, and tried again later', async () => {
    let now = Date.now();
    const log = openLog({ destinations: new Set(['syslog']) }, () => now);
    log.info('one');
    await until(() => err !== '');
    log.info('two');
    expect(err).toMatch(/^Syslog cannot be reached through .*syslog: .*\n$/);
    let received = '';
    const server = createServer((socket) =>
      socket.on('data', (chunk) => {
        received += chunk.toString();
      }),
    );
    await new Promise<void>((resolve) => server.listen(join(folder, 'syslog'), resolve));
    now += 60_000;
    log.info('three');
    await until(() => received.includes('three'));
    expect(received).toMatch(/2 earlier lines did not reach syslog; info {2}three/);
    await log.close();
    await new Promise((resolve) => server.close(resolve));
  });
});
