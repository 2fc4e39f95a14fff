/**
 * Joins the modules of `src` into few files. Node opens, links and compiles every module by itself, which for some
 * three hundred of them costs more than everything else at the start of the command; see docs/decisions/0021-bundle.md.
 * The bundler is the one that vite brings.
 */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root, ToolFailure } from './process.mjs';

const source = (path) => join(root, 'src', path);

/** What is imported from outside: `main.js` by the executable, the rest by the exports of the package. */
const entries = { main: 'main.ts', index: 'index.ts', plugin: 'plugin.ts', 'testing/index': 'testing/index.ts' };

/**
 * Files that are loaded together become one. Each row takes what its roots import and no row above has taken, so a
 * program that embeds the broker loads the first alone. Everything else is divided by its dynamic imports.
 */
const groups = [
  ['broker', ['index.ts', 'plugin.ts']],
  ['store', ['stores/lmdb-store.ts']],
  ['websocket', ['listeners/websocket.ts']],
  ['command', ['main.ts', 'cli/run.ts', 'start-broker.ts', 'listeners/certificates.ts']],
  ['management', ['management.ts', 'open-plugins.ts', 'plugins/administration.ts']],
];

/**
 * Packages in CommonJS that every start loads. `import` of such a package has its text read by a parser written in
 * JavaScript first, which costs more than running it; `require` does without.
 */
const required = ['@fastify/ajv-compiler', 'fastify', 'lmdb', 'ws'];

const fromVite = createRequire(createRequire(import.meta.url).resolve('vite/package.json'));

async function bundler() {
  return (await import(pathToFileURL(fromVite.resolve('rolldown')).href)).rolldown;
}

/** What the bundler itself adds. */
const RUNTIME = '\0rolldown/runtime.js';

/** Gives the packages of `required` the form of a module. */
const requiring = {
  name: 'requiring',
  resolveId: (id) => (required.includes(id) ? `\0require:${id}` : undefined),
  load(id) {
    if (!id.startsWith('\0require:')) return undefined;
    const name = id.slice('\0require:'.length);
    const names = Object.keys(createRequire(import.meta.url)(name)).filter(
      (key) => /^[A-Za-z_$][\w$]*$/.test(key) && key !== 'default' && key !== '__esModule',
    );
    return `import { createRequire } from 'node:module';
const loaded = createRequire(import.meta.url)(${JSON.stringify(name)});
export default loaded;
export const { ${names.join(', ')} } = loaded;`;
  },
};

/** Packages of some hundred files each, which become a file of the program: their licence stands in it. */
const includedPackages = { typebox: 'license' };

function includedPackage(id) {
  return Object.keys(includedPackages).find((name) => id.startsWith(join(root, 'node_modules', name, '/')));
}

/** The comment at the head of a file that holds a package of somebody else. */
function licenceOf({ moduleIds }) {
  const names = new Set(moduleIds.map(includedPackage).filter((name) => name !== undefined));
  return [...names]
    .map((name) => {
      const text = readFileSync(join(root, 'node_modules', name, includedPackages[name]), 'utf8');
      return `/*! ${name}\n\n${text.trim()}\n*/`;
    })
    .join('\n');
}

function isExternal(id) {
  return !/^[./\0]/.test(id) && !required.includes(id) && !Object.hasOwn(includedPackages, id);
}

/** Which group takes a module, found out when the first one is asked for, for only then all are known. */
function grouping() {
  let groupOf;
  const main = source(entries.main);
  function take(context, id, name) {
    if (groupOf.has(id)) return;
    const module = context.getModuleInfo(id);
    if (module === null || module.isExternal || includedPackage(id) !== undefined) return;
    // The command awaits at its top level, and what waits for others cannot be in the same file as they are.
    if (id !== main) groupOf.set(id, name);
    for (const imported of module.importedIds) if (imported !== main) take(context, imported, name);
  }
  return (id, context) => {
    if (groupOf === undefined) {
      groupOf = new Map([[RUNTIME, groups[0][0]]]);
      for (const [name, roots] of groups) for (const path of roots) take(context, source(path), name);
    }
    return groupOf.get(id) ?? includedPackage(id);
  };
}

/** Messages about what is meant: a module may be part of a file that is there already when it is asked for. */
const expected = new Set(['INEFFECTIVE_DYNAMIC_IMPORT', 'INVALID_OPTION']);

/**
 * Writes the program, its entries directly and the rest below `chunks`.
 * @throws ToolFailure when anything cannot be joined
 */
export async function bundle(folder) {
  const rolldown = await bundler();
  const warnings = [];
  const joined = await rolldown({
    cwd: root,
    input: Object.fromEntries(Object.entries(entries).map(([name, path]) => [name, source(path)])),
    platform: 'node',
    // Nothing is left out: what is dead is for the check of dead exports to find.
    treeshake: false,
    external: isExternal,
    plugins: [requiring],
    transform: { target: 'es2023' },
    onLog: (level, log) => {
      if (level === 'warn' && !expected.has(log.code)) warnings.push(log.message);
    },
  });
  await joined.write({
    dir: folder,
    format: 'esm',
    entryFileNames: '[name].js',
    // A broker that runs goes on finding its own files when the next build has put others beside them.
    chunkFileNames: 'chunks/[name]-[hash].js',
    // Names stay as they are, so that a stack trace says where it comes from.
    minify: false,
    comments: false,
    banner: licenceOf,
    codeSplitting: { includeDependenciesRecursively: false, groups: [{ name: grouping(), debugName: 'by start' }] },
  });
  await joined.close();
  await bundleWorker(folder);
  if (warnings.length > 0) throw new ToolFailure(`The program cannot be joined:\n${warnings.join('\n')}`);
}

/**
 * Writes the file that runs in the threads of plugins, alone: a thread is to load what it needs and no more of the broker.
 * @returns its path
 */
export async function bundleWorker(folder) {
  const rolldown = await bundler();
  const joined = await rolldown({
    cwd: root,
    input: { 'plugin-worker': source('plugins/isolated/worker.ts') },
    platform: 'node',
    external: isExternal,
    transform: { target: 'es2023' },
  });
  await joined.write({ dir: folder, format: 'esm', entryFileNames: '[name].js', codeSplitting: false, minify: false });
  await joined.close();
  return join(folder, 'plugin-worker.js');
}

/** A module of `src` with everything that it imports, loaded into this process. No package may be among it. */
export async function importSource(path) {
  const rolldown = await bundler();
  const joined = await rolldown({
    cwd: root,
    input: source(path),
    platform: 'node',
    external: isExternal,
    treeshake: true,
  });
  const { output } = await joined.generate({ format: 'esm', codeSplitting: false });
  await joined.close();
  return await import(`data:text/javascript;base64,${Buffer.from(output[0].code).toString('base64')}`);
}
