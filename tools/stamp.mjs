/**
 * Remembers, in an ignored file, from which lock file the dependencies were installed and from which sources `dist`
 * was built. Sources are compared by path, size and modification time, which costs a few milliseconds.
 */

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './process.mjs';

const stampFile = join(root, '.npm-stamp');
const lockFile = join(root, 'package-lock.json');
const installedLockFile = join(root, 'node_modules', '.package-lock.json');

function readStamp() {
  try {
    return JSON.parse(readFileSync(stampFile, 'utf8'));
  } catch {
    return {};
  }
}

function writeStamp(changes) {
  const temporary = `${stampFile}.${process.pid}`;
  writeFileSync(temporary, `${JSON.stringify({ ...readStamp(), ...changes })}\n`);
  renameSync(temporary, stampFile);
}

function lockHash() {
  return createHash('sha256').update(readFileSync(lockFile)).digest('hex');
}

/** Whether `node_modules` holds what the lock file says. An installation made by hand after the lock file counts too. */
export function isInstalled() {
  if (!existsSync(installedLockFile)) return false;
  if (readStamp().installed === lockHash()) return true;
  if (statSync(installedLockFile).mtimeMs < statSync(lockFile).mtimeMs) return false;
  markInstalled();
  return true;
}

export function markInstalled() {
  writeStamp({ installed: lockHash() });
}

/** Names the state of everything that a build of the program reads. */
export function sourceFingerprint() {
  return fingerprint(
    ['package.json', 'tsconfig.json', 'tsconfig.build.json', 'tools/build.mjs', 'tools/bundle.mjs'],
    'src',
  );
}

/** Names the state of everything that a build of the dashboard reads. */
export function dashboardFingerprint() {
  return fingerprint(['package.json', 'package-lock.json'], 'dashboard');
}

function fingerprint(files, sources) {
  const hash = createHash('sha256');
  const add = (path) => {
    const { size, mtimeMs } = statSync(join(root, path));
    hash.update(`${path} ${size} ${mtimeMs}\n`);
  };
  const addFolder = (folder) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) addFolder(path);
      else if (!entry.name.endsWith('.test.ts')) add(path);
    }
  };
  for (const path of files) add(path);
  addFolder(sources);
  return hash.digest('hex');
}

export function isBuilt() {
  const isProgramBuilt = existsSync(join(root, 'dist', 'index.js')) && readStamp().built === sourceFingerprint();
  return isProgramBuilt && isDashboardBuilt();
}

export function isDashboardBuilt() {
  const page = join(root, 'dist', 'dashboard', 'index.html');
  return existsSync(page) && readStamp().dashboard === dashboardFingerprint();
}

/** Fingerprints are taken before the build begins, so that an edit meanwhile asks for another one. */
export function markBuilt(fingerprint, ofDashboard) {
  writeStamp({ built: fingerprint, dashboard: ofDashboard });
}
