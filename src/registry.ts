/** What is loaded when the configuration asks for it: one line for each engine, so that nobody pays for the others. */

import { join } from 'node:path';
import type { EffectiveDurability } from './cli/program.ts';
import { openStore } from './open-store.ts';
import type { Log } from './ports/log.ts';
import type { Store } from './ports/store.ts';

type OpenStore = (folder: string, windowMs: number, log: Log) => Promise<Store>;

/** Stores by `durability.mode`. */
export const stores: Readonly<Record<EffectiveDurability['mode'], OpenStore>> = {
  strict: (folder, _windowMs, log) => openStore(folder, { durability: 'strict', log }),
  relaxed: (folder, windowMs, log) => openStore(folder, { durability: 'relaxed', windowMs, log }),
  memory: async () => new (await import('./stores/memory.ts')).MemoryStore(),
};

/** Where the store lies in the folder of the data. */
export function storeFolder(dataDirectory: string): string {
  return join(dataDirectory, 'store');
}
