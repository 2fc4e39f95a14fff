/** Backup, restore, export and import with the real command while a broker works: what was acknowledged before is in the copy. */

import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { mosquittoPub, mosquittoPubStarted, mosquittoSub } from '../clients/mosquitto.ts';
import { lacks, needing, type RunningProgram } from '../clients/programs.ts';
import { folder } from '../listeners/listening.ts';
import { hoopoe, startHoopoe } from './executable.ts';

const yaml = 'listeners:\n  tcp: { host: 127.0.0.1, port: 0 }\n';

/** Runs a command to its end; answers what it wrote, errors included. */
async function said(args: readonly string[], dataDirectory: string): Promise<{ code: unknown; text: string }> {
  const { program } = hoopoe(args, { dataDirectory });
  const code = await program.end();
  return { code, text: program.text + program.errors };
}

async function stop(program: RunningProgram): Promise<void> {
  program.kill('SIGTERM');
  expect(await program.end()).toBe(0);
}

/** Publishes numbers at QoS 1 as fast as they are acknowledged, again and again. */
function traffic(port: number, prefix: string): RunningProgram {
  return mosquittoPubStarted(port, '-q', '1', '-t', `${prefix}/work`, '-m', 'x'.repeat(500), '--repeat', '100000');
}

/** What a session of the name `reader` has waiting, as the broker of this data folder gives it out. */
async function waiting(dataDirectory: string, messages: number): Promise<string[]> {
  const { program, ports } = await startHoopoe([], { yaml, dataDirectory });
  const reader = mosquittoSub(
    ports.get('tcp')!,
    '-i',
    'reader',
    '-c',
    '-q',
    '1',
    '-t',
    'kept/#',
    '-C',
    String(messages),
  );
  expect(await reader.end()).toBe(0);
  await stop(program);
  return reader.lines;
}

/** A broker with a session that waits, ten acknowledged messages for it, and a retained one. */
async function busyBroker(): Promise<{ program: RunningProgram; dataDirectory: string; port: number; kept: string[] }> {
  const { program, dataDirectory, ports } = await startHoopoe([], { yaml });
  const port = ports.get('tcp')!;
  // -E ends when the subscription is acknowledged.
  expect(await mosquittoSub(port, '-i', 'reader', '-c', '-q', '1', '-t', 'kept/#', '-E').end()).toBe(0);
  expect(await mosquittoSub(port, '-i', 'worker', '-c', '-q', '1', '-t', '+/work', '-E').end()).toBe(0);
  const kept = Array.from({ length: 10 }, (_, index) => `message ${index}`);
  for (const text of kept) await mosquittoPub(port, '-q', '1', '-t', 'kept/a', '-m', text);
  await mosquittoPub(port, '-q', '1', '-r', '-t', 'state', '-m', 'running');
  return { program, dataDirectory, port, kept };
}

describe.skipIf(lacks('mosquitto-clients'))(needing('mosquitto-clients', 'a copy of the store'), () => {
  test('made again and again under traffic holds what was acknowledged before, and can be restored', async () => {
    const { program, dataDirectory, port, kept } = await busyBroker();
    const publishers = [traffic(port, 'a'), traffic(port, 'b')];
    const target = folder();
    for (let round = 0; round < 5; round++) {
      const { code, text } = await said(['backup', join(target, `copy-${round}`)], dataDirectory);
      expect(text).toMatch(/: \d+ entries, \d+ bytes\n$/);
      expect(code).toBe(0);
    }
    expect(publishers.map(({ ended }) => ended)).toEqual([undefined, undefined]);
    const refused = await said(['restore', join(target, 'copy-4'), '--force'], dataDirectory);
    expect(refused).toEqual({ code: 1, text: expect.stringContaining(`process ${program.child.pid}`) });
    for (const publisher of publishers) publisher.kill('SIGKILL');
    await stop(program);
    expect(statSync(join(target, 'copy-4')).mode & 0o777).toBe(0o600);
    expect(readdirSync(target)).toHaveLength(5);

    const other = join(folder(), 'data');
    const restored = await said(['restore', join(target, 'copy-4')], other);
    expect(restored).toEqual({ code: 0, text: expect.stringContaining('restored') });
    expect(await waiting(other, 10)).toEqual(kept);
  }, 60_000);

  test('as lines goes from a broker that runs into one that has not started yet', async () => {
    const { program, dataDirectory, port, kept } = await busyBroker();
    const publisher = traffic(port, 'a');
    const file = join(folder(), 'all.jsonl');
    const exported = await said(['export', file], dataDirectory);
    expect(exported.text).toMatch(/2 sessions, 2 subscriptions, \d+ queued messages, 1 retained message\n$/);
    expect(publisher.ended).toBeUndefined();
    const store = join(dataDirectory, 'store');
    expect(readdirSync(store).filter((name) => name.startsWith('.hoopoe'))).toEqual([]);
    publisher.kill('SIGKILL');
    await stop(program);

    const other = join(folder(), 'data');
    expect(await said(['import', file], other)).toMatchObject({ code: 0 });
    expect(await waiting(other, 10)).toEqual(kept);
  }, 60_000);

  test('is made when the broker was killed, and the broker starts again', async () => {
    const { program, dataDirectory, kept } = await busyBroker();
    program.kill('SIGKILL');
    await program.end();
    const file = join(folder(), 'copy');
    expect(await said(['backup', file], dataDirectory)).toMatchObject({ code: 0 });
    expect(await waiting(dataDirectory, 10)).toEqual(kept);
    const other = join(folder(), 'data');
    expect(await said(['restore', file], other)).toMatchObject({ code: 0 });
    expect(await waiting(other, 10)).toEqual(kept);
  }, 60_000);
});

test('lines with a mistake leave the broker’s folder without a store', async () => {
  const file = join(folder(), 'bad.jsonl');
  writeFileSync(file, '{"type":"hoopoe","format":1}\n{"type":"retained","topic":"a"}\n');
  const dataDirectory = join(folder(), 'data');
  const { code, text } = await said(['import', file], dataDirectory);
  expect(code).toBe(1);
  expect(text).toContain(`${file}:2: a message has either a "payload" or a "payloadBase64"`);
  expect(existsSync(join(dataDirectory, 'store', 'hoopoe.mdb'))).toBe(false);
});

test('an export whose reader goes away ends without a complaint', async () => {
  const file = join(folder(), 'many.jsonl');
  const line = `{"type":"retained","topic":"t/N","payload":"${'x'.repeat(1000)}"}`;
  const lines = Array.from({ length: 5000 }, (_, index) => line.replace('N', String(index)));
  writeFileSync(file, ['{"type":"hoopoe","format":1}', ...lines].join('\n'));
  const dataDirectory = join(folder(), 'data');
  expect(await said(['import', file], dataDirectory)).toMatchObject({ code: 0 });
  const { program } = hoopoe(['export'], { dataDirectory });
  program.child.stdout.once('data', () => program.child.stdout.destroy());
  expect(await program.end()).toBe(0);
  expect(program.errors).toMatch(/^exported: /);
});
