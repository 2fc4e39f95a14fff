import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { createTextLog } from '../logging/text-log.ts';
import { handleSignals, internalMistakeExitCode } from './signals.ts';

function setUp(given: { platform?: string; close?: () => Promise<void>; reload?: () => Promise<void> } = {}) {
  const codes: number[] = [];
  const written: string[] = [];
  const target = Object.assign(new EventEmitter(), {
    platform: given.platform ?? 'linux',
    exit: (code: number) => {
      codes.push(code);
    },
  });
  const actions = { close: given.close ?? (async () => {}), reload: given.reload ?? (async () => {}) };
  handleSignals(
    target,
    actions,
    createTextLog('debug', (line) => written.push(line)),
  );
  return { target, codes, written };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('handleSignals', () => {
  it.each(['SIGINT', 'SIGTERM'])('stops cleanly with exit code 0 at %s', async (signal) => {
    const { target, codes } = setUp();
    target.emit(signal);
    expect(codes).toEqual([]);
    await turn();
    expect(codes).toEqual([0]);
  });

  it('stops at once at a second signal', () => {
    const { target, codes } = setUp({ close: () => new Promise(() => {}) });
    target.emit('SIGINT');
    target.emit('SIGTERM');
    expect(codes).toEqual([130]);
  });

  it('ends with exit code 1 when the stop fails', async () => {
    const { target, codes } = setUp({ close: () => Promise.reject(new Error('disk')) });
    target.emit('SIGTERM');
    await turn();
    expect(codes).toEqual([1]);
  });

  it('reloads at SIGHUP, one at a time, and once more for what came meanwhile', async () => {
    let running = 0;
    let most = 0;
    let reloads = 0;
    const reload = async (): Promise<void> => {
      most = Math.max(most, ++running);
      reloads++;
      await turn();
      running--;
    };
    const { target, codes } = setUp({ reload });
    for (let count = 0; count < 5; count++) target.emit('SIGHUP');
    for (let count = 0; count < 5; count++) await turn();
    expect([reloads, most, codes]).toEqual([2, 1, []]);
    target.emit('SIGHUP');
    for (let count = 0; count < 3; count++) await turn();
    expect(reloads).toBe(3);
  });

  it('stops at SIGHUP on Windows, where it says that the window closes', async () => {
    const { target, codes } = setUp({ platform: 'win32', reload: () => Promise.reject(new Error('not reached')) });
    target.emit('SIGHUP');
    await turn();
    expect(codes).toEqual([0]);
  });

  it.each(['uncaughtException', 'unhandledRejection'])('ends with exit code 70 at %s and logs it', (event) => {
    const { target, codes, written } = setUp();
    target.emit(event, new Error('an assertion'));
    expect(codes).toEqual([internalMistakeExitCode]);
    expect(written.join('')).toMatch(/^[^\n]* error [^\n]*an assertion[^\n]*\n$/);
  });
});
