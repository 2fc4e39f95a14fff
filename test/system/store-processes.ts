/** Processes that use a store, and folders for them on disks of a size of their own. */

import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { root } from '../structure/source-tree.ts';

const script = join(root, 'test', 'system', 'store-child.mjs');

export interface StoreChild {
  readonly pid: number;
  readonly lines: string[];
  readonly errors: string[];
  /** Waits until it has said so many lines. */
  said(lines: number): Promise<void>;
  /** Its exit code or the signal that ended it. */
  readonly ended: Promise<number | string>;
  kill(): void;
}

export function startStore(task: string, folder: string, ...rest: readonly (string | number)[]): StoreChild {
  return watched(spawn(process.execPath, [script, task, folder, ...rest.map(String)]));
}

/** The same under strace with options of its own. */
export function tracedStore(options: readonly string[], task: string, folder: string, times: number): StoreChild {
  return watched(spawn('strace', ['-f', ...options, process.execPath, script, task, folder, String(times)]));
}

function watched(child: ChildProcessWithoutNullStreams): StoreChild {
  const lines: string[] = [];
  const errors: string[] = [];
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  let rest = '';
  const told = (): void => {
    for (const { count, resolve } of waiting) if (lines.length >= count) resolve();
  };
  child.stdout.on('data', (chunk: Buffer) => {
    const parts = (rest + chunk.toString()).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
    told();
  });
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk.toString()));
  const ended = new Promise<number | string>((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return {
    pid: child.pid ?? 0,
    lines,
    errors,
    ended,
    kill: () => child.kill('SIGKILL'),
    said: (count) => {
      const early = ended.then((code) => {
        if (lines.length < count) throw new TypeError(`it ended with ${code}: ${errors.join('')}`);
      });
      const enough = new Promise<void>((resolve) => waiting.push({ count, resolve }));
      told();
      return Promise.race([enough, early]);
    },
  };
}

export function storeFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'hoopoe-store-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function mount(...args: readonly string[]): void {
  execFileSync('mount', args, { stdio: 'ignore' });
}

export interface SmallDisk {
  readonly folder: string;
  resize(size: string): void;
  makeReadOnly(): void;
}

/** A disk of its own, `size` as `4m`. It goes with the test. */
export function smallDisk(size: string): SmallDisk {
  const folder = mkdtempSync(join(tmpdir(), 'hoopoe-disk-'));
  mount('-t', 'tmpfs', '-o', `size=${size},mode=700`, 'hoopoe-test', folder);
  onTestFinished(() => {
    // Lazily, because a failed test may still have a file open there.
    execFileSync('umount', ['-l', folder]);
    rmSync(folder, { recursive: true });
  });
  return {
    folder,
    resize: (newSize) => mount('-o', `remount,size=${newSize}`, folder),
    makeReadOnly: () => mount('-o', 'remount,ro', folder),
  };
}

/** Whether this user may mount, which takes Linux, root, and a container that lets it. */
export function canMount(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  const folder = mkdtempSync(join(tmpdir(), 'hoopoe-mount-'));
  try {
    mount('-t', 'tmpfs', '-o', 'size=64k', 'hoopoe-test', folder);
    execFileSync('umount', [folder]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Whether strace is there and may trace. */
export function canTrace(): boolean {
  try {
    execFileSync('strace', ['-o', '/dev/null', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
