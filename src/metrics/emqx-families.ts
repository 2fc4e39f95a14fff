/** The same numbers under the names that EMQX 4 gives them in Prometheus, for dashboards made for it. */

import type { Readings } from '../broker/inspect/readings.ts';
import { emqxMetrics, emqxStats, readAll } from '../broker/sys/emqx-names.ts';
import { Exposition } from './exposition.ts';
import type { ProcessUsage } from './process-usage.ts';

/** `packets.connect.received` is the one name that is shortened. */
function emqxName(name: string): string {
  return `emqx_${name === 'packets.connect.received' ? 'packets_connect' : name.replaceAll('.', '_')}`;
}

/** @param cpuShare of one processor, from 0 to 1 */
export function emqxPrometheusText(readings: Readings, usage: ProcessUsage, cpuShare: number): string {
  const out = new Exposition();
  for (const [name, value] of Object.entries(readAll(emqxStats, readings))) out.gauge(emqxName(name), name, value);
  for (const [name, value] of Object.entries(readAll(emqxMetrics, readings))) out.counter(emqxName(name), name, value);
  const cpuUse = Math.min(100, Math.round(cpuShare * 10_000) / 100);
  return out
    .gauge('emqx_vm_cpu_use', 'cpu_use', cpuUse)
    .gauge('emqx_vm_cpu_idle', 'cpu_idle', 100 - cpuUse)
    .gauge('emqx_vm_run_queue', 'run_queue', 0)
    .gauge('emqx_vm_process_messages_in_queues', 'process_messages_in_queues', 0)
    .gauge('emqx_vm_total_memory', 'total_memory', usage.machineMemoryBytes)
    .gauge('emqx_vm_used_memory', 'used_memory', usage.machineMemoryBytes - usage.machineMemoryFreeBytes).text;
}
