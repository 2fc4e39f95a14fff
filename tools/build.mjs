/**
 * `npm run build`: joins `src` into the files of `dist`, with the declarations that programs compile against, and builds
 * the dashboard to `dist/dashboard` when it has changed. Everything is made beside `dist`; then only files whose content
 * changed are renamed into place and those without a source are deleted, so a broker that runs from `dist` meets whole
 * files only, and a failed build changes nothing. `--if-stale` builds only when the sources changed;
 * `--alone` leaves nothing of earlier builds, as a package is to be.
 */

import './node-version.mjs';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundle } from './bundle.mjs';
import { packageBin, root, runNode, ToolFailure } from './process.mjs';
import { dashboardFingerprint, isBuilt, isDashboardBuilt, markBuilt, sourceFingerprint } from './stamp.mjs';

const dist = join(root, 'dist');

/** What the exports of the package name. */
const DECLARATIONS = ['index.d.ts', 'plugin.d.ts', 'testing/index.d.ts'];

/** So long a broker that was started before a build still finds what it has not loaded yet. */
const REPLACED_CHUNK_MS = 24 * 60 * 60 * 1000;

function filesIn(folder, under = '') {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(under, entry.name);
    return entry.isDirectory() ? filesIn(join(folder, entry.name), path) : [path];
  });
}

function sameContent(one, other) {
  return existsSync(other) && readFileSync(one).equals(readFileSync(other));
}

function deleteEmptyFolders(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) deleteEmptyFolders(join(folder, entry.name));
  }
  if (folder !== dist && readdirSync(folder).length === 0) rmdirSync(folder);
}

/** Whether a broker that runs may still ask for a file of an earlier build. Names of chunks are made from their content. */
function isInUse(file) {
  return dirname(file) === 'chunks' && Date.now() - statSync(join(dist, file)).mtimeMs < REPLACED_CHUNK_MS;
}

/**
 * @param kept files of `dist` that were not built anew and stay
 * @param isAlone true where no broker runs from `dist`
 */
function moveIntoPlace(built, kept, isAlone) {
  const files = filesIn(built);
  const now = new Date();
  // Entries last, for they name the chunks.
  for (const file of files.sort((one, other) => depth(other) - depth(one))) {
    const target = join(dist, file);
    if (sameContent(join(built, file), target)) {
      utimesSync(target, now, now);
      continue;
    }
    mkdirSync(dirname(target), { recursive: true });
    renameSync(join(built, file), target);
  }
  const wanted = new Set([...files, ...kept]);
  for (const file of filesIn(dist)) {
    if (!wanted.has(file) && (isAlone || !isInUse(file))) rmSync(join(dist, file), { force: true });
  }
  deleteEmptyFolders(dist);
}

function depth(file) {
  return file.split(sep).length;
}

/** Deletes the declarations that nobody can reach from the entries of the package. */
function keepReachable(folder) {
  const reached = new Set();
  const waiting = DECLARATIONS.map((path) => join(folder, path));
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (reached.has(file)) continue;
    reached.add(file);
    for (const [, path] of readFileSync(file, 'utf8').matchAll(/(?:from |import\()['"](\.[^'"]+)\.ts['"]/g))
      waiting.push(join(dirname(file), `${path}.d.ts`));
  }
  for (const file of filesIn(folder)) {
    if (file.endsWith('.d.ts') && !reached.has(join(folder, file))) rmSync(join(folder, file));
  }
}

async function buildDeclarations(folder) {
  const code = await runNode(packageBin('typescript', 'tsc'), ['-p', 'tsconfig.build.json', '--outDir', folder]);
  if (code !== 0) throw new ToolFailure('The sources do not compile; dist is as it was.');
}

async function buildDashboard(folder) {
  const config = join(root, 'dashboard', 'vite.config.ts');
  const args = ['build', '--config', config, '--outDir', folder, '--logLevel', 'warn'];
  // Where the environment says otherwise (as within tests) the page would get React with its checks, a third larger.
  const env = { ...process.env, NODE_ENV: 'production' };
  const code = await runNode(packageBin('vite', 'vite'), args, { env });
  if (code !== 0) throw new ToolFailure('The dashboard cannot be built; dist is as it was.');
}

/** @param isAlone true leaves nothing of earlier builds, for what is made into a package */
export async function build(isAlone = false) {
  const fingerprint = sourceFingerprint();
  const ofDashboard = dashboardFingerprint();
  const isPageFresh = isDashboardBuilt();
  const built = join(root, `dist.${process.pid}`);
  try {
    // The compiler is a process of its own, so both are at work at once.
    const failed = (await Promise.allSettled([buildDeclarations(built), bundle(built)])).find(
      ({ status }) => status === 'rejected',
    );
    if (failed !== undefined) throw failed.reason;
    keepReachable(built);
    if (!isPageFresh) await buildDashboard(join(built, 'dashboard'));
    moveIntoPlace(built, isPageFresh ? filesIn(join(dist, 'dashboard'), 'dashboard') : [], isAlone);
  } finally {
    rmSync(built, { recursive: true, force: true });
  }
  const executable = join(root, 'bin', 'hoopoe');
  if (existsSync(executable)) chmodSync(executable, 0o755);
  markBuilt(fingerprint, ofDashboard);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    if (!process.argv.includes('--if-stale') || !isBuilt()) await build(process.argv.includes('--alone'));
  } catch (error) {
    if (!(error instanceof ToolFailure)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
