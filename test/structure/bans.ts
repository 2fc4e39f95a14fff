/**
 * What sources may not contain, with what to write instead. Each ban sees one node of the syntax tree or one comment
 * and says whether it is broken.
 */

import { type AnyNode, isTest, type SourceFile, walk } from './source-tree.ts';

interface Ban {
  readonly appliesTo: (path: string) => boolean;
  readonly isBroken: (node: AnyNode, file: SourceFile) => boolean;
  readonly instead: string;
}

interface NodeParts {
  readonly name?: string;
  readonly callee?: AnyNode;
  readonly object?: AnyNode;
  readonly property?: AnyNode;
  readonly argument?: AnyNode;
  readonly tag?: AnyNode;
}

const parts = (node: AnyNode | undefined): NodeParts => (node ?? {}) as NodeParts;

const inShippedSource = (path: string): boolean => path.startsWith('src/') && !isTest(path);
const inPureSource = (path: string): boolean => /^src\/(packet|topic|broker)\//.test(path) && !isTest(path);
const inTests = (path: string): boolean => isTest(path) || path.startsWith('test/');

/** `process.exit` and `globalThis.process.exit` alike: the global object that a member access begins with. */
function globalOf(node: AnyNode): string | undefined {
  if (node.type !== 'MemberExpression') return undefined;
  const { object } = parts(node);
  if (object?.type === 'Identifier') {
    const name = parts(object).name;
    return name === 'globalThis' || name === 'global' ? parts(parts(node).property).name : name;
  }
  return undefined;
}

const worldObjects = ['process', 'performance', 'crypto', 'Date', 'console'];
const worldFunctions = ['setTimeout', 'setInterval', 'setImmediate', 'fetch', 'Date'];

function touchesWorld(node: AnyNode): boolean {
  const object = globalOf(node);
  if (object !== undefined) {
    const isRandom = object === 'Math' && parts(parts(node).property).name === 'random';
    return isRandom || worldObjects.includes(object) || worldFunctions.includes(object);
  }
  if (node.type !== 'CallExpression' && node.type !== 'NewExpression') return false;
  const { callee } = parts(node);
  return callee?.type === 'Identifier' && worldFunctions.includes(parts(callee).name ?? '');
}

/** The modifiers of a test call, from `it.skip('…')` or `describe.only.each([…])('…')`; empty for other calls. */
function testModifiers(node: AnyNode | undefined): string[] {
  const { callee, object, property, name, tag } = parts(node);
  const inner = callee ?? tag ?? object;
  if (inner !== undefined) {
    const before = testModifiers(inner);
    const own = parts(property).name;
    return before.length > 0 && own !== undefined ? [...before, own] : before;
  }
  return name !== undefined && ['it', 'test', 'describe', 'suite'].includes(name) ? [name] : [];
}

function hasReasonAbove(node: AnyNode, file: SourceFile): boolean {
  const line = file.lineAt(node.start);
  return file.comments.some((comment) => file.lineAt(comment.end) === line - 1 && comment.value.trim().length >= 10);
}

const bans: readonly Ban[] = [
  {
    appliesTo: (path) => inShippedSource(path) && path !== 'src/std/assert.ts',
    isBroken: (node) =>
      node.type === 'ThrowStatement' &&
      parts(node).argument?.type === 'NewExpression' &&
      parts(parts(parts(node).argument).callee).name === 'Error',
    instead: 'a bare Error says nobody is at fault; throw ProtocolError, BackendError or ConfigError, or assert',
  },
  {
    appliesTo: (path) => inShippedSource(path) && path !== 'src/main.ts' && !path.startsWith('src/cli/'),
    isBroken: (node) => globalOf(node) === 'console',
    instead: 'only the command line writes to the terminal; take a Log',
  },
  {
    appliesTo: inPureSource,
    isBroken: touchesWorld,
    instead: 'time, randomness and the process come in through src/ports/',
  },
  {
    appliesTo: inShippedSource,
    isBroken: (node) => node.type === 'ExportDefaultDeclaration',
    instead: 'a default export has a different name everywhere; export by name',
  },
  {
    appliesTo: () => true,
    isBroken: (node) => node.type === 'TSEnumDeclaration' || node.type === 'TSModuleDeclaration',
    instead: 'use a union of strings or a table instead of an enum, a module instead of a namespace',
  },
  {
    appliesTo: inTests,
    isBroken: (node) => node.type === 'CallExpression' && testModifiers(node).includes('only'),
    instead: 'it hides all other tests; use -t on the command line',
  },
  {
    appliesTo: inTests,
    isBroken: (node, file) =>
      node.type === 'CallExpression' && testModifiers(node).includes('skip') && !hasReasonAbove(node, file),
    instead: 'say in a comment on the line above why the test is skipped, or use skipIf with a condition',
  },
];

const leftovers = /\b(TODO|FIXME|XXX|HACK)\b/;

/** One readable complaint for each place that breaks a ban. */
export function banComplaints(files: readonly SourceFile[]): string[] {
  // By place and ban, because a call on the result of a call breaks the same one twice.
  const complaints = new Map<string, string>();
  for (const file of files) {
    const active = bans.filter((ban) => ban.appliesTo(file.path));
    walk(file.program, (node) => {
      for (const ban of active) {
        if (!ban.isBroken(node, file)) continue;
        const excerpt = file.text.slice(node.start, node.end).split('\n')[0]?.slice(0, 60);
        const place = `${file.path}:${file.lineAt(node.start)}`;
        complaints.set(`${place} ${ban.instead}`, `${place} \`${excerpt}\`: ${ban.instead}`);
      }
    });
    for (const comment of file.comments) {
      const word = leftovers.exec(comment.value)?.[0];
      if (word === undefined) continue;
      const place = `${file.path}:${file.lineAt(comment.start)}`;
      complaints.set(`${place} ${word}`, `${place} ${word}: finish it, or open an issue and delete the note`);
    }
  }
  return [...complaints.values()];
}
