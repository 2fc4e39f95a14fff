import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { root } from './source-tree.ts';

// Ids are put together here, so that this file names no statement itself.
const id = (number: string): string => `MQTT-${number}`;

const statements = [
  { id: id('1.0.0-1'), version: '3.1.1', binds: 'server', gist: 'Old one.', sameAs: [id('2.0.0-1'), id('2.0.0-2')] },
  { id: id('1.0.0-2'), version: '3.1.1', binds: 'server', gist: 'Old | two.' },
  { id: id('1.0.0-3'), version: '3.1.1', binds: 'server', gist: 'Old three.', note: 'Does not arise.' },
  { id: id('2.0.0-1'), version: '5.0', binds: 'server', gist: 'New one.' },
  { id: id('2.0.0-2'), version: '5.0', binds: 'both', gist: 'New two.' },
  { id: id('1.0.0-2'), version: '5.0', binds: 'client', gist: 'Other meaning.' },
];

describe('the conformance document', () => {
  let folder = '';

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'hoopoe-conformance-'));
    cpSync(join(root, 'tools'), join(folder, 'tools'), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
    write('docs/conformance/statements.json', JSON.stringify(statements));
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function write(path: string, text: string): void {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }

  function conformance(...args: string[]): { code: number; output: string } {
    try {
      const options = { cwd: folder, encoding: 'utf8', stdio: 'pipe' } as const;
      return { code: 0, output: execFileSync(process.execPath, ['tools/conformance.mjs', ...args], options) };
    } catch (error) {
      const { status, stdout, stderr } = error as { status: number; stdout: string; stderr: string };
      return { code: status, output: stdout + stderr };
    }
  }

  const row = (statement: string, gist: string): string | undefined =>
    readFileSync(join(folder, 'docs/conformance.md'), 'utf8')
      .split('\n')
      .find((line) => line.startsWith(`| ${statement} | ${gist}`));

  it('collects titles of tests, in loops, tables and describes, and leaves out what is skipped', () => {
    write(
      'test/a.test.ts',
      [
        `for (const version of [3, 4]) it(\`[${id('2.0.0-1')}] works in \${version}\`, () => {});`,
        `describe('[${id('2.0.0-2')}, ${id('1.0.0-2')}] both', () => {});`,
        `const rows = [{ name: '[${id('1.0.0-2')}@3.1.1] row' }];`,
        `it.skip('[${id('2.0.0-2')}] skipped', () => {});`,
      ].join('\n'),
    );
    expect(conformance().code).toBe(0);
    expect(row(id('2.0.0-1'), 'New one.')).toContain('[test/a.test.ts](../test/a.test.ts) › works in {version}');
    expect(row(id('2.0.0-2'), 'New two.')).toMatch(/› both \|$/);
    expect(row(id('1.0.0-2'), 'Other meaning.')).toMatch(/› both \|$/);
    expect(row(id('1.0.0-2'), 'Old')).toMatch(/Old \\\| two\. \| server \| .*› row \|$/);
    expect(row(id('1.0.0-1'), 'Old one.')).toContain('works in {version}; both');
  });

  it('calls an old statement proven only when every new one that means the same is', () => {
    write('test/a.test.ts', `it('[${id('2.0.0-1')}] one', () => {});`);
    expect(conformance('--missing').output).toContain(`${id('1.0.0-1')}@3.1.1`);
    write('test/b.test.ts', `it('[${id('2.0.0-2')}] two', () => {});`);
    const { output } = conformance('--missing');
    expect(output).toContain('1 statements that bind a server have no test.');
    expect(output).toContain(`${id('1.0.0-2')}@3.1.1`);
    expect(conformance('--missing', '--strict').code).toBe(1);
    write('test/c.test.ts', `it('[${id('1.0.0-2')}@3.1.1] three', () => {});`);
    expect(conformance('--missing', '--strict').code).toBe(0);
  });

  it('is checked against the sources', () => {
    write('test/a.test.ts', `it('[${id('2.0.0-1')}] one', () => {});`);
    expect(conformance('--check').output).toContain('not up to date');
    conformance();
    expect(conformance('--check')).toEqual({ code: 0, output: '' });
    write('test/a.test.ts', `it('[${id('2.0.0-1')}] renamed', () => {});`);
    expect(conformance('--check').code).toBe(1);
  });

  it('refuses statements that do not exist, in titles and in comments', () => {
    write('src/a.ts', `// Obeys [${id('2.0.0-9')}].\nexport const a = 1;\n`);
    write('test/a.test.ts', `it('[${id('2.0.0-1')}@3.1.1] one', () => {});`);
    conformance();
    const { code, output } = conformance('--check');
    expect(code).toBe(1);
    expect(output).toContain(`src/a.ts:1 names ${id('2.0.0-9')}`);
    expect(output).toContain(`test/a.test.ts:1 names ${id('2.0.0-1')}@3.1.1`);
  });

  it('lists deviations with their reasons', () => {
    write(
      'src/a.ts',
      `/**\n * Some text.\n *\n * Deviates from [${id('2.0.0-2')}]: it is slow,\n * and nobody needs it.\n */\nexport const a = 1;\n`,
    );
    expect(conformance().code).toBe(0);
    expect(readFileSync(join(folder, 'docs/conformance.md'), 'utf8')).toContain(
      `| ${id('2.0.0-2')} | it is slow, and nobody needs it. | [src/a.ts](../src/a.ts) |`,
    );
  });
});
