import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from './source-tree.ts';

interface Manifest {
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly bin: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
}

const manifest: Manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Runs a script with this Node; a failure carries what it printed. */
function node(folder: string, args: readonly string[]): string {
  try {
    return execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8', stdio: 'pipe', timeout: 60_000 });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`node ${args.join(' ')} failed:\n${stdout}${stderr}`);
  }
}

/** What both consumers do: everything a first embedding uses, with its types taken seriously. */
const body = `
async function main(): Promise<void> {
  const broker = await createBroker();
  const listener = await broker.listen({ port: 0 });
  const port: number = listener.port;
  if (port < 1) throw new Error('no port');
  await broker.publish({ topic: 'a/b', payload: 'hello' });
  await broker.close();
  // @ts-expect-error An option that does not exist is an error, so the types are not any.
  await createBroker({ noSuchOption: true }).catch(() => undefined);
  console.log('done');
}
main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
`;

const consumers = {
  'esm.mts': `import { createBroker } from 'hoopoe';\nimport * as testing from 'hoopoe/testing';\n${body}\nvoid testing;\n`,
  'commonjs.cts': `import { createBroker } from 'hoopoe';\nimport testing = require('hoopoe/testing');\n${body}\nvoid testing;\n`,
};

const compilerOptions = {
  target: 'es2022',
  module: 'nodenext',
  strict: true,
  exactOptionalPropertyTypes: true,
  // Our declarations are checked as well, as a consumer would who does not skip them.
  skipLibCheck: false,
  types: ['node'],
  outDir: 'out',
  rootDir: '.',
};

describe('the package', () => {
  let folder = '';

  beforeAll(() => {
    node(root, ['tools/build.mjs', '--if-stale']);
    folder = mkdtempSync(join(tmpdir(), 'hoopoe-package-'));
    const npm = process.env['npm_execpath'];
    const pack = ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder];
    const packed =
      npm?.endsWith('.js') === true
        ? execFileSync(process.execPath, [npm, ...pack], { cwd: root, encoding: 'utf8' })
        : execFileSync('npm', pack, { cwd: root, encoding: 'utf8', shell: process.platform === 'win32' });
    const installed = join(folder, 'node_modules', 'hoopoe');
    mkdirSync(installed, { recursive: true });
    execFileSync('tar', ['-xzf', join(folder, packed.trim()), '-C', installed, '--strip-components=1']);
    // Only what the package declares is there, besides the types of Node that every consumer brings.
    for (const name of [...Object.keys(manifest.dependencies), '@types/node', 'undici-types']) {
      const link = join(folder, 'node_modules', name);
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(join(root, 'node_modules', name), link, 'junction');
    }
    for (const [name, text] of Object.entries(consumers)) writeFileSync(join(folder, name), text);
    const config = { compilerOptions, files: Object.keys(consumers) };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  }, 60_000);

  afterAll(() => {
    if (folder !== '') rmSync(folder, { recursive: true, force: true });
  });

  it('has every file that its exports and its executable name', () => {
    const entries = Object.values(manifest.exports).flatMap((entry) =>
      typeof entry === 'string' ? [entry] : Object.values(entry),
    );
    const named = [...entries, ...Object.values(manifest.bin)];
    const installed = join(folder, 'node_modules', 'hoopoe');
    expect(named.filter((path) => !existsSync(join(installed, path)))).toEqual([]);
    expect(existsSync(join(installed, 'src'))).toBe(false);
  });

  it('has types that ESM and CommonJS consumers can compile against, and runs for both', () => {
    node(folder, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', '.']);
    expect(node(folder, ['out/esm.mjs'])).toBe('done\n');
    // Synchronous loading of ES modules; a top-level await anywhere in the graph would be refused here.
    expect(node(folder, ['--no-warnings', 'out/commonjs.cjs'])).toBe('done\n');
  }, 60_000);
});
