/**
 * Hundreds of clients of mixed versions whose connections break, are taken over and stall, against the real command in
 * its own process. SOAK_SECONDS, SOAK_CLIENTS and SOAK_SEED make it longer, larger or the same again; `npm run soak`.
 */

import { expect, test } from 'vitest';
import { fourListeners, startHoopoe } from './executable.ts';
import { MemoryWatch } from './soak/memory.ts';
import { Soak } from './soak/run.ts';

const seconds = Number(process.env['SOAK_SECONDS'] ?? 15);
const clients = Number(process.env['SOAK_CLIENTS'] ?? 200);
const seed = Number(process.env['SOAK_SEED'] ?? Date.now() % 1_000_000);

test(
  `${clients} clients lose nothing at QoS 1, double nothing at QoS 2 and keep the order`,
  async () => {
    const { program, ports } = await startHoopoe([], { yaml: `${fourListeners}log: { level: warn }\n` });
    const urls = [
      `mqtt://127.0.0.1:${ports.get('tcp')}`,
      `mqtts://127.0.0.1:${ports.get('tls')}`,
      `ws://127.0.0.1:${ports.get('ws')}/mqtt`,
      `wss://127.0.0.1:${ports.get('wss')}/mqtt`,
    ];
    const memory = new MemoryWatch(program.child.pid ?? 0);
    const soak = new Soak({ seconds, clients, seed, port: ports.get('tcp') ?? 0, urls });
    const { complaints, ...figures } = await soak.run();
    memory.stop();
    const { fifths } = memory;
    const megabytes = Object.entries(fifths ?? {}).map(([name, value]) => `${name} ${value.toFixed(1)} MB`);
    console.info(`Soak of ${seconds} s, seed ${seed}: ${JSON.stringify(figures)}; memory ${megabytes.join(', ')}`);
    expect({ seed, complaints }).toEqual({ seed, complaints: [] });
    expect(program.ended).toBeUndefined();
    expect(program.errors).toBe('');
    expect(figures.published).toBeGreaterThan(seconds * 100);
    expect(figures.connects).toBeGreaterThan(clients);
    // Warm-up is over after a fifth of a long run, but not of a short one.
    if (fifths !== undefined) expect(fifths.late).toBeLessThan(fifths.early * 1.1 + (seconds < 120 ? 60 : 10));
  },
  (seconds + 90) * 1000,
);
