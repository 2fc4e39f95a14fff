import { describe, expect, it } from 'vitest';
import { parseSource, resolveImport, type SourceFile, shippedFiles } from './source-tree.ts';

/** Every way back to a file that is still being visited, as `a → b → a`. Types that refer to each other are no cycle. */
function findCycles(files: readonly SourceFile[]): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const done = new Set<string>();
  const trail: string[] = [];
  const cycles: string[] = [];
  const visit = (path: string): void => {
    const file = byPath.get(path);
    if (file === undefined || done.has(path)) return;
    const earlier = trail.indexOf(path);
    if (earlier >= 0) {
      cycles.push([...trail.slice(earlier), path].join(' → '));
      return;
    }
    trail.push(path);
    for (const { specifier, isTypeOnly } of file.imports) {
      const target = isTypeOnly ? undefined : resolveImport(path, specifier);
      if (target !== undefined) visit(target);
    }
    trail.pop();
    done.add(path);
  };
  for (const path of byPath.keys()) visit(path);
  return cycles;
}

describe('import cycles', () => {
  it('no file of src imports itself by way of others', () => {
    expect(findCycles(shippedFiles)).toEqual([]);
  });

  it('are noticed by the check', () => {
    const files = [
      parseSource('src/a.ts', `import './b.ts';`),
      parseSource('src/b.ts', `import { type C } from './c.ts';`),
      parseSource('src/c.ts', `export { a } from './a.ts';`),
    ];
    expect(findCycles(files)).toEqual(['src/a.ts → src/b.ts → src/c.ts → src/a.ts']);
    expect(findCycles(files.slice(0, 2))).toEqual([]);
  });

  it('do not come from types alone', () => {
    const files = [
      parseSource('src/a.ts', `import './b.ts';`),
      parseSource('src/b.ts', `import type { A } from './a.ts';\nexport type { B } from './a.ts';`),
    ];
    expect(findCycles(files)).toEqual([]);
  });
});
