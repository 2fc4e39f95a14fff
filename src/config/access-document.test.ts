import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadSettings } from './load.ts';
import { accessKinds } from './rows/access/kinds.ts';

const folder = mkdtempSync(join(tmpdir(), 'hoopoe-access-document-'));
afterAll(() => rmSync(folder, { recursive: true }));

const text = readFileSync(new URL('../../docs/access.md', import.meta.url), 'utf8');
const examples = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');

describe('docs/access.md', () => {
  it('has an example of every kind', () => {
    for (const { kind } of accessKinds) expect(examples.join('\n'), kind).toMatch(new RegExp(`^ +${kind}:`, 'm'));
  });

  it.each(examples.map((yaml) => [yaml.split('\n').slice(0, 3).join(' '), yaml]))(
    'can be used: %s',
    async (_, yaml) => {
      const file = join(folder, 'hoopoe.yaml');
      writeFileSync(file, yaml);
      const machine = { platform: 'linux', environment: {}, homeDirectory: '/', workingDirectory: '/', root: false };
      const { sources } = await loadSettings({ file, flags: [], ports: [], machine });
      expect(sources.length).toBeGreaterThan(0);
    },
  );
});
