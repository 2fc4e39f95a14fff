/** A plugin in the broker's thread whose code never returns: the broker ends, starts again without it, and nothing is lost or let in. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { expect, test } from 'vitest';
import { folder, until } from '../listeners/listening.ts';
import { hoopoe, startHoopoe } from './executable.ts';

const hooks = `'message.publish': { topics: ['stop/#'], handle: ({ message }) => { if (message.topic === 'stop/now') for (;;); } }`;
const late = `'client.connected': async ({ client }) => { await null; if (client.clientId === 'late') for (;;); }`;

function pluginWith(text: string): string {
  const file = join(folder(), 'stuck.mjs');
  writeFileSync(file, `export const plugin = { name: 'stuck', hooks: { ${text} } };\n`);
  return file;
}

const configuration = (file: string): string =>
  `listeners: { tcp: { host: 127.0.0.1, port: 0 } }\nplugins: { stuck: { isolated: false, path: ${JSON.stringify(file)} } }\n`;

const properties = { sessionExpiryInterval: 600 };

const connect = (port: number | undefined, clientId: string) =>
  mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, {
    clientId,
    reconnectPeriod: 0,
    protocolVersion: 5,
    clean: false,
    properties,
  });

test('a hook that never returns ends the broker with a line, and is not run at the next start', {
  timeout: 90_000,
}, async () => {
  const file = pluginWith(hooks);
  const yaml = configuration(file);
  const first = await startHoopoe([], { yaml });
  const { dataDirectory } = first;
  const client = await connect(first.ports.get('tcp'), 'keeps');
  client.on('error', () => {});
  await client.subscribeAsync('kept', { qos: 1 });
  await client.endAsync();
  const publisher = await connect(first.ports.get('tcp'), 'publishes');
  publisher.on('error', () => {});
  await publisher.publishAsync('kept', 'x', { qos: 1 });
  publisher.publish('stop/now', 'x', { qos: 1 });
  expect(await first.program.end(30_000)).toBe(75);
  expect(first.program.errors).toMatch(
    /A plugin keeps everybody waiting and ends the broker.* plugin=stuck hook=message\.publish place="file:\/\/\/.*stuck\.mjs:1 handle"/,
  );

  const second = await startHoopoe([], { yaml, dataDirectory });
  expect(second.program.errors).toMatch(
    /A plugin is not run plugin=stuck cause="it kept everybody waiting \(message\.publish/,
  );
  const again = await connect(second.ports.get('tcp'), 'publishes');
  // Closed, as it was declared: what the plugin was to look at is refused as long as it cannot.
  await expect(again.publishAsync('stop/other', 'x', { qos: 1 })).rejects.toThrow();
  await again.publishAsync('elsewhere', 'x', { qos: 1 });
  await again.endAsync();
  const kept = mqtt.connect(`mqtt://127.0.0.1:${second.ports.get('tcp')}`, {
    clientId: 'keeps',
    protocolVersion: 5,
    clean: false,
    properties,
  });
  let arrived = '';
  kept.on('message', (topic, payload) => {
    arrived = `${topic} ${payload}`;
  });
  await until(() => arrived !== '', 'the message that was acknowledged arrives', 10_000);
  expect(arrived).toBe('kept x');
  await kept.endAsync();

  writeFileSync(file, `export const plugin = { name: 'stuck', hooks: {} };\n`);
  const { program: load } = hoopoe(['ctl', 'plugins', 'load', 'stuck'], { yaml, dataDirectory });
  expect(await load.end(), load.errors).toBe(0);
  const mended = await connect(second.ports.get('tcp'), 'publishes');
  await mended.publishAsync('stop/other', 'x', { qos: 1 });
  await mended.endAsync();
  second.program.kill('SIGTERM');
  expect(await second.program.end()).toBe(0);
});

test('code of a plugin that never returns after it has waited is found as well', { timeout: 60_000 }, async () => {
  const { program, ports } = await startHoopoe([], { yaml: configuration(pluginWith(late)) });
  const client = await connect(ports.get('tcp'), 'late');
  client.on('error', () => {});
  expect(await program.end(30_000)).toBe(75);
  expect(program.errors).toMatch(/A plugin keeps everybody waiting .*plugin=stuck place="file:\/\/\/.*stuck\.mjs:1/);
});

test('work that is nobody else’s fault is left alone', { timeout: 60_000 }, async () => {
  const text = `'client.connected': ({ client }) => { if (client.clientId === 'busy') { const until = Date.now() + 7000; while (Date.now() < until); } }`;
  const { program, ports } = await startHoopoe([], { yaml: configuration(pluginWith(text)) });
  const client = await connect(ports.get('tcp'), 'busy');
  await client.endAsync();
  expect(program.ended).toBeUndefined();
  expect(program.errors).toMatch(/A hook of a plugin failed.*it took \d{4} ms, and everybody waited/);
  program.kill('SIGTERM');
  expect(await program.end()).toBe(0);
});
