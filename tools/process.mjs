/**
 * Runs other programs for the tools: in the foreground, ended together with the tool, found without a shell. It knows
 * nothing of what they are for.
 */

import { spawn } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Something the person at the terminal can act on; shown without a stack. */
export class ToolFailure extends Error {
  name = 'ToolFailure';
}

/** Path of a script that an installed package declares as its executable, to be run by this Node. */
export function packageBin(packageName, binName) {
  const folder = join(root, 'node_modules', packageName);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return join(folder, typeof bin === 'string' ? bin : bin[binName]);
}

/**
 * Runs a command with this terminal and resolves to its exit code; an end by a signal counts as 1. SIGINT and SIGTERM
 * are handed on and the caller gets to clean up, so that no orphan and no half-made folder stays behind.
 */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', ...options });
    const handOn = (signal) => child.kill(signal);
    const settle = (answer) => {
      process.off('SIGINT', handOn);
      process.off('SIGTERM', handOn);
      answer();
    };
    process.on('SIGINT', handOn);
    process.on('SIGTERM', handOn);
    child.once('error', (error) => settle(() => reject(error)));
    child.once('exit', (code) => settle(() => resolve(code ?? 1)));
  });
}

/** Runs a script with the Node that runs this one. */
export function runNode(script, args = [], options = {}) {
  return run(process.execPath, [script, ...args], options);
}

/** Runs npm, preferably the very one that started this tool. */
export function runNpm(args, options = {}) {
  const npm = process.env.npm_execpath;
  if (npm !== undefined && /npm-cli\.c?js$/.test(npm)) return runNode(npm, args, options);
  return run('npm', args, { shell: process.platform === 'win32', ...options });
}

/** Full path of a program, or undefined; daemons count although their folder may be missing in PATH. */
export function findProgram(name) {
  for (const folder of [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}
