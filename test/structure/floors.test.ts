import { describe, expect, it } from 'vitest';
import { floorComplaints } from './floors.ts';
import { parseSource, shippedFiles } from './source-tree.ts';

const complaintsAbout = (path: string, text: string): string[] => floorComplaints([parseSource(path, text)]);

describe('floors', () => {
  it('every file of src imports from lower floors or its own folder only', () => {
    expect(floorComplaints(shippedFiles)).toEqual([]);
  });
});

describe('the check of floors', () => {
  it.each([
    ['an import over several lines', `import {\n  a,\n  b,\n} from '../listeners/tcp.ts';`],
    ['an import of types', `import type { A } from '../listeners/tcp.ts';`],
    ['a type written as an import', `export type B = import('../listeners/tcp.ts').A;`],
    ['a re-export', `export * from '../listeners/tcp.ts';`],
    ['a named re-export', `export { a } from '../listeners/tcp.ts';`],
    ['a dynamic import', `export const a = (): unknown => import('../listeners/tcp.ts');`],
    ['an import for its effect', `import '../listeners/tcp.ts';`],
  ])('notices %s that looks up', (_form, text) => {
    expect(complaintsAbout('src/broker/a.ts', text)).toEqual([
      expect.stringMatching(/^src\/broker\/a\.ts:1 imports '\.\.\/listeners\/tcp\.ts': .*\(floor 3\).*\(floor 4\)$/),
    ]);
  });

  it.each([
    ['src/packet/a.ts', '../topic/b.ts', 'neighbours on floor 1'],
    ['src/cli/a.ts', '../main.ts', 'floor 6'],
    ['src/cli/a.ts', '../broker/session.ts', 'broker.ts only'],
    ['src/broker/a.ts', 'node:crypto', 'is pure'],
    ['src/topic/a.ts', 'ws', 'is pure'],
    ['src/std/a.ts', 'node:fs/promises', 'no disk'],
    ['src/std/a.ts', 'ws', 'no package'],
    ['src/cli/a.ts', '../../tools/build.mjs', 'only from src'],
    ['src/broker/a.ts', '../shiny/b.ts', 'has no floor'],
    ['src/shiny/a.ts', './b.ts', 'has no floor'],
  ])('refuses that %s imports %s', (path, specifier, rule) => {
    expect(complaintsAbout(path, `import { randomBytes } from '${specifier}';`)).toEqual([
      expect.stringContaining(rule),
    ]);
  });

  it.each([
    ['src/broker/a.ts', '../packet/b.ts', 'import type { B }'],
    ['src/broker/a.ts', './b.ts'],
    ['src/packet/a.ts', 'node:buffer'],
    ['src/std/a.ts', 'node:crypto'],
    ['src/cli/a.ts', '../broker/broker.ts'],
    ['src/listeners/a.ts', 'ws'],
    ['src/main.ts', './cli/run.ts'],
    ['src/testing/a.ts', '../broker/session.ts'],
    ['src/broker/a.ts', 'node:crypto', 'import { createHash }'],
  ])('accepts that %s imports %s', (path, specifier, form = 'import * as all') => {
    expect(complaintsAbout(path, `${form} from '${specifier}';`)).toEqual([]);
  });
});
