import { expect, test } from 'vitest';
import { type TestBroker, type TestClient, testBroker } from '../../src/testing/index.ts';

async function receiverWith(t: TestBroker, topicAliasMaximum?: number): Promise<TestClient> {
  const properties = topicAliasMaximum === undefined ? undefined : { topicAliasMaximum };
  const receiver = await t.connect({ connect: { properties } });
  await receiver.subscribe('#', { qos: 1 });
  return receiver;
}

const seen = (receiver: TestClient) =>
  receiver.takePublishes().map(({ topic, properties }) => [topic, properties?.topicAlias ?? 0]);

test('[MQTT-3.3.2-11] [MQTT-3.1.2-26] topics get aliases up to the maximum of the client and none above it', async () => {
  const t = await testBroker();
  const [publisher, receiver] = [await t.connect(), await receiverWith(t, 2)];
  for (const topic of ['one/1', 'two/2', 'three', 'one/1', 'two/2', 'three']) await publisher.publish(topic, 'x');
  expect(seen(receiver)).toEqual([
    ['one/1', 1],
    ['two/2', 2],
    ['three', 0],
    ['', 1],
    ['', 2],
    ['three', 0],
  ]);
});

test('[MQTT-3.1.2-27] a client that allows none gets none', async () => {
  const t = await testBroker();
  const [publisher, silent, zero] = [await t.connect(), await receiverWith(t), await receiverWith(t, 0)];
  for (let i = 0; i < 2; i++) await publisher.publish('topic', 'x');
  for (const receiver of [silent, zero]) {
    expect(seen(receiver)).toEqual([
      ['topic', 0],
      ['topic', 0],
    ]);
  }
});

test('[MQTT-3.3.2-7] a new connection learns the aliases anew, also for messages sent again', async () => {
  const t = await testBroker();
  const publisher = await t.connect();
  const connect = { cleanStart: false, properties: { sessionExpiryInterval: 60, topicAliasMaximum: 3 } };
  const first = await t.connect({ clientId: 'r', connect });
  await first.subscribe('#', { qos: 1 });
  for (let i = 1; i <= 2; i++) await publisher.publish('topic', 'x', { qos: 1, packetId: i });
  expect(seen(first)).toEqual([
    ['topic', 1],
    ['', 1],
  ]);
  await first.drop();
  const second = await t.connect({ clientId: 'r', connect });
  expect(seen(second)).toEqual([
    ['topic', 1],
    ['', 1],
  ]);
});

test('the alias of a publisher is not passed on', async () => {
  const t = await testBroker();
  const [publisher, receiver] = [await t.connect(), await receiverWith(t)];
  await publisher.publish('topic', 'x', { properties: { topicAlias: 9 } });
  await publisher.publish('', 'x', { qos: 1, properties: { topicAlias: 9 } });
  expect(seen(receiver)).toEqual([
    ['topic', 0],
    ['topic', 0],
  ]);
});

test('a message that fits only without a new alias is sent without one', async () => {
  const t = await testBroker();
  const publisher = await t.connect();
  // Two bytes of header, the topic, an empty property list and the payload; an alias takes three bytes more.
  const maximumPacketSize = 2 + 2 + 'topic'.length + 1 + 20;
  const receiver = await t.connect({ connect: { properties: { maximumPacketSize, topicAliasMaximum: 5 } } });
  await receiver.subscribe('topic');
  await publisher.publish('topic', 'x'.repeat(20));
  expect(seen(receiver)).toEqual([['topic', 0]]);
  await publisher.publish('topic', 'x');
  await publisher.publish('topic', 'x');
  expect(seen(receiver)).toEqual([
    ['topic', 1],
    ['', 1],
  ]);
});
