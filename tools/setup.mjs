/**
 * Makes a clone ready: dependencies as the lock file says, `dist` as the sources say. Each step does nothing when
 * nothing changed.
 */

import { join } from 'node:path';
import { root, runNpm, ToolFailure } from './process.mjs';
import { isBuilt, isInstalled, markInstalled } from './stamp.mjs';

export const executable = join(root, 'bin', 'hoopoe');

export async function ensureInstalled() {
  if (isInstalled()) return;
  console.log('Installing the dependencies that package-lock.json names …');
  const code = await runNpm(['ci', '--include=dev', '--no-audit', '--no-fund']);
  if (code !== 0) throw new ToolFailure(`npm ci ended with ${code}; see its output above.`);
  markInstalled();
}

export async function ensureBuilt() {
  if (isBuilt()) return;
  console.log('Building …');
  const { build } = await import('./build.mjs');
  await build();
}
