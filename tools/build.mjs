/**
 * `npm run build`: compiles `src` to `dist`, and the dashboard to `dist/dashboard` when it has changed. The compiler writes beside `dist`; then only files whose content changed
 * are renamed into place and those without a source are deleted, so a broker that runs from `dist` meets whole files
 * only, and a failed build changes nothing. `--if-stale` builds only when the sources changed.
 */

import './node-version.mjs';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { packageBin, root, runNode, ToolFailure } from './process.mjs';
import { dashboardFingerprint, isBuilt, isDashboardBuilt, markBuilt, sourceFingerprint } from './stamp.mjs';

const dist = join(root, 'dist');

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

/** @param kept files of `dist` that were not built anew and stay */
function moveIntoPlace(built, kept) {
  const files = filesIn(built);
  for (const file of files) {
    const target = join(dist, file);
    if (sameContent(join(built, file), target)) continue;
    mkdirSync(dirname(target), { recursive: true });
    renameSync(join(built, file), target);
  }
  const wanted = new Set([...files, ...kept]);
  for (const file of filesIn(dist)) {
    if (!wanted.has(file)) rmSync(join(dist, file), { force: true });
  }
  deleteEmptyFolders(dist);
}

async function buildDashboard(folder) {
  const config = join(root, 'dashboard', 'vite.config.ts');
  const args = ['build', '--config', config, '--outDir', folder, '--logLevel', 'warn'];
  const code = await runNode(packageBin('vite', 'vite'), args);
  if (code !== 0) throw new ToolFailure('The dashboard cannot be built; dist is as it was.');
}

export async function build() {
  const fingerprint = sourceFingerprint();
  const ofDashboard = dashboardFingerprint();
  const isPageFresh = isDashboardBuilt();
  // A sibling of dist, so that the paths inside the source maps are right wherever the files end up.
  const built = join(root, `dist.${process.pid}`);
  try {
    const code = await runNode(packageBin('typescript', 'tsc'), ['-p', 'tsconfig.build.json', '--outDir', built]);
    if (code !== 0) throw new ToolFailure('The sources do not compile; dist is as it was.');
    if (!isPageFresh) await buildDashboard(join(built, 'dashboard'));
    moveIntoPlace(built, isPageFresh ? filesIn(join(dist, 'dashboard'), 'dashboard') : []);
  } finally {
    rmSync(built, { recursive: true, force: true });
  }
  const executable = join(root, 'bin', 'hoopoe');
  if (existsSync(executable)) chmodSync(executable, 0o755);
  markBuilt(fingerprint, ofDashboard);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    if (!process.argv.includes('--if-stale') || !isBuilt()) await build();
  } catch (error) {
    if (!(error instanceof ToolFailure)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
