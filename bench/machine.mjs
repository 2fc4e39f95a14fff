/** What this machine is and what it lets the benchmark do: cores, pinning, open files. */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import os from 'node:os';

/**
 * @typedef {object} Machine
 * @property {string} cpu
 * @property {number} cores
 * @property {string} system
 * @property {string} node
 * @property {boolean} canPin
 * @property {number} brokerCore
 * @property {number} generatorCore
 * @property {number} openFilesMax per process
 */

/** @returns {Machine} */
export function readMachine() {
  const cores = allowedCores();
  return {
    cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
    cores: cores.length,
    system: `${os.type()} ${os.release()}`,
    node: process.version,
    canPin: cores.length > 1 && canRun('taskset', ['-V']),
    brokerCore: cores.at(-1) ?? 0,
    generatorCore: cores[0] ?? 0,
    openFilesMax: openFilesMax(),
  };
}

/** @param {string} command @param {string[]} args @returns {boolean} */
function canRun(command, args) {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** @returns {number[]} the cores that this process may use; a container may have been given a part of them */
function allowedCores() {
  try {
    const list = /^Cpus_allowed_list:\s+(\S+)/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1] ?? '';
    return list.split(',').flatMap((range) => {
      const [first, last = first] = range.split('-').map(Number);
      return Array.from({ length: last - first + 1 }, (_, index) => first + index);
    });
  } catch {
    return os.cpus().map((_, index) => index);
  }
}

/** @returns {number} Node raises its own limit to the hard limit when it starts, and children inherit that */
function openFilesMax() {
  try {
    const limits = readFileSync('/proc/self/limits', 'latin1');
    const soft = /^Max open files\s+(\S+)/m.exec(limits)?.[1];
    return soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft);
  } catch {
    const text = execFileSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }).trim();
    return text === 'unlimited' ? Number.POSITIVE_INFINITY : Number(text);
  }
}
