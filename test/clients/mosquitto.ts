/** The command-line clients of Mosquitto, pointed at a port of the loopback. */

import { expect } from 'vitest';
import { pathOf, RunningProgram, type RunOptions } from './programs.ts';

/** `-V` of the clients. */
export const versions = ['mqttv31', 'mqttv311', 'mqttv5'] as const;

function started(name: string, port: number, args: readonly string[], options?: RunOptions): RunningProgram {
  return new RunningProgram(pathOf(name) ?? name, ['-h', '127.0.0.1', '-p', String(port), ...args], options);
}

/** Starts `mosquitto_sub`; whoever called waits until the broker knows its subscription. */
export function mosquittoSub(port: number, ...args: readonly string[]): RunningProgram {
  return started('mosquitto_sub', port, args);
}

/** Starts `mosquitto_rr`, which ends when it has its answer. */
export function mosquittoRr(port: number, ...args: readonly string[]): RunningProgram {
  return started('mosquitto_rr', port, args);
}

/** Starts `mosquitto_pub` and returns it as it runs. */
export function mosquittoPubStarted(port: number, ...args: readonly string[]): RunningProgram {
  return started('mosquitto_pub', port, args);
}

/** Runs `mosquitto_pub`, which must succeed; it ends when its messages are acknowledged. */
export async function mosquittoPub(port: number, ...args: readonly string[]): Promise<void> {
  await mosquittoPubWith('', port, ...args);
}

/** As `mosquittoPub`, with an input to read. */
export async function mosquittoPubWith(
  input: string | Buffer,
  port: number,
  ...args: readonly string[]
): Promise<void> {
  const program = started('mosquitto_pub', port, args, { input });
  const code = await program.end();
  expect(`${code} ${program.errors}`).toBe('0 ');
}
