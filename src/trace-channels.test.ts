/** What tracers in the process are told, and that nobody pays for it who has none. */

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { expect, it, onTestFinished, vi } from 'vitest';
import { type TestBroker, testBroker } from './testing/index.ts';
import { traceChannels } from './trace-channels.ts';

const names = 'connect refuse disconnect subscribe unsubscribe publish deliver acknowledge drop'.split(' ');

async function traced(): Promise<{ t: TestBroker; end: () => void }> {
  const t = await testBroker();
  const end = traceChannels(t.broker, t.clock);
  onTestFinished(end);
  return { t, end };
}

/** Keeps what the channels tell, until the test is over. */
function told(of: readonly string[] = names): [string, Record<string, unknown>][] {
  const all: [string, Record<string, unknown>][] = [];
  for (const name of of) {
    const listener = (event: unknown): void => {
      all.push([name, event as Record<string, unknown>]);
    };
    subscribe(`hoopoe:${name}`, listener);
    onTestFinished(() => {
      unsubscribe(`hoopoe:${name}`, listener);
    });
  }
  return all;
}

it('tells the way of a message from its publisher to its receiver under one number', async () => {
  const all = told();
  const { t } = await traced();
  const client = await t.connect({ clientId: 'c' });
  await client.subscribe('a', { qos: 1 });
  const publisher = await t.connect({ clientId: 'p' });
  await publisher.publish('a', 'hello', { qos: 1, properties: { userProperties: [['traceparent', '00-1']] } });
  const { packetId } = client.inbox.find(({ type }) => type === 'publish') as { packetId: number };
  await client.send({ type: 'puback', packetId, reasonCode: 0, properties: undefined });
  await publisher.publish('nobody', 'x');
  await client.unsubscribe('a');
  await client.disconnect();
  await t.client({ clientId: 'no', version: 5 }).connect({ username: 'x'.repeat(10), keepAlive: 1 });
  const words = all.map(([name, { clientId, messageNumber, topic, filter }]) =>
    [name, clientId, messageNumber, topic ?? filter].filter((word) => word !== undefined).join(' '),
  );
  expect(words.slice(0, 9)).toEqual([
    'connect c',
    'subscribe c a',
    'connect p',
    'publish p 1',
    'deliver c 1',
    'acknowledge c 1',
    'publish p 2',
    'drop p 2',
    'unsubscribe c a',
  ]);
  expect(words[9]).toBe('disconnect c');
  const { message, listener, username } = all[3]![1] as { message: { text: string; userProperties: unknown } } & Record<
    string,
    unknown
  >;
  expect([message.text, message.userProperties, username]).toEqual(['hello', [['traceparent', '00-1']], undefined]);
  expect(listener).toEqual(expect.any(String));
  expect(all[9]![1]).toMatchObject({ reason: 'normal', reasonCode: 0 });
});

it('listens to the broker only while a channel has subscribers, looked at each second', async () => {
  const { t, end } = await traced();
  const { events } = (t.broker as unknown as { inspect: object }) && { events: t.broker };
  const on = vi.spyOn(events, 'on');
  await t.advance(5000);
  expect(on).not.toHaveBeenCalled();

  const heard: unknown[] = [];
  const listener = (event: unknown): void => void heard.push(event);
  subscribe('hoopoe:publish', listener);
  await t.advance(1000);
  expect(on.mock.calls.map(([name]) => name)).toEqual(['published']);
  const client = await t.connect();
  await client.publish('a', 'x');
  expect(heard).toHaveLength(1);

  unsubscribe('hoopoe:publish', listener);
  await t.advance(1000);
  subscribe('hoopoe:publish', listener);
  onTestFinished(() => {
    unsubscribe('hoopoe:publish', listener);
  });
  await client.publish('a', 'x');
  expect(heard).toHaveLength(1);
  await t.advance(1000);
  await client.publish('a', 'x');
  expect(heard).toHaveLength(2);
  end();
  await client.publish('a', 'x');
  expect(heard).toHaveLength(2);
});

it('is what examples/trace.mjs needs', async () => {
  const written = vi.spyOn(console, 'log').mockImplementation(() => {});
  onTestFinished(() => written.mockRestore());
  await import(new URL('../examples/trace.mjs', import.meta.url).href);
  const { t } = await traced();
  const client = await t.connect({ clientId: 'c' });
  await client.subscribe('a');
  const publisher = await t.connect({ clientId: 'p' });
  await publisher.publish('a', 'x', { properties: { userProperties: [['traceparent', '00-7']] } });
  const line = JSON.parse(String(written.mock.calls.at(-1)?.[0]));
  expect(line).toEqual({ topic: 'a', from: 'p', to: 'c', milliseconds: expect.any(Number), traceparent: '00-7' });
});
