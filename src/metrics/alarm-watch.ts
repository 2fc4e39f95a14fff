/**
 * Raises alarms for what an operator has to see to, and ends them when the world is well again: memory, processor, disk,
 * a store that refuses writes, sources of logins that do not answer. Names are EMQX's where it has the alarm.
 */

import type { Alarms } from '../broker/inspect/alarms.ts';
import type { Readings } from '../broker/inspect/readings.ts';
import type { AccessResults } from './access-results.ts';
import type { ProcessUsage } from './process-usage.ts';

/** Room on the disk where the store lies. */
export interface DiskUsage {
  readonly freeBytes: number;
  readonly totalBytes: number;
}

export interface WatchedWorld {
  readonly readings: Readings;
  readonly process: ProcessUsage;
  /** Of one processor, averaged over the last minute. */
  readonly cpuShare: number;
  readonly disk?: DiskUsage | undefined;
  readonly access?: AccessResults | undefined;
}

/** Raised above the one, over below the other: what swings around one mark would never be silent. */
interface Watermarks {
  readonly high: number;
  readonly low: number;
}

const machineMemory: Watermarks = { high: 0.9, low: 0.85 };
const heap: Watermarks = { high: 0.85, low: 0.75 };
const cpu: Watermarks = { high: 0.9, low: 0.7 };
const disk: Watermarks = { high: 0.95, low: 0.9 };

export class AlarmWatch {
  readonly #alarms: Alarms;
  readonly #active = new Set<string>();

  constructor(alarms: Alarms) {
    this.#alarms = alarms;
  }

  /** To be called now and then. */
  look({ readings, process, cpuShare, disk: room, access }: WatchedWorld): void {
    const { machineMemoryBytes, machineMemoryFreeBytes, heapUsedBytes, heapBytesMax } = process;
    this.#share(
      'high_system_memory_usage',
      1 - machineMemoryFreeBytes / machineMemoryBytes,
      machineMemory,
      'of the memory of this machine is in use',
    );
    this.#share(
      'high_process_memory_usage',
      heapUsedBytes / heapBytesMax,
      heap,
      'of the memory that Node.js may use for objects is in use; see --max-old-space-size',
    );
    this.#share('high_cpu_usage', cpuShare, cpu, 'of one processor was used in the last minute');
    if (room !== undefined && room.totalBytes > 0) {
      this.#share('low_disk_space', 1 - room.freeBytes / room.totalBytes, disk, 'of the disk of the store is in use');
    }
    this.#store(readings);
    for (const { name, up, lastFailure } of access?.sources ?? []) {
      const text = lastFailure === undefined ? 'it does not answer' : `${lastFailure.code}: ${lastFailure.text}`;
      this.#set(`access_source_down/${name}`, !up, () => `Access source ${name} cannot answer: ${text}`, {});
    }
  }

  #share(name: string, share: number, { high, low }: Watermarks, text: string): void {
    const isHigh = this.#active.has(name) ? share > low : share > high;
    const percent = Math.round(share * 1000) / 10;
    this.#set(name, isHigh, () => `${percent} % ${text}`, { percent, highPercent: high * 100, lowPercent: low * 100 });
  }

  #store({ counters }: Readings): void {
    const { isStoreRefusing, commitFailures } = counters;
    const text = 'The store refuses writes: QoS 1 and 2 messages that need it are not accepted';
    this.#set('store_failed', isStoreRefusing, () => text, { commitFailures });
  }

  #set(name: string, isActive: boolean, message: () => string, details: Readonly<Record<string, unknown>>): void {
    if (isActive) this.#active.add(name);
    else if (!this.#active.delete(name)) return;
    this.#alarms.set(name, isActive, message, details);
  }
}
