/**
 * The Dockerfile without Docker: the last stage's files are put together as it says, and its command runs as process 1 of a
 * namespace, as the user 1000, with nothing else that belongs to this repository.
 */

import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { RunningProgram } from '../clients/programs.ts';
import { folder, until } from '../listeners/listening.ts';
import { root } from '../structure/source-tree.ts';

const dockerfile = readFileSync(join(root, 'packaging/docker/Dockerfile'), 'utf8').replaceAll(/\\\n/g, '');
const lastStage = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));

/** The arguments of an instruction, each time it is there. */
function instructions(name: string, text: string): string[] {
  return [...text.matchAll(new RegExp(`^(?:HEALTHCHECK .*)?${name} +(.*)$`, 'gm'))].map(([, rest = '']) => rest.trim());
}

function commandOf(text: string): string[] {
  return JSON.parse(text) as string[];
}

const [health, start] = instructions('CMD', lastStage).map(commandOf) as [string[], string[]];

/** Packages that are there when those of development are left out. */
function productionPackages(): string[] {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean }>;
  };
  const isKept = ([path, { dev }]: [string, { dev?: boolean }]): boolean => path !== '' && dev !== true;
  return Object.entries(packages)
    .filter(isKept)
    .map(([path]) => path)
    .filter((path) => existsSync(join(root, path)));
}

/** What `COPY` says, below a folder in the place of `/`. */
function image(): string {
  const base = folder();
  chmodSync(base, 0o755);
  for (const line of instructions('COPY', lastStage)) {
    const words = line.replace('--from=build ', '').replaceAll('/src/', '').split(/\s+/);
    const target = words.at(-1)!;
    for (const source of words.slice(0, -1)) {
      const to = target.endsWith('/') ? join(base, target, basename(source)) : join(base, target);
      const paths = source === 'node_modules' ? productionPackages() : [source];
      for (const path of paths) {
        const inside = source === 'node_modules' ? join(to, path.slice('node_modules/'.length)) : to;
        // Packages inside packages stand in the lock file for themselves.
        const filter = (from: string): boolean =>
          source !== 'node_modules' || from === join(root, path) || basename(from) !== 'node_modules';
        cpSync(join(root, path), inside, { recursive: true, filter });
      }
    }
  }
  return base;
}

const isPossible =
  process.platform === 'linux' &&
  process.getuid?.() === 0 &&
  spawnSync('unshare', ['--fork', '--pid', '--mount-proc', 'setpriv', '--reuid', '1000', '--clear-groups', 'true'])
    .status === 0;

const user = [
  'setpriv',
  '--reuid',
  '1000',
  '--regid',
  '1000',
  '--clear-groups',
  '--inh-caps',
  '-all',
  '--no-new-privs',
];

/** A container of the image; its paths begin at `base`. */
class Container {
  readonly program: RunningProgram;
  readonly #environment: readonly string[];
  readonly #base: string;

  constructor(base: string, data: string) {
    this.#base = base;
    const ports = ['TCP', 'WS'].map((name) => `HOOPOE_LISTENERS__${name}__PORT=0`);
    const settings = [`HOOPOE_DATA_DIR=${data}`, `HOOPOE_CONFIG=${base}/etc/hoopoe/hoopoe.yaml`];
    this.#environment = ['NODE_ENV=production', 'HOOPOE_MANAGEMENT__PORT=0', ...settings, ...ports];
    const spaces = ['--fork', '--pid', '--mount-proc', '--kill-child'];
    this.program = new RunningProgram('unshare', [...spaces, ...this.#command(start)]);
  }

  #command(words: readonly string[]): string[] {
    const [name, ...rest] = words;
    expect(name).toBe('hoopoe');
    const executable = join(this.#base, 'opt/hoopoe/bin/hoopoe');
    return [...user, 'env', '-i', ...this.#environment, process.execPath, executable, ...rest];
  }

  /** The number outside of the process that is 1 inside. */
  get pid(): number {
    const { pid } = this.program.child;
    return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim());
  }

  async run(words: readonly string[], input = ''): Promise<RunningProgram> {
    const program = new RunningProgram('nsenter', ['-t', String(this.pid), '-p', '-m', ...this.#command(words)], {
      input,
    });
    await program.end(30_000);
    return program;
  }

  /** Whether the command of the health check is still without an answer after so long. */
  async isSilentFor(milliseconds: number): Promise<boolean> {
    const asked = spawn('nsenter', ['-t', String(this.pid), '-p', '-m', ...this.#command(health)], { stdio: 'ignore' });
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    const isSilent = asked.exitCode === null;
    asked.kill('SIGKILL');
    return isSilent;
  }
}

test.runIf(isPossible)(
  'what the Dockerfile copies is enough: not root, healthy while it answers, a clean stop, one for each volume (only root can make namespaces)',
  { timeout: 120_000 },
  async () => {
    const base = image();
    expect(existsSync(join(base, 'opt/hoopoe/node_modules/typescript'))).toBe(false);
    const data = join(base, 'data');
    mkdirSync(data, { mode: 0o700 });
    chownSync(data, 1000, 1000);
    const first = new Container(base, data);
    await until(() => first.program.text.includes('Ctrl-C') || first.program.ended !== undefined, 'the broker', 30_000);
    expect([first.program.ended, first.program.text.includes('Ctrl-C')], first.program.errors).toEqual([
      undefined,
      true,
    ]);
    expect(readFileSync(`/proc/${first.pid}/status`, 'utf8')).toMatch(/^Uid:\t1000\t1000\t1000\t1000$/m);
    expect(statSync(join(data, 'store')).mode & 0o777).toBe(0o700);
    expect((await first.run(health)).ended).toBe(0);
    expect((await first.run(['hoopoe', 'status'])).text).toContain('runs (process 1)');
    const added = await first.run(['hoopoe', 'ctl', 'add-user', 'users', 'ann'], 'a long secret\n');
    expect([added.ended, added.errors]).toEqual([0, '']);
    expect((await first.run(['hoopoe', 'emqx_ctl', 'admins', 'passwd', 'admin', 'another-long-one'])).text).toBe(
      'ok\n',
    );

    const second = new Container(base, data);
    expect(await second.program.end(30_000)).toBe(1);
    expect(second.program.errors).toContain('in another container');

    process.kill(first.pid, 'SIGSTOP');
    expect(await first.isSilentFor(4_000)).toBe(true);
    process.kill(first.pid, 'SIGCONT');
    process.kill(first.pid, 'SIGTERM');
    expect(await first.program.end(20_000)).toBe(0);
  },
);

test('what is built into the image comes from the repository alone', () => {
  const lines = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n');
  const rules = lines.filter((line) => line !== '' && !line.startsWith('#'));
  expect(rules[0]).toBe('*');
  const given = rules.filter((rule) => rule.startsWith('!')).map((rule) => rule.slice(1));
  expect(given.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  for (const path of ['.git', 'node_modules', 'data', 'dist', '.npm-stamp']) expect(given).not.toContain(path);
  const copied = instructions('COPY', dockerfile).filter((line) => !line.startsWith('--from') && line !== '. .');
  const sources = copied.flatMap((line) => line.split(/\s+/).slice(0, -1));
  expect(sources.length).toBeGreaterThan(4);
  for (const source of sources) expect(given).toContain(source.split('/')[0]);
});
