/**
 * What a plugin does wrong in its own thread ends that thread and nothing else: others are served meanwhile, its hooks
 * fail as declared, it is told to the operator, and it is begun again. All is in one file, because files run at the same
 * time in one process, and what one thread leaks may count against another that is silent.
 */

import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import {
  eventually,
  type ThreadHost,
  type ThreadHostOptions,
  threadHost,
} from '../../../test/doubles/plugin-threads.ts';
import type { HookName } from '../../ports/plugin.ts';
import type { TestClient } from '../../testing/index.ts';
import { type EventHookName, hookNames, isEventHook } from '../hook-names.ts';
import { CELLS } from './protocol.ts';
import { ThreadWatch } from './thread-watch.ts';

const hooked = (code: string): string => `
  const kept = [];
  export const plugin = {
    name: 'wrong',
    hooks: {
      'message.publish': { topics: ['break/#'], handle: ({ message }) => {
        if (message.text === 'now') { ${code} }
        return { payload: message.text + '!' };
      }, onFailure: 'closed' },
      'client.connect': { handle: () => {}, onFailure: 'open' },
    },
  };`;

const said = ({ lines }: ThreadHost, message: string): number =>
  lines.filter((line) => line.message === message).length;

const isolationOf = ({ plugins }: ThreadHost) => plugins.list()[0]!.isolation!;

/** A plugin with a hook for connections answers in real time. */
async function connected(host: ThreadHost, clientId: string): Promise<TestClient> {
  const client = host.t.client({ clientId });
  if ((await client.connect()) !== undefined) return client;
  await eventually(host, 'it is connected', () => client.take('connack') !== undefined);
  return client;
}

