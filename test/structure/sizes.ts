/**
 * Sizes of files and functions, and the ratchet: what is over a limit stands in `size-ratchet.json` with its size and
 * may only shrink.
 */

import { type AnyNode, isTest, type SourceFile, walk } from './source-tree.ts';

export const fileLinesMax = 400;
export const functionLinesMax = 70;

/** Lines by `path` or `path#function`. */
export type Sizes = Readonly<Record<string, number>>;

const functionTypes = /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/;

interface NamedThing {
  readonly name?: string;
  readonly id?: NamedThing | null;
  readonly key?: NamedThing;
}

/** The name that a person would look for: the function's own, or that of what it is assigned to. */
function nameOf(node: AnyNode, parent: AnyNode | undefined): string {
  const { id, key } = node as NamedThing;
  const own = id?.name ?? key?.name;
  const holder = parent as (AnyNode & NamedThing) | undefined;
  return own ?? holder?.id?.name ?? holder?.key?.name ?? 'anonymous';
}

function calleeName(node: AnyNode | undefined): string {
  if (node === undefined) return '';
  const { name, object, callee } = node as { name?: string; object?: AnyNode; callee?: AnyNode };
  return name ?? calleeName(object ?? callee);
}

/** A `describe` body is a list of tests, not a function to understand at once. */
function isDescribeBody(parent: AnyNode | undefined): boolean {
  return parent?.type === 'CallExpression' && calleeName(parent) === 'describe';
}

export function fileSizes(files: readonly SourceFile[]): Sizes {
  return Object.fromEntries(files.map((file) => [file.path, file.lineAt(Math.max(0, file.text.length - 1))]));
}

export function functionSizes(files: readonly SourceFile[]): Sizes {
  const sizes: Record<string, number> = {};
  for (const file of files) {
    walk(file.program, (node, ancestors) => {
      const parent = ancestors.at(-1);
      if (!functionTypes.test(node.type) || (isTest(file.path) && isDescribeBody(parent))) return;
      const owners = ancestors.filter((ancestor) =>
        /^Class|^FunctionDeclaration|^MethodDefinition/.test(ancestor.type),
      );
      const trail = owners.map((owner) => nameOf(owner, undefined)).filter((name) => name !== 'anonymous');
      const own = nameOf(node, parent);
      if (trail.at(-1) !== own) trail.push(own);
      const key = `${file.path}#${trail.join('.')}`;
      const lines = file.lineAt(node.end) - file.lineAt(node.start) + 1;
      sizes[key] = Math.max(sizes[key] ?? 0, lines);
    });
  }
  return sizes;
}

/** What is over `limit` and not allowed, or allowed and not what the list says. */
export function ratchetComplaints(sizes: Sizes, limit: number, listed: Sizes): string[] {
  const complaints: string[] = [];
  for (const [name, lines] of Object.entries(sizes)) {
    const allowed = listed[name] ?? limit;
    if (lines > allowed) complaints.push(`${name} has ${lines} lines; the limit is ${allowed}: split it`);
  }
  for (const [name, allowed] of Object.entries(listed)) {
    const lines = sizes[name] ?? 0;
    if (lines < allowed) complaints.push(`${name} shrank from ${allowed} to ${lines} lines: run npm run ratchet`);
  }
  return complaints;
}

/** The list after what shrank: sizes go down, what fits the limit or is gone leaves; nothing comes in or grows. */
export function tightened(sizes: Sizes, limit: number, listed: Sizes): Sizes {
  const kept = Object.entries(listed)
    .map(([name, allowed]) => [name, Math.min(allowed, sizes[name] ?? 0)] as const)
    .filter(([, lines]) => lines > limit);
  return Object.fromEntries(kept);
}
