/** What a disk has room for, and what a process uses. */

import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { diskUsage } from './disk-usage.ts';
import { processUsage } from './process-usage.ts';

describe('diskUsage', () => {
  it('tells the room of a folder, and nothing of one that is not there', () => {
    const usage = diskUsage(tmpdir())!;
    expect(usage.totalBytes).toBeGreaterThan(0);
    expect(usage.freeBytes).toBeLessThanOrEqual(usage.totalBytes);
    expect(diskUsage('/nowhere/at/all')).toBeUndefined();
  });
});

describe('processUsage', () => {
  it('has numbers that fit each other', () => {
    const usage = processUsage();
    expect(usage.heapUsedBytes).toBeLessThanOrEqual(usage.heapBytesMax);
    expect(usage.machineMemoryFreeBytes).toBeLessThanOrEqual(usage.machineMemoryBytes);
    expect(usage.memoryBytes).toBeGreaterThan(1024 * 1024);
    expect(usage.cpuSeconds).toBeGreaterThan(0);
  });
});
