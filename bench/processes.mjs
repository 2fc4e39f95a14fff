/**
 * Starts child processes, pinned to a core where the system can, and ends every one of them by its pid, whatever
 * happens. Also finds free ports. Knows nothing of brokers.
 */

import { spawn } from 'node:child_process';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const HOST = '127.0.0.1';
const TERMINATE_SECONDS = 2;
const OUTPUT_KEPT_BYTES = 4000;

/**
 * @typedef {object} Started
 * @property {import('node:child_process').ChildProcess} child
 * @property {number} pid
 * @property {() => string} output the last of what it wrote
 */

export class Processes {
  /** @param {{ canPin: boolean }} options */
  constructor({ canPin }) {
    this.canPin = canPin;
    /** @type {Set<import('node:child_process').ChildProcess>} */
    this.running = new Set();
  }

  /**
   * @param {object} options
   * @param {string} options.command
   * @param {string[]} options.args
   * @param {Record<string, string>} [options.env] in addition to this process's
   * @param {number} options.core
   * @param {boolean} [options.ipc]
   * @returns {Started}
   */
  start({ command, args, env = {}, core, ipc = false }) {
    // taskset becomes the command, so the pid is the command's.
    const line = this.canPin ? ['taskset', '-c', String(core), command, ...args] : [command, ...args];
    const child = spawn(line[0], line.slice(1), {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe', ...(ipc ? /** @type {const} */ (['ipc']) : [])],
    });
    let output = '';
    const keep = (/** @type {Buffer} */ bytes) => {
      output = (output + bytes).slice(-OUTPUT_KEPT_BYTES);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    child.on('error', (error) => keep(Buffer.from(error.message)));
    this.running.add(child);
    child.once('exit', () => this.running.delete(child));
    return { child, pid: child.pid ?? -1, output: () => output.trim() };
  }

  /** @param {Started} started asks, and insists after two seconds */
  async end({ child }) {
    if (!this.running.has(child) || child.pid === undefined) return;
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const insist = setTimeout(() => child.kill('SIGKILL'), TERMINATE_SECONDS * 1000);
    await exited;
    clearTimeout(insist);
  }

  /** For the way out: nothing that was started here survives. */
  killAll() {
    for (const child of this.running) child.kill('SIGKILL');
  }
}

/** Below the ports that systems give to connections of clients: thousands of those are made and would take a free one. */
const PORTS = { first: 20_000, count: 10_000 };
let portsTried = process.pid % PORTS.count;

/** @returns {Promise<number>} a TCP port of the loopback address that was free a moment ago */
export function freePort() {
  const port = PORTS.first + (portsTried++ % PORTS.count);
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(freePort()));
    server.listen(port, HOST, () => server.close(() => resolve(port)));
  });
}

/**
 * Waits until somebody listens.
 * @param {Started} started @param {number[]} ports @param {number} secondsMax
 * @returns {Promise<void>} rejects when the process ends first or takes too long, with what it wrote
 */
export async function untilListening(started, ports, secondsMax) {
  const deadlineMs = performance.now() + secondsMax * 1000;
  for (const port of ports) {
    while (!(await accepts(port))) {
      const { exitCode, signalCode } = started.child;
      if (exitCode !== null || signalCode !== null || started.pid === -1) {
        throw new Error(`it ended before it listened on port ${port} (${exitCode ?? signalCode}): ${started.output()}`);
      }
      if (performance.now() > deadlineMs) {
        throw new Error(`it does not listen on port ${port} after ${secondsMax} s: ${started.output()}`);
      }
      await sleep(5);
    }
  }
}

/** @param {number} port @returns {Promise<boolean>} */
function accepts(port) {
  return new Promise((resolve) => {
    const socket = net.connect({ host: HOST, port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
