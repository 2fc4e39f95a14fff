import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';
import { outcome } from './outcome.ts';

/** Answers only when told, so that messages stay unacknowledged. */
function lateAuthorizer() {
  const waiting: (() => void)[] = [];
  const authorize = () => new Promise<'allow'>((resolve) => waiting.push(() => resolve('allow')));
  return { waiting, access: { authorizers: [{ name: 'late', authorize }] } };
}

test('[MQTT-3.3.4-7] a client that exceeds the Receive Maximum with QoS 2 gets 0x93, and can read it', async () => {
  const t = await testBroker({ broker: { receiveMaximum: 3 } });
  const client = t.client();
  expect((await client.connect())?.properties?.receiveMaximum).toBe(3);
  for (let id = 1; id <= 3; id++) await client.publish('a', 'x', { qos: 2, packetId: id });
  expect(outcome(client)).toBe('open');
  await client.publish('a', 'x', { qos: 2, packetId: 4 });
  expect(outcome(client)).toBe(0x93);
  expect(client.inbox.filter(({ type }) => type === 'pubrec')).toHaveLength(3);
  expect(t.broker.counters.limitsHit.get('receive_maximum')).toBe(1);
});

test('[MQTT-3.3.4-7] what the client sends at once with the excess does not keep it from reading 0x93', async () => {
  const t = await testBroker({ broker: { receiveMaximum: 1 } });
  const [client, watcher] = [await t.connect(), await t.connect()];
  await watcher.subscribe('#');
  const publish = (id: number): string => `34 07 0001 61 000${id} 00 78`;
  await client.sendBytes([1, 2, 3, 4].map(publish).join(' '));
  expect(outcome(client)).toBe(0x93);
  expect(watcher.takePublishes()).toHaveLength(1);
});

test('PUBCOMP, PUBACK and a refusing PUBREC give the quota back', async () => {
  const authorize = (_client: unknown, { topic }: { topic: string }) =>
    (topic === 'no' ? 'deny' : 'allow') as 'deny' | 'allow';
  const t = await testBroker({ broker: { receiveMaximum: 1 }, access: { authorizers: [{ name: 'some', authorize }] } });
  const client = await t.connect();
  for (let id = 1; id <= 5; id++) {
    await client.publish('yes', 'x', { qos: 1, packetId: id });
    await client.publish('no', 'x', { qos: 1, packetId: id });
    await client.publish('no', 'x', { qos: 2, packetId: id });
    await client.publish('yes', 'x', { qos: 2, packetId: id });
    await client.ack('pubrel', id);
  }
  expect(outcome(client)).toBe('open');
  expect(client.inbox.filter(({ type }) => type === 'pubcomp')).toHaveLength(5);
});

test('[MQTT-4.3.3-10] a repeated QoS 2 PUBLISH uses no further quota', async () => {
  const t = await testBroker({ broker: { receiveMaximum: 1 } });
  const client = await t.connect();
  for (let i = 0; i < 5; i++) await client.publish('a', 'x', { qos: 2, packetId: 1, dup: i > 0 });
  expect(outcome(client)).toBe('open');
});

test('a new connection of the session begins with the whole quota', async () => {
  const t = await testBroker({ broker: { receiveMaximum: 2 } });
  const connect = { cleanStart: false, properties: { sessionExpiryInterval: 60 } };
  const first = await t.connect({ clientId: 'c', connect });
  for (let id = 1; id <= 2; id++) await first.publish('a', 'x', { qos: 2, packetId: id });
  await first.drop();
  const second = await t.connect({ clientId: 'c', connect });
  for (let id = 1; id <= 2; id++) await second.publish('a', 'x', { qos: 2, packetId: id, dup: true });
  for (let id = 1; id <= 2; id++) await second.ack('pubrel', id);
  for (let id = 1; id <= 2; id++) await second.publish('a', 'x', { qos: 2, packetId: id });
  expect(outcome(second)).toBe('open');
});

test('[MQTT-3.3.4-8] other packets are answered while the quota is used up', async () => {
  const t = await testBroker({ broker: { receiveMaximum: 1 } });
  const client = await t.connect();
  await client.publish('a', 'x', { qos: 2, packetId: 1 });
  expect(await client.subscribe('a')).toBeDefined();
  await client.publish('a', 'qos 0');
  await client.send({ type: 'pingreq' });
  expect(await client.unsubscribe('a')).toBeDefined();
  expect(client.take('pingresp')).toBeDefined();
  expect(client.takePublishes()).toHaveLength(1);
});

for (const version of [3, 4] as const) {
  test(`v${version} has no Receive Maximum: more unacknowledged messages are taken`, async () => {
    const t = await testBroker({ broker: { receiveMaximum: 2 } });
    const client = await t.connect({ version });
    for (let id = 1; id <= 10; id++) await client.publish('a', 'x', { qos: 2, packetId: id });
    expect(client.inbox.filter(({ type }) => type === 'pubrec')).toHaveLength(10);
    expect(outcome(client)).toBe('open');
  });
}

test('messages that wait unread behind a late authorizer count only when they are handled', async () => {
  const { waiting, access } = lateAuthorizer();
  const t = await testBroker({ broker: { receiveMaximum: 1, permissionCacheEntriesMax: 0 }, access });
  const client = await t.connect();
  // The client keeps to its quota: it sends the second only after the first was acknowledged.
  await client.publish('a', 'x', { qos: 1, packetId: 1 });
  waiting.shift()!();
  await client.run();
  expect(client.take('puback')).toBeDefined();
  await client.publish('a', 'x', { qos: 1, packetId: 2 });
  waiting.shift()!();
  await client.run();
  expect(client.take('puback')).toBeDefined();
  expect(outcome(client)).toBe('open');
});
