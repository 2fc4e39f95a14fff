/** Room on the disk where a folder lies. */

import { statfsSync } from 'node:fs';
import type { DiskUsage } from './alarm-watch.ts';

/** Undefined where it cannot be told. */
export function diskUsage(folder: string): DiskUsage | undefined {
  try {
    const { bsize, bavail, blocks } = statfsSync(folder);
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
  } catch {
    return undefined;
  }
}
