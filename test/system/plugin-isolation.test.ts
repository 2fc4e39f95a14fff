/** A plugin that takes what it can get, in the running command: others are served, and memory stays bounded. */

import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { expect, test } from 'vitest';
import { folder, until } from '../listeners/listening.ts';
import { hoopoe, startHoopoe } from './executable.ts';

const text = `const kept = [];
const acts = {
  heap: () => { for (;;) kept.push({ at: kept.length, text: String(kept.length) }); },
  buffers: () => { for (;;) kept.push(Buffer.alloc(1e6, 1)); },
  large: () => { for (;;) kept.push(new Array(2e7).fill(1)); },
  loop: () => { for (;;); },
  exit: () => process.exit(0),
};
export const plugin = {
  name: 'greedy',
  hooks: { 'message.publish': { topics: ['do/#'], handle: ({ message }) => { acts[message.text]?.(); }, deadlineSeconds: 60 } },
  commands: { hello: { sentence: 'Greets.', run: ([name]) => 'hello ' + name } },
};
`;

function configuration(port: number = 0): string {
  const file = join(folder(), 'greedy.mjs');
  writeFileSync(file, text);
  return `listeners: { tcp: { host: 127.0.0.1, port: ${port} } }\nplugins: { greedy: { memory: 64MB, path: ${JSON.stringify(file)} } }\n`;
}

function residentBytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]) * 1024;
}

test.each([
  ['heap', /it took \d+ MB of memory; the limit is 64 MB/],
  ['buffers', /it took \d+ MB of memory; the limit is 64 MB/],
  ['large', /it took \d+ MB of memory; the limit is 64 MB/],
  ['loop', /its thread stood still for 10 s/],
  ['exit', /process\.exit\(0\)/],
])('%s: the broker goes on, and the plugin is begun again', { timeout: 90_000 }, async (act, cause) => {
  const yaml = configuration();
  const { program, ports, dataDirectory } = await startHoopoe([], { yaml });
  const url = `mqtt://127.0.0.1:${ports.get('tcp')}`;
  const other = await mqtt.connectAsync(url, { protocolVersion: 5 });
  const victim = await mqtt.connectAsync(url, { protocolVersion: 5 });
  const before = residentBytes(program.child.pid ?? 0);
  let most = before;
  let slowest = 0;
  let isOver = false;
  const traffic = (async () => {
    while (!isOver) {
      const from = performance.now();
      await other.publishAsync('free', 'x', { qos: 1 });
      slowest = Math.max(slowest, performance.now() - from);
      most = Math.max(most, residentBytes(program.child.pid ?? 0));
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  })();
  await expect(victim.publishAsync('do/it', act, { qos: 1 })).rejects.toThrow();
  await until(() => program.errors.includes('A plugin runs again'), 'it is begun again', 30_000);
  isOver = true;
  await traffic;
  expect(program.errors).toMatch(/A plugin has failed and is begun again plugin=greedy/);
  expect(program.errors).toMatch(/A hook of a plugin failed plugin=greedy hook=message\.publish .*means="is refused"/);
  expect(program.errors).toMatch(cause);
  expect(program.errors).toMatch(/An alarm was raised alarm=plugin_failed\/greedy/);
  expect(slowest).toBeLessThan(1_000);
  expect(most - before).toBeLessThan(1_500 * 1024 * 1024);
  await victim.publishAsync('do/it', 'nothing', { qos: 1 });
  const { program: list } = hoopoe(['ctl', 'plugins', 'list'], { yaml, dataDirectory });
  expect(await list.end(), list.errors).toBe(0);
  expect(list.text).toMatch(/PLUGIN +STATE +KIND +ISOLATED +MEMORY BYTES +RESTARTS/);
  expect(list.text).toMatch(/greedy +running +file +true +\d+ +1/);
  const { program: run } = hoopoe(['ctl', 'plugins', 'run', 'greedy', 'hello', 'you'], { yaml, dataDirectory });
  expect(await run.end(), run.errors).toBe(0);
  expect(run.text).toBe('hello you\n');
  await other.endAsync();
  await victim.endAsync();
  program.kill('SIGTERM');
  expect(await program.end()).toBe(0);
});

test('a start that fails beside an isolated plugin says why and ends', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  const { program } = hoopoe([], { yaml: configuration(port) });
  expect(await program.end(30_000)).toBe(1);
  expect(program.errors).toContain('is in use by another program');
  server.close();
});
