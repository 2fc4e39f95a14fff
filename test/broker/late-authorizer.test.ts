import { expect, test } from 'vitest';
import { type TestBroker, testBroker } from '../../src/testing/index.ts';
import { outcome } from './outcome.ts';

type Answer = 'allow' | 'deny';

/** Keeps the questions about topics that begin with `late` until the test answers; allows everything else at once. */
async function withLateAuthorizer() {
  const questions: { topic: string; answer: (answer: Answer) => void; fail: () => void }[] = [];
  const authorize = (_client: unknown, { topic }: { topic: string }): Answer | Promise<Answer> => {
    if (!topic.startsWith('late')) return 'allow';
    return new Promise((resolve, reject) => {
      questions.push({ topic, answer: resolve, fail: () => reject(new TypeError('no answer')) });
    });
  };
  const t: TestBroker = await testBroker({ access: { authorizers: [{ name: 'late', authorize }] } });
  return { t, questions };
}

for (const version of [3, 4, 5] as const) {
  test(`v${version} [MQTT-4.6.0-5] messages keep their order while an authorizer takes its time`, async () => {
    const { t, questions } = await withLateAuthorizer();
    const [publisher, receiver] = [await t.connect({ version }), await t.connect({ version })];
    await receiver.subscribe('#', { qos: 1 });
    for (const [i, topic] of ['late/1', 'now/2', 'late/3', 'now/4'].entries()) {
      await publisher.publish(topic, 'x', { qos: 1, packetId: i + 1 });
    }
    expect(receiver.takePublishes()).toEqual([]);
    expect(questions).toHaveLength(1);
    questions[0]!.answer('allow');
    await t.run();
    expect(receiver.takePublishes().map(({ topic }) => topic)).toEqual(['late/1', 'now/2']);
    questions[1]!.answer('deny');
    await t.run();
    expect(receiver.takePublishes().map(({ topic }) => topic)).toEqual(['now/4']);
    const acks = publisher.inbox.map((packet) =>
      packet.type === 'puback' ? [packet.packetId, packet.reasonCode] : packet,
    );
    expect(acks).toEqual([
      [1, 0],
      [2, 0],
      [3, version === 5 ? 0x87 : 0],
      [4, 0],
    ]);
  });

  test(`v${version} a SUBSCRIBE with a late answer comes before what the client sent after it`, async () => {
    const { t, questions } = await withLateAuthorizer();
    const client = await t.connect({ version });
    expect(await client.subscribe('late/a')).toBeUndefined();
    await client.publish('now', 'x', { qos: 1 });
    await client.send({ type: 'pingreq' });
    expect(client.inbox).toEqual([]);
    questions[0]!.answer('allow');
    await t.run();
    expect(client.inbox.map(({ type }) => type)).toEqual(['suback', 'puback', 'pingresp']);
  });

  test(`v${version} an answer that never comes because the authorizer failed is a no`, async () => {
    const { t, questions } = await withLateAuthorizer();
    const [client, watcher] = [await t.connect({ version }), await t.connect()];
    await watcher.subscribe('#');
    await client.publish('late', 'x', { qos: 1 });
    questions[0]!.fail();
    await t.run();
    expect(client.take('puback')?.reasonCode).toBe(version === 5 ? 0x87 : 0);
    await client.subscribe('late');
    questions[1]!.fail();
    await t.run();
    expect(client.take('suback')?.reasonCodes).toEqual([version === 5 ? 0x87 : 0x80]);
    expect(watcher.takePublishes()).toEqual([]);
    expect(outcome(client)).toBe('open');
  });
}

test('other clients do not wait', async () => {
  const { t } = await withLateAuthorizer();
  const [waiting, other] = [await t.connect(), await t.connect()];
  await waiting.publish('late', 'x', { qos: 1 });
  await other.publish('now', 'x', { qos: 1 });
  expect(other.take('puback')).toBeDefined();
});

test('a client that is gone when the answer comes has published nothing, and nothing breaks', async () => {
  const { t, questions } = await withLateAuthorizer();
  const [client, watcher] = [await t.connect(), await t.connect()];
  await watcher.subscribe('#');
  await client.publish('late', 'x', { qos: 1 });
  await client.drop();
  questions[0]!.answer('allow');
  await t.run();
  expect(watcher.takePublishes()).toEqual([]);
  expect(t.broker.gauges).toMatchObject({ connections: 1, sessions: 1 });
});

test('a permission that a connection remembers is counted as such', async () => {
  const { t, questions } = await withLateAuthorizer();
  const publisher = await t.connect();
  await publisher.publish('late/1', 'x', { qos: 1, packetId: 1 });
  questions[0]!.answer('allow');
  await t.run();
  await publisher.publish('late/1', 'x', { qos: 1, packetId: 2 });
  await publisher.publish('late/1', 'x', { qos: 1, packetId: 3 });
  expect([questions.length, t.broker.counters.permissionsRemembered]).toEqual([1, 2]);
});
