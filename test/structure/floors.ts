/**
 * The floors of ARCHITECTURE.md as a table, and the rules that follow from it, as a function from files to complaints.
 */

import { type Import, resolveImport, type SourceFile } from './source-tree.ts';

/** A folder of `src` and its floor. Files directly in `src` put the others together and stand on the top floor. */
const floors: Readonly<Record<string, number>> = {
  std: 0,
  packet: 1,
  topic: 1,
  ports: 2,
  broker: 3,
  protocols: 4,
  listeners: 4,
  access: 4,
  stores: 4,
  clusters: 4,
  bridges: 4,
  config: 4,
  logging: 4,
  metrics: 4,
  api: 5,
  cli: 5,
  plugins: 5,
  testing: 5,
};

const topFloor = 6;

/** Folders that see nothing of the broker but its front door. */
const outsiders = ['api', 'cli', 'plugins'];

/** Folders that are pure: bytes, packets and state, but no world. */
const pureFolders = ['packet', 'topic', 'broker'];

/** What pure folders may use of Node, all of it computation: a module, or some names of one. */
const pureModules: Readonly<Record<string, readonly string[] | 'all'>> = {
  'node:buffer': 'all',
  'node:crypto': ['createHash'],
};

/** What gives access to the world; `std` may keep the clock and randomness, but none of these. */
const worldModules =
  /^node:(net|tls|http|https|http2|fs|dns|child_process|cluster|dgram|worker_threads|readline|repl|tty|inspector)(\/.*)?$/;

/** The first folder below `src`; empty for files directly in it. */
function folderOf(path: string): string {
  const parts = path.split('/');
  return parts.length > 2 ? (parts[1] ?? '') : '';
}

function floorOf(folder: string): number | undefined {
  return folder === '' ? topFloor : floors[folder];
}

function complaintOfRelative(from: string, target: string): string | undefined {
  if (!target.startsWith('src/')) return 'src imports only from src';
  const [here, there] = [folderOf(from), folderOf(target)];
  if (here === there) return undefined;
  const [hereFloor, thereFloor] = [floorOf(here), floorOf(there)];
  if (thereFloor === undefined) return `src/${there}/ has no floor; give it one in test/structure/floors.ts`;
  if (hereFloor === undefined) return undefined;
  if (thereFloor > hereFloor) {
    return `src/${here}/ (floor ${hereFloor}) may not look up to ${there === '' ? 'src' : `src/${there}/`} (floor ${thereFloor})`;
  }
  if (thereFloor === hereFloor) return `src/${here}/ and src/${there}/ are neighbours on floor ${hereFloor}`;
  if (outsiders.includes(here) && there === 'broker' && target !== 'src/broker/broker.ts') {
    return `src/${here}/ sees src/broker/broker.ts only`;
  }
  return undefined;
}

function isPure({ specifier, names }: Import): boolean {
  const allowed = pureModules[specifier] ?? [];
  return allowed === 'all' || (names.length > 0 && names.every((name) => allowed.includes(name)));
}

function complaintOfModule(from: string, imported: Import): string | undefined {
  const folder = folderOf(from);
  const { specifier } = imported;
  const isBuiltIn = specifier.startsWith('node:');
  if (pureFolders.includes(folder) && !isPure(imported)) {
    return `src/${folder}/ is pure: no package, and of Node only node:buffer and createHash`;
  }
  if (folder === 'std' && (!isBuiltIn || worldModules.test(specifier))) {
    return 'src/std/ is what Node could have had: no package, no socket, no disk, no process';
  }
  if (folder === 'ports' && !isBuiltIn) return 'src/ports/ is types of our own: no package';
  return undefined;
}

/** One readable complaint for each import that breaks a floor rule. */
export function floorComplaints(files: readonly SourceFile[]): string[] {
  const complaints: string[] = [];
  for (const file of files) {
    const folder = folderOf(file.path);
    if (floorOf(folder) === undefined) {
      complaints.push(`${file.path}: src/${folder}/ has no floor; give it one in test/structure/floors.ts`);
    }
    for (const imported of file.imports) {
      const { specifier, line } = imported;
      const target = resolveImport(file.path, specifier);
      const rule =
        target === undefined ? complaintOfModule(file.path, imported) : complaintOfRelative(file.path, target);
      if (rule !== undefined) complaints.push(`${file.path}:${line} imports '${specifier}': ${rule}`);
    }
  }
  return complaints;
}
