/**
 * What the operating system says that a process has used: CPU time of all its threads and resident memory. Linux's
 * per-thread scheduler statistics count nanoseconds and are preferred; /proc/PID/stat counts hundredths of a second;
 * elsewhere `ps` answers. Knows nothing of brokers.
 */

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import os from 'node:os';

/** @param {number} pid @returns {number} user and system microseconds of all living threads since the process began */
export function cpuMicroseconds(pid) {
  return schedulerMicroseconds(pid) ?? statMicroseconds(pid) ?? psMicroseconds(pid);
}

/** @param {number} pid @returns {number | undefined} */
function schedulerMicroseconds(pid) {
  try {
    let nanoseconds = 0;
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      nanoseconds += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1').split(' ', 1)[0]);
    }
    return nanoseconds > 0 ? nanoseconds / 1000 : undefined;
  } catch {
    return undefined;
  }
}

/** @param {number} pid @returns {number | undefined} */
function statMicroseconds(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The command name may hold blanks and parentheses, so fields are counted from its last closing parenthesis.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const ticksPerSecond = 100;
    return ((Number(fields[11]) + Number(fields[12])) * 1e6) / ticksPerSecond;
  } catch {
    return undefined;
  }
}

/** @param {number} pid @returns {number} */
function psMicroseconds(pid) {
  const text = execFileSync('ps', ['-o', 'time=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  const [days, clock] = text.includes('-') ? text.split('-') : ['0', text];
  const seconds = clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
  return (Number(days) * 86_400 + seconds) * 1e6;
}

/**
 * @param {number} pid
 * @returns {{ residentBytes: number, peakBytes: number }} outside Linux the peak is the present value
 */
export function memoryBytes(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/status`, 'latin1');
    const field = (/** @type {string} */ name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1]) * 1024;
    return { residentBytes: field('VmRSS'), peakBytes: field('VmHWM') };
  } catch {
    const text = execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' });
    return { residentBytes: Number(text) * 1024, peakBytes: Number(text) * 1024 };
  }
}

/** @returns {number} microseconds that all cores together have worked since the system began */
function machineMicroseconds() {
  return os.cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0) * 1000;
}

/** A broker, the generator itself and the machine, read at one instant; `since` gives what lies between two readings. */
export class UsageReading {
  /** @param {number} pid of the broker */
  constructor(pid) {
    const own = process.cpuUsage();
    this.brokerUs = cpuMicroseconds(pid);
    this.generatorUs = own.user + own.system;
    this.machineUs = machineMicroseconds();
    this.atMs = performance.now();
  }

  /** @param {UsageReading} earlier */
  since(earlier) {
    const seconds = (this.atMs - earlier.atMs) / 1000;
    const brokerCpuUs = this.brokerUs - earlier.brokerUs;
    const generatorCpuUs = this.generatorUs - earlier.generatorUs;
    const othersUs = this.machineUs - earlier.machineUs - brokerCpuUs - generatorCpuUs;
    const othersShare = Math.max(0, othersUs / (seconds * 1e6 * os.cpus().length));
    return { seconds, brokerCpuUs, generatorCpuUs, othersShare };
  }
}
