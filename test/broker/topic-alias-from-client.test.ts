import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';
import { outcome } from './outcome.ts';

const alias = (topicAlias: number) => ({ properties: { topicAlias } });

test('[MQTT-3.3.2-12] every alias from 1 to the announced maximum is accepted', async () => {
  const t = await testBroker({ broker: { topicAliasMaximum: 4 } });
  const [publisher, receiver] = [t.client(), await t.connect()];
  expect((await publisher.connect())?.properties?.topicAliasMaximum).toBe(4);
  await receiver.subscribe('#', { qos: 2 });
  for (let i = 1; i <= 4; i++) await publisher.publish(`a/${i}`, 'named', alias(i));
  for (let i = 1; i <= 4; i++) await publisher.publish('', 'aliased', { qos: 1, ...alias(i) });
  expect(receiver.takePublishes().map(({ topic, text }) => `${topic} ${text}`)).toEqual([
    ...[1, 2, 3, 4].map((i) => `a/${i} named`),
    ...[1, 2, 3, 4].map((i) => `a/${i} aliased`),
  ]);
});

test('an alias takes another topic when it is sent with one', async () => {
  const t = await testBroker();
  const client = await t.connect();
  await client.subscribe('#');
  await client.publish('old', '1', alias(1));
  await client.publish('new', '2', alias(1));
  await client.publish('', '3', alias(1));
  expect(client.takePublishes().map(({ topic }) => topic)).toEqual(['old', 'new', 'new']);
});

test('[MQTT-3.3.2-8] alias 0 is refused with 0x94', async () => {
  const t = await testBroker();
  const client = await t.connect();
  await client.sendBytes('30 07 0001 61 03 23 0000');
  expect(outcome(client)).toBe(0x94);
});

for (const [name, maximum] of [
  ['above the announced maximum', 4],
  ['where none is announced', 0],
] as const) {
  test(`[MQTT-3.3.2-9] [MQTT-3.2.2-17] [MQTT-3.2.2-18] an alias ${name} is refused with 0x94 and counted`, async () => {
    const t = await testBroker({ broker: { topicAliasMaximum: maximum } });
    const client = await t.connect();
    await client.publish('a', 'x', alias(maximum + 1));
    expect(outcome(client)).toBe(0x94);
    expect(t.broker.counters.limitsHit.get('topic_alias')).toBe(1);
  });
}

test('an alias that was never given a topic is a protocol error', async () => {
  const t = await testBroker();
  const client = await t.connect();
  await client.publish('', 'x', alias(3));
  expect(outcome(client)).toBe(0x82);
});

test('[MQTT-3.3.2-7] aliases end with the connection, also when the session goes on', async () => {
  const t = await testBroker();
  const connect = { cleanStart: false, properties: { sessionExpiryInterval: 60 } };
  const first = await t.connect({ clientId: 'c', connect });
  await first.publish('a', 'x', alias(1));
  await first.disconnect();
  const second = await t.connect({ clientId: 'c', connect });
  await second.publish('', 'x', alias(1));
  expect(outcome(second)).toBe(0x82);
});

test('[MQTT-3.3.2-7] aliases of one client mean nothing for another', async () => {
  const t = await testBroker();
  const [one, other, watcher] = [await t.connect(), await t.connect(), await t.connect()];
  await watcher.subscribe('#');
  await one.publish('one', 'x', alias(1));
  await other.publish('other', 'x', alias(1));
  await one.publish('', 'x', alias(1));
  await other.publish('', 'x', alias(1));
  expect(watcher.takePublishes().map(({ topic }) => topic)).toEqual(['one', 'other', 'one', 'other']);
});
