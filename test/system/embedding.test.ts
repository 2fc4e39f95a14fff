/** The broker inside a program: listening, publishing and receiving in process, events, and a real end. */

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { createBroker, type EventName, InvalidRequest } from '../../src/index.ts';
import { connectedJs } from '../clients/mqttjs.ts';
import { serve } from '../clients/serving.ts';
import { until } from '../listeners/listening.ts';
import { root } from '../structure/source-tree.ts';

test('five lines make a broker that talks to a client', async () => {
  const received: string[] = [];
  const broker = await createBroker();
  const { port } = await broker.listen({ port: 0 });
  broker.subscribe('greetings/#', ({ topic, payload }) => received.push(`${topic} ${payload}`));
  const { client } = await connectedJs(`mqtt://localhost:${port}`);
  await client.publishAsync('greetings/all', 'hello', { qos: 1 });
  await broker.close();
  expect(received).toEqual(['greetings/all hello']);
  expect(port).toBeGreaterThan(0);
});

test('what the program publishes reaches clients and itself, with properties', async () => {
  const { broker, urlOf } = await serve();
  const inProcess: string[] = [];
  const stop = broker.subscribe('state/+', ({ payload, qos, retain }) => inProcess.push(`${payload} ${qos} ${retain}`));
  const { client, ...rest } = await connectedJs(urlOf('tcp'), { protocolVersion: 5 });
  await client.subscribeAsync('state/+', { qos: 2 });
  const properties = { contentType: 'text/plain', userProperties: [['a', 'b']] as [string, string][] };
  expect(await broker.publish({ topic: 'state/a', payload: 'text', qos: 2, retain: true, properties })).toBe(2);
  expect(await broker.publish({ topic: 'state/b', payload: Buffer.from('bytes') })).toBe(2);
  await until(() => rest.messages.length === 2, 'both messages');
  // The one at QoS 2 is handed over with the last of four packets, so they may come in either order.
  expect(rest.messages.find(({ topic }) => topic === 'state/a')).toMatchObject({
    payload: 'text',
    packet: { qos: 2, properties: { contentType: 'text/plain' } },
  });
  expect(inProcess).toEqual(['text 2 true', 'bytes 0 false']);
  stop();
  expect(await broker.publish({ topic: 'state/c', payload: 'x' })).toBe(1);
  expect(inProcess).toHaveLength(2);
  const late: string[] = [];
  broker.subscribe('#', ({ topic }) => late.push(topic));
  expect(late).toEqual(['state/a']);
});

test('a topic or filter that is none is the caller’s mistake', async () => {
  const { broker } = await serve();
  await expect(broker.publish({ topic: 'a/#', payload: '' })).rejects.toBeInstanceOf(InvalidRequest);
  await expect(broker.publish({ topic: '', payload: '' })).rejects.toBeInstanceOf(InvalidRequest);
  expect(() => broker.subscribe('a/#/b', () => {})).toThrow(InvalidRequest);
});

test('a subscriber in process that throws disturbs nobody', async () => {
  const errors: string[] = [];
  const log = { error: (sentence: string) => errors.push(sentence), warn() {}, info() {}, debug() {} };
  const { broker } = await serve({ log });
  const received: string[] = [];
  broker.subscribe('a', () => {
    throw new TypeError('mistake of the program');
  });
  broker.subscribe('a', ({ payload }) => received.push(payload.toString()));
  expect(await broker.publish({ topic: 'a', payload: 'x' })).toBe(2);
  expect(received).toEqual(['x']);
  expect(errors).toEqual(['A subscriber in process failed']);
});

test('events tell the life of a client, and a listener that throws disturbs nobody', async () => {
  const { broker, urlOf } = await serve({ authenticate: ({ username }) => username !== 'mallory' });
  const told: string[] = [];
  const names: EventName[] = ['connected', 'subscribed', 'published', 'dropped', 'unsubscribed', 'disconnected'];
  for (const name of [...names, 'refused', 'sessionEnded'] as EventName[]) {
    broker.on(name, () => {
      throw new TypeError('mistake of the program');
    });
    broker.on(name, () => told.push(name));
  }
  const stopped: string[] = [];
  const stop = broker.on('published', ({ message }) => stopped.push(message.topic));
  const { client } = await connectedJs(urlOf('tcp'), { clientId: 'pump', protocolVersion: 5 });
  await client.subscribeAsync('a', { qos: 1, properties: {} });
  await client.publishAsync('a', 'x', { qos: 1 });
  stop();
  await client.unsubscribeAsync('a');
  await client.publishAsync('b', 'nobody wants it', { qos: 1 });
  await client.endAsync();
  await until(() => told.includes('sessionEnded'), 'the end of the session');
  await expect(connectedJs(urlOf('tcp'), { username: 'mallory' })).rejects.toThrow(
    /Bad username or password|Not auth/i,
  );
  expect(stopped).toEqual(['a']);
  expect(told).toEqual([
    'connected',
    'subscribed',
    'published',
    'unsubscribed',
    'published',
    // Nobody wants it.
    'dropped',
    'sessionEnded',
    'disconnected',
    'refused',
  ]);
});

