/** The webhook against real receivers: what is sent, and what becomes of it while the receiver is slow, dead or back again. */

import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { KeptStore } from '../../../test/broker/kept-store.ts';
import { pause } from '../../../test/listeners/listening.ts';
import { createBroker } from '../../index.ts';
import { BackendError } from '../../ports/backend-error.ts';
import { silentLog } from '../../ports/log.ts';
import type { PluginDefinition } from '../../ports/plugin.ts';
import type { Store } from '../../ports/store.ts';
import { SystemClock } from '../../std/system-clock.ts';
import { MemoryStore } from '../../stores/memory.ts';
import { Plugins } from '../plugins.ts';
import { bodiesOf } from './bodies.ts';
import { webhookPlugin } from './webhook.ts';

interface Receiver {
  readonly url: string;
  readonly port: number;
  readonly bodies: unknown[];
  readonly headers: IncomingHttpHeaders[];
  /** Status of the next answers; 0 never answers. */
  status: number;
  close(): Promise<void>;
}

/** The machine may be busy with other tests. */
const PATIENCE_MS = 12_000;

async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new TypeError(`waited in vain: ${what}`);
    await pause(5);
  }
}

async function receiver(port: number = 0): Promise<Receiver> {
  const bodies: unknown[] = [];
  const headers: IncomingHttpHeaders[] = [];
  const server: Server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    request.on('end', () => {
      headers.push(request.headers);
      if (one.status === 0) return;
      if (one.status < 300) bodies.push(JSON.parse(text));
      response.statusCode = one.status;
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const bound = (server.address() as AddressInfo).port;
  const one: Receiver = {
    url: `http://127.0.0.1:${bound}/hook?x=1`,
    port: bound,
    bodies,
    headers,
    status: 200,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  onTestFinished(() => one.close());
  return one;
}

async function hooked(events: readonly string[], options: Record<string, unknown>, store: Store = new MemoryStore()) {
  const broker = await createBroker({ store });
  const clock = new SystemClock();
  const given = new Map<string, unknown>(
    Object.entries({ events, allow_private_addresses: true, retry_seconds_max: 0.5, ...options }),
  );
  const plugins = await Plugins.open({
    ...broker.pluginSeam,
    store,
    clock,
    log: silentLog,
    entries: [
      {
        name: 'webhook',
        kind: 'builtin',
        description: '',
        isEnabled: true,
        find: async () => webhookPlugin(clock, events) as unknown as PluginDefinition,
        options: () => given,
      },
    ],
    parts: [],
  });
  let isClosed = false;
  const close = async (): Promise<void> => {
    if (isClosed) return;
    isClosed = true;
    await plugins.close();
    await broker.close();
  };
  onTestFinished(close);
  const status = async () =>
    (await plugins.run('webhook', 'status', [])) as { queued: number; sent: number; dropped: number; refused: number };
  return { broker, plugins, status, close };
}

const payloads = (bodies: readonly unknown[]): string[] =>
  bodies.flat().map((body) => (body as { payload: string }).payload);

it('sends what EMQX sends, with the headers of the operator', async () => {
  const target = await receiver();
  const { broker } = await hooked(['message.publish sensors/#'], {
    url: target.url,
    headers: ['X-Node: a'],
    authorization: 'Bearer secret',
  });
  await broker.publish({ topic: 'other', payload: 'no' });
  await broker.publish({ topic: 'sensors/1', payload: 'ü', qos: 1, retain: true });
  await until(() => target.bodies.length > 0, 'a request');
  expect(target.bodies).toEqual([
    {
      action: 'message_publish',
      node: 'hoopoe@127.0.0.1',
      from_client_id: '',
      from_username: null,
      topic: 'sensors/1',
      qos: 1,
      retain: true,
      payload: 'ü',
      ts: expect.any(Number),
    },
  ]);
  expect(target.headers[0]).toMatchObject({
    'content-type': 'application/json',
    'x-node': 'a',
    authorization: 'Bearer secret',
  });
});

it('has the keys of EMQX in every body', () => {
  const peer = {
    address: '10.0.0.1',
    port: 1,
    localAddress: '',
    localPort: 1883,
    listener: 'tcp',
    transport: 'tcp',
  } as const;
  const client = { clientId: 'c', username: undefined, peer, version: 4 } as const;
  const facts = { node: 'n', nowMs: 2, encoding: 'plain' } as const;
  const keysOf = (bodies: readonly string[]) => bodies.map((body) => Object.keys(JSON.parse(body) as object).join(' '));
  const told = { client, sessionPresent: false, cleanStart: true, keepAlive: 60, expirySeconds: 0, connectedAtMs: 1 };
  expect(bodiesOf('client.connected', told, facts)).toEqual([
    '{"action":"client_connected","node":"n","clientid":"c","username":null,"ipaddress":"10.0.0.1","proto_ver":4,"keepalive":60,"connected_at":1}',
  ]);
  const left = { client, reason: 'peer_closed', reasonCode: 0, connectedAtMs: 1 };
  expect(bodiesOf('client.disconnected', left, facts)).toEqual([
    '{"action":"client_disconnected","node":"n","clientid":"c","username":null,"reason":"tcp_closed","connected_at":1,"disconnected_at":2}',
  ]);
  const wish = { qos: 1, noLocal: true, retainAsPublished: false, retainHandling: 2 } as const;
  const subscriptions = [
    { filter: 'a', ...wish },
    { filter: 'b', ...wish },
  ];
  expect(keysOf(bodiesOf('client.subscribe', { client, subscriptions }, facts))).toEqual(
    new Array(2).fill('action node clientid username topic opts'),
  );
  expect(keysOf(bodiesOf('client.connect', { client, keepAlive: 5 }, facts))).toEqual([
    'action node clientid username ipaddress proto_ver keepalive',
  ]);
});

describe('a receiver that', () => {
  it('is dead and comes back gets everything, in order and once', async () => {
    const first = await receiver();
    const { broker, status } = await hooked(['message.publish'], { url: first.url, batch_max: 100 });
    await broker.publish({ topic: 'a', payload: '0' });
    await until(() => first.bodies.length === 1, 'the first');
    await first.close();
    for (let i = 1; i <= 2000; i++) await broker.publish({ topic: 'a', payload: String(i) });
    await until(async () => (await status()).queued === 2000, 'the queue');
    const second = await receiver(first.port);
    await until(async () => (await status()).queued === 0, 'an empty queue');
    expect(payloads(second.bodies)).toEqual(Array.from({ length: 2000 }, (_, i) => String(i + 1)));
    expect(await status()).toMatchObject({ sent: 2001, dropped: 0 });
  });

  it('is slow or in trouble keeps nobody waiting, and gets everything in the end', async () => {
    const target = await receiver();
    target.status = 0;
    const { broker, status } = await hooked(['message.publish'], { url: target.url, answer_seconds_max: 0.3 });
    for (let i = 0; i < 20; i++) await broker.publish({ topic: 'a', payload: String(i) });
    await until(() => target.headers.length > 0, 'a question');
    target.status = 503;
    await until(() => target.headers.length > 1, 'another');
    expect((await status()).queued).toBe(20);
    target.status = 204;
    await until(async () => (await status()).queued === 0, 'an empty queue');
    expect(payloads(target.bodies)).toEqual(Array.from({ length: 20 }, (_, i) => String(i)));
  });

  it('stays away is not waited for beyond the bound of the queue', async () => {
    const { broker, status } = await hooked(['message.publish'], { url: 'http://127.0.0.1:9/', queue_events_max: 50 });
    for (let i = 0; i < 80; i++) await broker.publish({ topic: 'a', payload: String(i) });
    expect(await status()).toMatchObject({ queued: 50, dropped: 30 });
  });

  it('does not want an event does not keep the others from being sent', async () => {
    const target = await receiver();
    target.status = 422;
    const { broker, status } = await hooked(['message.publish'], { url: target.url });
    await broker.publish({ topic: 'a', payload: 'bad' });
    await until(async () => (await status()).refused === 1, 'a refusal');
    target.status = 200;
    await broker.publish({ topic: 'a', payload: 'good' });
    await until(() => target.bodies.length === 1, 'the other');
    expect(payloads(target.bodies)).toEqual(['good']);
  });

  it('was away when the broker ended gets after the start what had waited', async () => {
    const target = await receiver();
    target.status = 503;
    const store = new KeptStore();
    const first = await hooked(['message.publish'], { url: target.url }, store);
    for (let i = 0; i < 5; i++) await first.broker.publish({ topic: 'a', payload: String(i) });
    await first.close();
    target.status = 200;
    const second = await hooked(['message.publish'], { url: target.url }, store);
    await second.broker.publish({ topic: 'a', payload: '5' });
    await until(() => target.bodies.length === 6, 'all');
    expect(payloads(target.bodies)).toEqual(['0', '1', '2', '3', '4', '5']);
  });
});

it('asks no private address unless that is allowed, and says so', async () => {
  const target = await receiver();
  const { broker, plugins } = await hooked(['message.publish'], {
    url: target.url.replace('127.0.0.1', 'localhost'),
    allow_private_addresses: false,
  });
  await broker.publish({ topic: 'a', payload: 'x' });
  const failure = async () =>
    ((await plugins.run('webhook', 'status', [])) as { lastFailure: string | null }).lastFailure;
  await until(async () => (await failure()) !== null, 'a failure');
  expect(await failure()).toContain('private address');
  expect(target.headers).toEqual([]);
});

it.each([
  [{ url: 'file:///etc/passwd' }, 'http or https'],
  [{ url: 'http://u:p@127.0.0.1/' }, 'webhook.authorization'],
  [{ url: '' }, 'webhook.url is missing'],
  [{ url: 'http://x/', headers: ['x: a\r\nb: c'] }, 'control characters'],
  [{ url: 'http://x/', headers: ['no'] }, 'name: value'],
  [{ url: 'http://x/', ssl_ca_file: '/none' }, '/none'],
])('refuses %o', async (options, text) => {
  const error: unknown = await hooked(['message.publish'], options).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(BackendError);
  expect((error as Error).message).toContain(text);
});
