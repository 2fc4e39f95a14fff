/**
 * Reads and parses the project's own sources for the structure checks: which files there are, what they import, and
 * what their syntax tree says. It knows none of the rules.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Comment, type Program, parseSync } from 'oxc-parser';

export const root: string = fileURLToPath(new URL('../..', import.meta.url));

export interface Import {
  /** As written: `./topic.ts`, `node:net`, `ws`. */
  readonly specifier: string;
  /** What is taken by name; empty for everything else. */
  readonly names: readonly string[];
  /** Whether nothing of it is left when types are gone. */
  readonly isTypeOnly: boolean;
  readonly line: number;
}

export interface SourceFile {
  /** Relative to the project, with slashes. */
  readonly path: string;
  readonly text: string;
  readonly program: Program;
  readonly comments: readonly Comment[];
  /** Static, dynamic and type imports and re-exports. */
  readonly imports: readonly Import[];
  /** Line, from 1, of an offset. */
  lineAt(offset: number): number;
}

function walkFolder(folder: string): string[] {
  return readdirSync(`${root}/${folder}`, { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : walkFolder(path);
    return /\.(ts|mts|cts|mjs|js)$/.test(entry.name) ? [path] : [];
  });
}

export function parseSource(path: string, text: string): SourceFile {
  const parsed = parseSync(path, text);
  const firstError = parsed.errors[0];
  if (firstError !== undefined) throw new SyntaxError(`${path}: ${firstError.message}`);
  const lineStarts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lineStarts.push(at + 1);
  const lineAt = (offset: number): number => {
    let low = 0;
    let high = lineStarts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (lineStarts[middle]! <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  };
  const imports = findImports(parsed.program, lineAt);
  return { path, text, program: parsed.program, comments: parsed.comments, imports, lineAt };
}

/** The parts of the five kinds of node that name another module. */
interface ImportingNode {
  readonly source: { readonly value?: unknown } | null;
  readonly importKind?: string;
  readonly exportKind?: string;
  readonly specifiers?: readonly { readonly imported?: { readonly name?: string } }[];
}

const importingTypes = /^(Import(Declaration|Expression)|Export(All|Named)Declaration|TSImportType)$/;

/** From the tree rather than the parser's module record, which leaves out `import('./x.ts').Y` in types. */
function findImports(program: Program, lineAt: (offset: number) => number): Import[] {
  const found: Import[] = [];
  walk(program, (node) => {
    if (!importingTypes.test(node.type)) return;
    const { source, importKind, exportKind, specifiers } = node as unknown as ImportingNode;
    if (typeof source?.value !== 'string') return;
    found.push({
      specifier: source.value,
      names: (specifiers ?? []).flatMap((specifier) => specifier.imported?.name ?? []),
      isTypeOnly: node.type === 'TSImportType' || importKind === 'type' || exportKind === 'type',
      line: lineAt(node.start),
    });
  });
  return found;
}

/** A node of the syntax tree, as much of it as the walker needs to know. */
export interface AnyNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

/** Visits every node before its children. `ancestors` runs from the program to the parent. */
export function walk(node: AnyNode, visit: (node: AnyNode, ancestors: readonly AnyNode[]) => void): void {
  const ancestors: AnyNode[] = [];
  const step = (current: AnyNode): void => {
    visit(current, ancestors);
    ancestors.push(current);
    for (const value of Object.values(current)) {
      for (const child of Array.isArray(value) ? value : [value]) {
        if (typeof child?.type === 'string' && typeof child.start === 'number') step(child as AnyNode);
      }
    }
    ancestors.pop();
  };
  step(node);
}

function readSources(): readonly SourceFile[] {
  return ['src', 'test', 'tools', 'bench', 'examples']
    .filter((folder) => readdirSync(root).includes(folder))
    .flatMap(walkFolder)
    .sort()
    .map((path) => parseSource(path, readFileSync(`${root}/${path}`, 'utf8')));
}

/** Everything written by hand, tests and tools included. */
export const allFiles: readonly SourceFile[] = readSources();

export const isTest = (path: string): boolean => path.endsWith('.test.ts');

/** What ships: `src` without its tests. */
export const shippedFiles: readonly SourceFile[] = allFiles.filter(
  (file) => file.path.startsWith('src/') && !isTest(file.path),
);

/** The project path that a relative import means; undefined for packages and built-in modules. */
export function resolveImport(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  return posix.normalize(posix.join(posix.dirname(from), specifier));
}