test('an operator can end a client and its session', async () => {
  const { broker, urlOf } = await serve();
  const { client, disconnects } = await connectedJs(urlOf('tcp'), {
    clientId: 'pump',
    protocolVersion: 5,
    properties: { sessionExpiryInterval: 1000 },
  });
  expect(broker.disconnectClient('unknown')).toBe(false);
  expect(broker.disconnectClient('pump')).toBe(true);
  await until(() => !client.connected, 'the client is gone');
  expect(disconnects).toEqual([0x98]);
  expect(broker.gauges.sessions).toBe(1);
  expect(broker.disconnectClient('pump', true)).toBe(true);
  expect(broker.gauges.sessions).toBe(0);
});

test('several listeners share one broker, and port 0 takes a free one each', async () => {
  const { broker, urlOf } = await serve({ transports: ['tcp', 'ws', 'tls', 'wss'] });
  expect(new Set(broker.listeners.map(({ port }) => port)).size).toBe(4);
  expect(broker.listeners.map(({ url }) => url.replace(/\d+(?=\/|$)/, 'PORT'))).toEqual([
    'mqtt://127.0.0.1:PORT',
    'ws://127.0.0.1:PORT/mqtt',
    'mqtts://127.0.0.1:PORT',
    'wss://127.0.0.1:PORT/mqtt',
  ]);
  const receiver = await connectedJs(urlOf('wss'), { rejectUnauthorized: false });
  await receiver.client.subscribeAsync('across');
  const sender = await connectedJs(urlOf('tcp'));
  await sender.client.publishAsync('across', 'hello');
  await receiver.received(1);
});

test('a port that is taken is told with its number, and the broker goes on', async () => {
  const { broker, port } = await serve();
  await expect(broker.listen({ host: '127.0.0.1', port })).rejects.toMatchObject({
    code: 'EADDRINUSE',
    message: expect.stringContaining(String(port)),
  });
  expect(broker.listeners).toHaveLength(1);
});

test('after close nothing listens, clients are gone and closing again is no mistake', async () => {
  const { broker, port, urlOf } = await serve();
  const { client } = await connectedJs(urlOf('tcp'));
  await broker.close();
  await until(() => !client.connected, 'the client is gone');
  expect(broker.listeners).toHaveLength(0);
  expect(broker.gauges.connections).toBe(0);
  const code = await new Promise((resolve) => {
    connect(port, '127.0.0.1').once('error', (error: NodeJS.ErrnoException) => resolve(error.code));
  });
  expect(code).toBe('ECONNREFUSED');
  await broker.close();
});

test('clients that never say or read anything do not keep close from ending', async () => {
  const { broker, port } = await serve();
  const sockets = Array.from({ length: 5 }, () => connect(port, '127.0.0.1').pause());
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  await until(() => broker.gauges.connections === 5, 'all are accepted');
  const since = performance.now();
  await broker.close();
  expect(performance.now() - since).toBeLessThan(2_500);
  expect(broker.gauges.connections).toBe(0);
});

test('fifty brokers start, listen, serve and close in less than two seconds', async () => {
  const since = performance.now();
  for (let i = 0; i < 50; i++) {
    const broker = await createBroker();
    const { port } = await broker.listen({ port: 0 });
    await new Promise<void>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => socket.end(resolve));
    });
    await broker.close();
  }
  expect(performance.now() - since).toBeLessThan(2_000);
});

/** Runs a module in a Node of its own, in an empty folder; answers its exit code, its output, and the files it left. */
async function runModule(code: string): Promise<{ code: number | null; text: string; files: string[]; ms: number }> {
  const place = mkdtempSync(join(tmpdir(), 'embedded-'));
  onTestFinished(() => rmSync(place, { recursive: true, force: true }));
  const home = join(place, 'home');
  const file = join(place, 'program.mjs');
  writeFileSync(file, code.replaceAll("'hoopoe'", `'${pathToFileURL(join(root, 'dist/index.js'))}'`));
  const child = spawn(process.execPath, [file], {
    cwd: place,
    env: { ...process.env, HOME: home, HOOPOE_DATA_DIR: home },
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let text = '';
  let endedAt = 0;
  const onOutput = (chunk: Buffer): void => {
    text += chunk;
    if (text.includes('closed')) endedAt ||= performance.now();
  };
  child.stdout.on('data', onOutput);
  child.stderr.on('data', onOutput);
  const exit = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    code: exit,
    text,
    files: readdirSync(place).filter((name) => name !== 'program.mjs'),
    ms: performance.now() - endedAt,
  };
}

test.skipIf(!existsSync(join(root, 'dist/index.js')))(
  'a program that closed its broker ends by itself at once and has written no file',
  async () => {
    const { code, text, files, ms } = await runModule(`
      import { connect } from 'node:net';
      import { createBroker } from 'hoopoe';
      const broker = await createBroker();
      const { port } = await broker.listen({ port: 0 });
      await broker.listen({ port: 0, transport: 'ws' });
      const socket = connect(port, '127.0.0.1');
      const connack = new Promise((resolve) => socket.once('data', resolve));
      socket.write(Buffer.from('101600044d5154540402003c000a70657273697374656e74', 'hex'));
      console.log((await connack).toString('hex'));
      let received = 0;
      broker.subscribe('#', () => received++);
      await broker.publish({ topic: 'a', payload: 'x', qos: 2, retain: true });
      await broker.close();
      console.log('received', received);
      console.log('closed');
    `);
    expect({ code, text, files }).toEqual({ code: 0, text: '20020000\nreceived 1\nclosed\n', files: [] });
    expect(ms).toBeLessThan(1_000);
  },
);
