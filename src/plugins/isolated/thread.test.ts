/** A plugin in a thread of its own: its context, its floods, how it is begun again, and when it is not any more. */

import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { eventually, type ThreadHost, threadHost } from '../../../test/doubles/plugin-threads.ts';
import { hookNames, isEventHook } from '../hook-names.ts';

const said = ({ lines }: ThreadHost, message: string): number =>
  lines.filter((line) => line.message === message).length;

const plugin = (body: string): string => `export const plugin = { name: 'test', ${body} };`;

const command = (body: string): string => plugin(`commands: { go: { sentence: 'Goes.', run: ${body} } }`);

describe('the context', () => {
  it('reads and writes the store, with one answer at once after another', async () => {
    const { plugins } = await threadHost(
      'test',
      command(`async (args, { store }) => {
        const value = Buffer.from('shared pool').subarray(7);
        await store.write(new Map([['bytes', value], ['gone', 'x'], ...Array.from({ length: 250 }, (_, i) => ['n/' + String(i).padStart(3, '0'), 'v' + i])]));
        const written = store.write(new Map([['gone', undefined]]));
        const all = [...store.entries('n/')];
        const some = [...store.entries('n/', { after: 'n/199', limit: 3 })].map(({ key }) => key);
        await written;
        return [store.get('bytes').toString(), Buffer.isBuffer(store.get('bytes')), store.get('gone') ?? null, all.length, all[249].value.toString(), some];
      }`),
    );
    const answer = ['pool', true, null, 250, 'v249', ['n/200', 'n/201', 'n/202']];
    expect(await plugins.run('test', 'go', [])).toEqual(answer);
  });

  it('publishes, receives and ends what it began; what is wrong is told to its author', async () => {
    const host = await threadHost(
      'test',
      command(`async (args, { broker }) => {
        const texts = [];
        const end = broker.subscribe('in/#', (message) => texts.push(message.topic + ' ' + message.text + ' ' + message.payload.length));
        const told = [];
        const receivers = await broker.publish({ topic: 'in/a', payload: Buffer.from('bytes') });
        await broker.publish({ topic: 'in/b', payload: 'x', userProperties: [['a', 'b']] });
        for (let i = 0; i < 50 && texts.length < 2; i++) await new Promise((resolve) => setTimeout(resolve, 10));
        end();
        await broker.publish({ topic: 'in/c', payload: 'x' });
        try { broker.subscribe('a/#/b', () => {}); } catch (error) { told.push(error.constructor.name); }
        await broker.publish({ topic: 'wild/#', payload: '' }).catch((error) => told.push(error instanceof Error));
        await broker.publish({ topic: 'a', payload: () => {} }).catch((error) => told.push(error instanceof Error));
        return [receivers, texts, told.length, broker.disconnectClient('nobody'), broker.subscribeClient('nobody', { filter: 'a' })];
      }`),
    );
    const answer = [1, ['in/a bytes 5', 'in/b x 1'], 3, false, false];
    expect(await host.plugins.run('test', 'go', [])).toEqual(answer);
  });

  it('has timers, which end with the thread, and hands on what commands throw and cannot answer', async () => {
    const host = await threadHost(
      'test',
      plugin(`start: (context) => { context.every(0.02, () => context.log.info('tick')); context.onUnload(() => context.log.info('over')); },
        commands: { fail: { sentence: 'Fails.', run: () => { throw new TypeError('broken'); } }, odd: { sentence: 'Is odd.', run: () => ({ f: () => {}, d: new Date(0) }) } },
        routes: [{ method: 'POST', path: 'echo', sentence: 'Echoes.', scope: 'read', handle: ({ query, body }) => ({ x: query.get('x'), body }) }]`),
    );
    await eventually(host, 'it ticks', () => said(host, 'tick') > 2);
    await expect(host.plugins.run('test', 'fail', [])).rejects.toThrow('Plugin test: broken');
    expect(await host.plugins.run('test', 'odd', [])).toEqual({ d: '1970-01-01T00:00:00.000Z' });
    const route = host.plugins.route('test', 'POST', 'echo');
    expect(await route?.call({ query: new Map([['x', '1']]), body: [1] })).toEqual({ x: '1', body: [1] });
    expect(host.lines.find(({ message }) => message === 'tick')?.fields).toEqual({ plugin: 'test' });
    await host.plugins.unload('test');
    expect(said(host, 'over')).toBe(1);
    const ticks = said(host, 'tick');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(said(host, 'tick')).toBe(ticks);
  });

  it('is all that it gets of the broker: the ports of the thread are closed', async () => {
    const { plugins } = await threadHost(
      'test',
      `import { parentPort, workerData } from 'node:worker_threads';
      parentPort.postMessage('x');
      ${command('() => Object.keys(workerData)')}`,
    );
    expect(await plugins.run('test', 'go', [])).toEqual([]);
  });
});

