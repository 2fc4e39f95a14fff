import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Loaded } from '../config/load.ts';
import { silentLog } from '../ports/log.ts';
import { commandLine } from './command-line.ts';
import type { RunningBroker, StartBroker, Terminal } from './program.ts';
import { StartError } from './start-error.ts';

const signals = [
  'SIGINT',
  'SIGTERM',
  'SIGHUP',
  'SIGUSR1',
  'SIGUSR2',
  'uncaughtException',
  'unhandledRejection',
] as const;

let folder = '';
let out = '';
let err = '';
let removeHandlers = (): void => {};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hoopoe-run-'));
  out = '';
  err = '';
  const before = signals.map((signal) => [signal, process.listeners(signal as 'SIGHUP')] as const);
  removeHandlers = () => {
    for (const [signal, kept] of before) {
      for (const listener of process.listeners(signal as 'SIGHUP')) {
        if (!kept.includes(listener)) process.off(signal, listener);
      }
    }
  };
});

afterEach(() => {
  removeHandlers();
  rmSync(folder, { recursive: true });
});

function run(argv: string[], start: StartBroker): Promise<number | undefined> {
  const terminal: Terminal = {
    machine: {
      platform: 'linux',
      environment: { HOOPOE_DATA_DIR: join(folder, 'data') },
      homeDirectory: folder,
      workingDirectory: folder,
      root: false,
    },
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
  const storeTools = () => Promise.reject(new Error('no store is to be opened'));
  return commandLine(argv, terminal, {
    startBroker: start,
    storeTools,
    explainAccess: () => Promise.reject(new Error('no source is to be asked')),
  });
}

const unobserved: RunningBroker['observed'] = {
  events: { on: () => () => {} },
  log: silentLog,
  watchPackets: () => {},
  announce: () => {},
  save: () => Promise.resolve(),
  sayTrees: () => Promise.resolve(),
};

function running(loaded: Loaded, given: Partial<RunningBroker> = {}): RunningBroker {
  return {
    listeners: loaded.listeners.map(({ name, port }) => ({ name, urls: [`mqtt://127.0.0.1:${port}`] })),
    durability: { mode: 'memory', windowSeconds: 0 },
    loginSources: [],
    observed: unobserved,
    reload: () => Promise.resolve([]),
    configure: () => {},
    sections: { look: () => Promise.resolve({ doubts: [], refused: [] }), apply: () => Promise.resolve('applied') },
    openManagement: () => Promise.resolve(undefined),
    close: () => Promise.resolve(),
    ...given,
  };
}

/** Calls what was registered for SIGHUP, as the system would, and waits for what it does. */
async function hangUp(): Promise<void> {
  process.listeners('SIGHUP').at(-1)?.('SIGHUP');
  await new Promise((resolve) => setTimeout(resolve, 50));
}

describe('run', () => {
  it('makes the data folder for its owner alone, starts the broker and says what is open', async () => {
    expect(await run(['-p', '1884'], (loaded) => Promise.resolve(running(loaded)))).toBeUndefined();
    expect(statSync(join(folder, 'data')).mode & 0o777).toBe(0o700);
    expect(out).toContain('mqtt://127.0.0.1:1884');
    expect(out).toContain('mosquitto_pub -h localhost -p 1884 -t hello -m world');
  });

  it('says why it did not start, with exit code 1', async () => {
    expect(await run([], () => Promise.reject(new StartError('port 1883 is taken')))).toBe(1);
    expect(err).toBe('hoopoe: port 1883 is taken\n');
  });

  it('ends with 78 for a mistake in the configuration, which no further try would mend', async () => {
    expect(await run(['--limits.inflight_max', 'many'], () => Promise.reject(new Error('not reached')))).toBe(78);
    expect(err).toContain('limits.inflight_max');
  });

  it('says which folder it cannot use and how to choose another', async () => {
    writeFileSync(join(folder, 'file'), '');
    expect(await run(['--data.dir', 'file'], () => Promise.reject(new Error('not reached')))).toBe(1);
    expect(err).toContain(`the data folder ${folder}/file cannot be used`);
    expect(err).toContain('--data.dir');
  });

  it.runIf(process.platform === 'linux')('is not caught in a file system that refuses folders', async () => {
    expect(await run(['--data.dir', '/proc/hoopoe/data'], () => Promise.reject(new Error('not reached')))).toBe(1);
    expect(err).toContain('the data folder /proc/hoopoe/data cannot be used: ENOENT');
  });

  it('makes the folders above the data folder', async () => {
    const data = join(folder, 'a', 'b', 'c');
    expect(await run(['--data.dir', data], (loaded) => Promise.resolve(running(loaded)))).toBeUndefined();
    expect(statSync(data).isDirectory()).toBe(true);
  });

  it('lets mistakes of the program through', async () => {
    await expect(run([], () => Promise.reject(new TypeError('broken')))).rejects.toThrow('broken');
  });

  it('reloads at SIGHUP, and says what needs a restart', async () => {
    const file = join(folder, 'hoopoe.yaml');
    writeFileSync(file, 'limits: { receive_max: 5 }\n');
    let reloads = 0;
    const reload = (): Promise<string[]> => {
      reloads++;
      return Promise.resolve(['access.rules (acl_conf) keeps what it had: acl.conf:3 is wrong']);
    };
    await run(['-c', file], (loaded) => Promise.resolve(running(loaded, { reload })));
    writeFileSync(file, 'limits: { receive_max: 6 }\nlog: { level: debug }\n');
    await hangUp();
    expect(reloads).toBe(1);
    expect(err).toMatch(/info {2}Reloaded; certificates and files of access were read again changed=log\.level\n/);
    expect(err).toMatch(
      /error Something could not be read again and stays as it was problem="access\.rules \(acl_conf\) keeps/,
    );
    expect(err).toMatch(/warn {2}Some changes need a restart options=limits\.receive_max\n/);
  });

  it('changes nothing when the new configuration is wrong', async () => {
    const file = join(folder, 'hoopoe.yaml');
    writeFileSync(file, '');
    const reload = (): Promise<never> => Promise.reject(new Error('not reached'));
    await run(['-c', file], (loaded) => Promise.resolve(running(loaded, { reload })));
    writeFileSync(file, 'limits: { inflight_max: 0 }\n');
    await hangUp();
    expect(err).toMatch(/error The reload changed nothing problem="[^"]*:1: limits\.inflight_max: got \\"0\\"/);
  });
});