/** Publishes on other topics until it is called; the answer is the longest that one took, in milliseconds. */
function traffic(host: ThreadHost): () => Promise<number> {
  let isOver = false;
  let slowest = 0;
  const running = (async () => {
    const client = await connected(host, 'free');
    await client.subscribe('free');
    while (!isOver) {
      const from = performance.now();
      await client.publish('free', 'x');
      expect(client.takePublishes()).toHaveLength(1);
      slowest = Math.max(slowest, performance.now() - from);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  })();
  return async () => {
    isOver = true;
    await running;
    return slowest;
  };
}

const wrongs: readonly [string, string, RegExp][] = [
  [
    'takes heap without end',
    'for (;;) kept.push({ at: kept.length, text: String(kept.length) });',
    /MB of memory; the limit is 64 MB/,
  ],
  ['takes heap in large pieces', 'for (;;) kept.push(new Array(2e7).fill(1));', /MB of memory; the limit is 64 MB/],
  [
    'takes heap turn by turn',
    'setInterval(() => { for (let i = 0; i < 5e4; i++) kept.push({ i }); }, 2);',
    /MB of memory; the limit is 64 MB/,
  ],
  ['takes buffers without end', 'for (;;) kept.push(Buffer.alloc(1e6, 1));', /MB of memory; the limit is 64 MB/],
  [
    'takes buffers turn by turn',
    'setInterval(() => kept.push(Buffer.alloc(1e6, 1)), 2);',
    /MB of memory; the limit is 64 MB/,
  ],
  ['loops for ever', 'for (;;);', /stood still for 2 s/],
  ['searches with a pattern that explodes', "/^(a+)+$/.test('a'.repeat(60) + 'b');", /stood still for 2 s/],
  [
    'waits for what never comes',
    'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);',
    /stood still for 2 s/,
  ],
  ['calls process.exit', 'process.exit(0);', /ended its thread: process.exit\(0\)/],
  ['throws where nobody catches it', "setTimeout(() => { throw new TypeError('late'); });", /was not caught: late/],
  ['rejects where nobody catches it', "Promise.reject(new TypeError('later'));", /was not caught: later/],
];

describe.each(wrongs)('a plugin that %s', (_what, code, cause) => {
  it('harms nobody, fails as declared and is begun again', { timeout: 40_000 }, async () => {
    const isGreedy = cause.source.includes('64 MB');
    const host = await threadHost('wrong', hooked(code), isGreedy ? { memoryBytes: 64 * 1024 * 1024 } : {});
    const { t } = host;
    const publisher = await connected(host, 'publisher');
    const receiver = await connected(host, 'receiver');
    await receiver.subscribe('break/#');
    const end = traffic(host);
    await publisher.publish('break/a', 'now', { qos: 1, packetId: 1 });
    await eventually(host, 'it is ended', () => said(host, 'A plugin has failed and is begun again') === 1);
    expect(
      host.lines.find(({ message }) => message === 'A plugin has failed and is begun again')?.fields?.['cause'],
    ).toMatch(cause);
    expect(host.plugins.list()[0]).toMatchObject({ state: 'failed', error: expect.stringMatching(cause) });
    expect(t.broker.inspect.alarms.active).toMatchObject([{ name: 'plugin_failed/wrong' }]);
    // Closed and open while it does not run.
    receiver.takePublishes();
    const other = await connected(host, 'other');
    await other.publish('break/b', 'x', { qos: 1, packetId: 2 });
    expect(other.take('puback')?.reasonCode).toBe(0x83);
    expect(receiver.takePublishes()).toEqual([]);
    await t.advance(1_100);
    await eventually(host, 'it runs again', () => said(host, 'A plugin runs again') === 1);
    expect(await end()).toBeLessThan(2_000);
    await other.publish('break/b', 'x', { qos: 1, packetId: 3 });
    await eventually(host, 'it changes messages', () => receiver.inbox.some(({ type }) => type === 'publish'));
    expect(receiver.takePublishes().map(({ text }) => text)).toEqual(['x!']);
    expect(t.broker.inspect.alarms.active).toEqual([]);
    expect(isolationOf(host)).toMatchObject({ restarts: 1, lastError: expect.stringMatching(cause) });
    expect(host.plugins.list()[0]?.state).toBe('loaded');
  });
});

type FilterHook = Exclude<HookName, EventHookName>;
type Answers = Readonly<Record<'connack' | 'suback' | 'puback' | 'unsuback', number | undefined>>;

type OnFailure = 'open' | 'closed';

interface Wrong {
  readonly code: string;
  readonly cause: RegExp;
  readonly limits: ThreadHostOptions;
}

/** It answers, and holds what it will never let go, with the smallest memory that can be configured. */
const leaks: Wrong = {
  code: 'for (let i = 0; i < 5e5; i++) kept.push({ i });',
  cause: /MB of memory; the limit is 16 MB/,
  limits: { memoryBytes: 16 * 1024 * 1024 },
};
const loops: Wrong = { code: 'for (;;);', cause: /stood still for 2 s/, limits: {} };

/** Those that loop are ended at the same time, because each of them takes seconds of waiting. */
const groups = [hookNames.slice(0, 7), hookNames.slice(7, 13), hookNames.slice(13)].map((group) => [group]);

/** What a client is answered where a hook that is asked beforehand has failed. */
const refusals: Readonly<Record<FilterHook, Partial<Answers>>> = {
  'client.connect': { connack: 0x83 },
  'client.authenticate': { connack: 0x88 },
  'client.check_acl': { connack: 0, suback: 0x87, puback: 0x87 },
  'client.subscribe': { connack: 0, suback: 0x83, puback: 0x10, unsuback: 0x11 },
  'client.unsubscribe': { connack: 0, suback: 1, puback: 0, unsuback: 0x83 },
  'message.publish': { connack: 0, suback: 1, puback: 0x83, unsuback: 0 },
};

const allowed: Answers = { connack: 0, suback: 1, puback: 0, unsuback: 0 };

/** Fails from the moment it is told to, so that others can connect before. */
function failing(hook: HookName, onFailure: OnFailure, code: string): string {
  const topics = hook.startsWith('message.') ? `topics: ['break/#'],` : '';
  return `
    const kept = [];
    let isArmed = false;
    export const plugin = {
      name: 'wrong',
      hooks: { '${hook}': { ${topics} handle: () => { if (isArmed) { ${code} } }, onFailure: '${onFailure}' } },
      commands: { arm: { sentence: 'Arms it.', run: () => { isArmed = true; } } },
    };`;
}

async function answer(host: ThreadHost, client: TestClient, type: 'connack' | 'puback'): Promise<number> {
  return (await eventually(host, type, () => client.take(type))).reasonCode;
}

async function answers(host: ThreadHost, client: TestClient, type: 'suback' | 'unsuback'): Promise<number | undefined> {
  const taken = type === 'suback' ? () => client.take('suback') : () => client.take('unsuback');
  return (await eventually<{ readonly reasonCodes: readonly number[] }>(host, type, taken)).reasonCodes[0];
}

async function opened(host: ThreadHost, clientId: string, cleanStart: boolean, expiry: number) {
  const client = host.t.client({ clientId });
  const connack = await client.connect({ cleanStart, properties: { sessionExpiryInterval: expiry } });
  return { client, connack: connack?.reasonCode ?? (await answer(host, client, 'connack')) };
}

/** A life of a client in which every hook is called, as far as it comes: what it was answered. */
async function life(host: ThreadHost, clientId: string): Promise<Answers> {
  const { client, connack } = await opened(host, clientId, false, 9);
  if (connack !== 0) return { connack, suback: undefined, puback: undefined, unsuback: undefined };
  const suback = await client.subscribe('break/a', { qos: 1 });
  const subscribed = suback?.reasonCodes[0] ?? (await answers(host, client, 'suback'));
  await client.publish('break/a', 'x', { qos: 1, packetId: 7 });
  const puback = await answer(host, client, 'puback');
  for (const { packetId } of client.takePublishes()) await client.ack('puback', packetId ?? 1);
  await client.publish('break/nobody', 'x');
  const unsuback = await client.unsubscribe('break/a');
  const unsubscribed =
    unsuback?.type === 'unsuback' ? unsuback.reasonCodes[0] : await answers(host, client, 'unsuback');
  // It is taken over, resumed, discarded and terminated.
  await opened(host, clientId, false, 9);
  const last = await opened(host, clientId, true, 0);
  await last.client.disconnect();
  await host.t.run();
  return { connack, suback: subscribed, puback, unsuback: unsubscribed };
}

/** Publishes on another topic, allowed or not, until it is called; the answer is the longest that one took, in milliseconds. */
function probing(host: ThreadHost, client: TestClient): () => Promise<number> {
  let isOver = false;
  let slowest = 0;
  const running = (async () => {
    for (let packetId = 1; !isOver; packetId = (packetId % 1000) + 1) {
      const from = performance.now();
      await client.publish('free', 'x', { qos: 1, packetId });
      await answer(host, client, 'puback');
      slowest = Math.max(slowest, performance.now() - from);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  })();
  // A test that fails before it asks for the answer says itself why.
  running.catch(() => {});
  return async () => {
    isOver = true;
    await running;
    return slowest;
  };
}

const failuresOf = ({ plugins }: ThreadHost): number => plugins.list()[0]!.hooks[0]!.failures;

interface Loaded {
  readonly host: ThreadHost;
  readonly free: TestClient;
}

async function loaded(hook: HookName, { code, limits }: Wrong, onFailure: OnFailure): Promise<Loaded> {
  const host = await threadHost('wrong', failing(hook, onFailure, code), limits);
  const { client: free } = await opened(host, 'free', true, 0);
  await host.plugins.run('wrong', 'arm', []);
  return { host, free };
}

async function contained(
  { host, free }: Loaded,
  hook: HookName,
  { cause }: Wrong,
  onFailure: OnFailure,
): Promise<void> {
  const end = probing(host, free);
  await life(host, 'first');
  await life(host, 'second');
  await eventually(host, 'it has ended', () => host.plugins.list()[0]!.state === 'failed');
  expect(host.plugins.list()[0]!.error).toMatch(cause);
  expect(host.t.broker.inspect.alarms.active).toMatchObject([{ name: 'plugin_failed/wrong' }]);
  const failures = failuresOf(host);
  const isRefused = onFailure === 'closed' && !isEventHook(hook);
  expect(await life(host, 'third')).toMatchObject(isRefused ? refusals[hook] : allowed);
  expect(failuresOf(host)).toBeGreaterThan(failures);
  await host.t.advance(1_100);
  await eventually(host, 'it runs again', () => host.plugins.list()[0]!.state === 'loaded');
  expect(await end()).toBeLessThan(3_000);
  expect(host.plugins.list()[0]!.isolation).toMatchObject({ restarts: 1, lastError: expect.stringMatching(cause) });
  expect(await life(host, 'fourth')).toEqual(allowed);
}

/** Both ways are met: a filter that fails closed here fails open there. */
const isOdd = (hook: HookName): boolean => hookNames.indexOf(hook) % 2 === 1;

describe('a plugin that fails at one hook harms nobody, fails as declared and is begun again', () => {
  it.each(hookNames)('which leaks at %s', { timeout: 30_000 }, async (hook) => {
    const onFailure = isOdd(hook) ? 'open' : 'closed';
    await contained(await loaded(hook, leaks, onFailure), hook, leaks, onFailure);
  });

  it.each(groups)('which loops for ever at each of $0', { timeout: 60_000 }, async (group) => {
    const ways = group.map((hook) => ({ hook, onFailure: isOdd(hook) ? 'closed' : 'open' }) as const);
    const all = await Promise.all(ways.map(({ hook, onFailure }) => loaded(hook, loops, onFailure)));
    const ended = await Promise.allSettled(
      ways.map(({ hook, onFailure }, at) => contained(all[at]!, hook, loops, onFailure)),
    );
    const failed = ended.flatMap((one, at) => (one.status === 'rejected' ? [`${group[at]}: ${one.reason}`] : []));
    expect(failed).toEqual([]);
  });
});

describe('a thread that is silent', () => {
  it('is not blamed for what others take when they begin, but for more than that', { timeout: 30_000 }, async () => {
    const told: string[] = [];
    const cells = new Int32Array(new SharedArrayBuffer(CELLS * Int32Array.BYTES_PER_ELEMENT));
    const watch = new ThreadWatch(1_000);
    const thread = { cells, memoryBytes: 16 * 1024 * 1024, condemn: (cause: string) => told.push(cause) };
    watch.add(thread);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const other = new Worker(
      `const kept = []; require('node:worker_threads').parentPort.on('message', (size) => kept.push(Buffer.alloc(size, 1)));`,
      { eval: true },
    );
    try {
      other.postMessage(24e6);
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      expect(told).toEqual([]);
      other.postMessage(200e6);
      for (let i = 0; i < 100 && told.length === 0; i++) await new Promise((resolve) => setTimeout(resolve, 100));
      expect(told).toEqual([expect.stringMatching(/^it took \d+ MB of memory; the limit is 16 MB/)]);
    } finally {
      watch.remove(thread);
      await other.terminate();
    }
  });
});