describe('a flood', () => {
  const floods: readonly [string, string][] = [
    ['of log lines', `for (let i = 0; i < 2000; i++) log.info('flood');`],
    [
      'of messages',
      `for (let i = 0; i < 2000; i++) broker.publish({ topic: 'flood', payload: 'x'.repeat(1000) }).catch(() => {});`,
    ],
    ['of the output', `process.stdout.write('');`],
  ];
  it.each(floods)('%s is bounded, and others are served', { timeout: 30_000 }, async (_what, code) => {
    const host = await threadHost('test', plugin(`start: ({ log, broker }) => { setInterval(() => { ${code} }, 5); }`));
    const client = await host.t.connect();
    await client.subscribe('free');
    const until = performance.now() + 2_500;
    let slowest = 0;
    for (let count = 0; performance.now() < until; count++) {
      const from = performance.now();
      await client.publish('free', String(count));
      await eventually(host, 'it arrives', () => client.inbox.some(({ type }) => type === 'publish'));
      client.takePublishes();
      slowest = Math.max(slowest, performance.now() - from);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(slowest).toBeLessThan(1_500);
    // A burst, and then the rate.
    expect(said(host, 'flood')).toBeLessThan(2_500);
  });
});

describe('a plugin that fails', () => {
  it.each(hookNames)('at %s by ending its thread is told of, and the life of clients goes on', async (hook) => {
    const rule = `{ handle: () => { process.exit(3); }, onFailure: 'open' }`;
    const host = await threadHost('test', plugin(`hooks: { ${JSON.stringify(hook)}: ${rule} }`));
    const { t } = host;
    for (const clientId of ['one', 'two']) {
      const client = t.client({ clientId });
      if ((await client.connect({ cleanStart: false, properties: { sessionExpiryInterval: 9 } })) === undefined) {
        await eventually(host, 'the login', () => client.take('connack')?.reasonCode === 0);
      }
      const acked = async (type: 'suback' | 'puback' | 'unsuback'): Promise<void> => {
        await eventually(host, `${type} of ${clientId}`, () => client.take(type) !== undefined);
      };
      if ((await client.subscribe('a', { qos: 1 })) === undefined) await acked('suback');
      await client.publish('a', 'x', { qos: 1, packetId: 7 });
      await acked('puback');
      await client.ack('puback', client.takePublishes()[0]?.packetId ?? 1);
      await client.publish('nobody', 'x');
      if ((await client.unsubscribe('a')) === undefined) await acked('unsuback');
      const again = t.client({ clientId });
      const properties = { sessionExpiryInterval: 0 };
      if ((await again.connect({ cleanStart: clientId === 'two', properties })) === undefined) {
        await eventually(host, 'the login', () => again.take('connack')?.reasonCode === 0);
      }
      await again.disconnect();
      await t.run();
    }
    await eventually(host, 'it is told', () => said(host, 'A plugin has failed and is begun again') > 0);
    expect(host.plugins.list()[0]?.isolation?.lastError).toContain('process.exit(3)');
    const [statistics] = host.plugins.list()[0]!.hooks;
    expect(statistics?.failures).toBeGreaterThan(0);
    if (!isEventHook(hook)) expect(said(host, 'A hook of a plugin failed')).toBeGreaterThan(0);
  });

  it('too often is stopped, stays closed, and can be loaded again', { timeout: 30_000 }, async () => {
    const host = await threadHost(
      'test',
      plugin(
        `hooks: { 'message.publish': { handle: ({ message }) => { if (message.text === 'now') process.exit(); }, onFailure: 'closed' } }`,
      ),
    );
    const { t } = host;
    const client = await t.connect();
    for (let failures = 1; failures <= 5; failures++) {
      await client.publish('a', 'now', { qos: 1 });
      await eventually(host, 'it fails', () => client.take('puback')?.reasonCode === 0x83);
      if (failures === 5) break;
      await t.advance(2 ** (failures - 1) * 1000 + 10);
      await eventually(host, 'it runs', () => said(host, 'A plugin runs again') === failures);
    }
    expect(said(host, 'A plugin has failed and is not begun again')).toBe(1);
    expect(host.plugins.list()[0]).toMatchObject({
      state: 'failed',
      error: expect.stringContaining('5 times within 10 minutes'),
    });
    expect(t.broker.inspect.alarms.active).toMatchObject([
      { name: 'plugin_failed/test', message: expect.stringContaining('is stopped') },
    ]);
    await t.advance(600_000);
    await client.publish('a', 'x', { qos: 1 });
    expect(client.take('puback')?.reasonCode).toBe(0x83);
    await host.plugins.load('test');
    expect(host.plugins.list()[0]).toMatchObject({ state: 'loaded', isolation: { restarts: 0 } });
    expect(t.broker.inspect.alarms.active).toEqual([]);
    await client.publish('a', 'x', { qos: 1 });
    await eventually(host, 'it answers', () => client.take('puback')?.reasonCode === 0x10);
  });

  it('and cannot be ended is not begun beside itself', { timeout: 30_000 }, async () => {
    const host = await threadHost(
      'test',
      `import { execFileSync } from 'node:child_process';
      ${plugin("hooks: { 'message.publish': () => { execFileSync(process.execPath, ['-e', 'setTimeout(() => {}, 8000)']); } }")}`,
      { stallSeconds: 0.5 },
    );
    const client = await host.t.connect();
    await client.publish('a', 'x', { qos: 1 });
    await eventually(host, 'it fails', () => client.take('puback')?.reasonCode === 0x83);
    await host.t.advance(1_100);
    await eventually(host, 'it is stopped', () => said(host, 'A plugin has failed and is not begun again') === 1);
    expect(host.plugins.list()[0]?.error).toContain('waits in the operating system');
    await client.publish('a', 'x', { qos: 1 });
    expect(client.take('puback')?.reasonCode).toBe(0x83);
  });

  it('and whose file declares something else then is not begun again by itself', async () => {
    const host = await threadHost('test', plugin(`hooks: { 'client.subscribe': () => process.exit() }`));
    const client = await host.t.connect();
    await client.subscribe('a');
    await eventually(host, 'it fails', () => client.take('suback'));
    writeFileSync(host.path, plugin('hooks: {}'));
    await host.t.advance(1_100);
    await eventually(host, 'it is stopped', () => said(host, 'A plugin has failed and is not begun again') === 1);
    expect(host.plugins.list()[0]?.error).toContain('what it declares has changed since');
    expect((await client.subscribe('b'))?.reasonCodes).toEqual([0x83]);
    await host.plugins.reload('test');
    expect((await client.subscribe('b'))?.reasonCodes).toEqual([0]);
  });

  it('while it is imported or begins is not loaded, with the reason', async () => {
    await expect(threadHost('test', 'export const plugin = {')).rejects.toThrow('cannot be imported');
    await expect(threadHost('test', 'process.exit(0);')).rejects.toThrow('process.exit(0)');
    await expect(threadHost('test', plugin('hooks: { nothing: () => {} }'))).rejects.toThrow('unknown hook');
    await expect(threadHost('test', plugin('start: () => { for (;;); }'), { stallSeconds: 0.5 })).rejects.toThrow(
      'stood still',
    );
    const delivery = `authorizers: () => [{ name: 'a', checksDelivery: true, authorize: () => 'allow' }]`;
    await expect(threadHost('test', plugin(delivery))).rejects.toThrow('isolated: false');
  });

  it('as a source of logins lets nobody in, and answers that are none do neither', async () => {
    const sources = `authenticators: () => [{ name: 'l', authenticate: ({ password }) => {
      if (password?.toString() === 'exit') process.exit();
      return password?.toString() === 'odd' ? { outcome: 'perhaps' } : { outcome: 'allow' };
    } }], authorizers: () => [{ name: 'p', authorize: (client, { topic }) => topic === 'odd' ? 'perhaps' : 'allow' }]`;
    const host = await threadHost('test', plugin(sources));
    const login = async (password: string): Promise<number | undefined> => {
      const client = host.t.client();
      const connack = await client.connect({ username: 'ann', password: Buffer.from(password) });
      return (connack ?? (await eventually(host, 'an answer', () => client.take('connack')))).reasonCode;
    };
    expect(await login('right')).toBe(0);
    expect(await login('odd')).toBe(0x88);
    const client = host.t.client();
    if ((await client.connect({ username: 'ann' })) === undefined) {
      await eventually(host, 'an answer', () => client.take('connack')?.reasonCode === 0);
    }
    const suback = await client.subscribe('odd');
    const codes = (suback ?? (await eventually(host, 'an answer', () => client.take('suback')))).reasonCodes;
    expect(codes[0]).toBeGreaterThanOrEqual(0x80);
    expect(await login('exit')).toBe(0x88);
    expect(await login('right')).toBe(0x88);
  });
});

describe('the examples', () => {
  const example = (name: string): { path: string } => ({
    path: fileURLToPath(new URL(`../../../examples/${name}.mjs`, import.meta.url)),
  });

  it('shout.mjs', async () => {
    const host = await threadHost('shout', example('shout'), { given: new Map([['suffix', '!']]) });
    const client = await host.t.connect();
    await client.subscribe('#');
    await client.publish('shout/a', 'hello');
    await eventually(host, 'it arrives', () => client.inbox.length > 0);
    expect(client.takePublishes().map(({ text }) => text)).toEqual(['HELLO!']);
    await client.publish('shout/a', 'x'.repeat(1001), { qos: 1 });
    await eventually(host, 'it is refused', () => client.take('puback')?.reasonCode === 0x97);
  });

  it('static-users.mjs', async () => {
    const host = await threadHost('static_users', example('static-users'), {
      given: new Map([['users', 'ann:secret']]),
    });
    const code = async (password: string): Promise<number | undefined> => {
      const client = host.t.client();
      const connack = await client.connect({ username: 'ann', password: Buffer.from(password) });
      return (connack ?? (await eventually(host, 'an answer', () => client.take('connack')))).reasonCode;
    };
    expect([await code('wrong'), await code('secret')]).toEqual([0x86, 0]);
  });

  it('last-seen.mjs', async () => {
    const host = await threadHost('last_seen', example('last-seen'));
    const client = await host.t.connect({ clientId: 'c' });
    await client.disconnect();
    await host.t.run();
    const year = String(new Date().getFullYear());
    expect(await host.plugins.run('last_seen', 'show', ['c'])).toContain(year);
    expect(await host.plugins.run('last_seen', 'show', ['nobody'])).toBe('never');
    const route = host.plugins.route('last_seen', 'GET', 'client');
    expect(await route?.call({ query: new Map([['id', 'c']]), body: undefined })).toMatchObject({
      seen: expect.stringContaining(year),
    });
  });
});
