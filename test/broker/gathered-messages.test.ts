/** Messages at QoS 0 of one read to many receivers go out receiver by receiver, and nothing may overtake them. */

import { expect, test } from 'vitest';
import { encodePacket } from '../../src/packet/encode.ts';
import { Message } from '../../src/packet/message.ts';
import { encodePublish } from '../../src/packet/publish.ts';
import type { ControlPacket, Qos } from '../../src/packet/types.ts';
import type { Authorizer, Permission } from '../../src/ports/access.ts';
import { type TestBroker, type TestClient, testBroker } from '../../src/testing/index.ts';
import { lasting } from './lasting-session.ts';

/** So many that messages to them are gathered. */
const MANY = 20;

function publishBytes(topic: string, text: string, qos: Qos = 0, retain: boolean = false): Buffer {
  const message = Message.of(topic, Buffer.from(text), qos, retain);
  const packetId = qos === 0 ? 0 : 1;
  const form = { qos, retain, dup: false, packetId, topicAlias: 0, topicOmitted: false };
  return encodePublish(message, { ...form, subscriptionIdentifiers: undefined, messageExpiryInterval: undefined }, 5);
}

const packetBytes = (packet: ControlPacket): Buffer => encodePacket(packet, 5);

/** One read of the broker. */
const inOneRead = (client: TestClient, ...frames: Buffer[]): Promise<void> => client.sendBytes(Buffer.concat(frames));

async function subscribers(t: TestBroker, filter: string, count: number = MANY, qos: Qos = 0): Promise<TestClient[]> {
  const clients: TestClient[] = [];
  for (let i = 0; i < count; i++) {
    const client = await t.connect({ clientId: `s${i}` });
    await client.subscribe(filter, { qos });
    clients.push(client);
  }
  return clients;
}

const textsOf = (client: TestClient): string[] => client.takePublishes().map(({ text }) => text);

test('what one read brings for many goes to one receiver after the other', async () => {
  const t = await testBroker();
  const receivers = await subscribers(t, 'a');
  const publisher = await t.connect();
  const order: string[] = [];
  t.broker.on('delivered', ({ client, message }) => order.push(`${client.clientId} ${message.payload}`));
  await inOneRead(publisher, publishBytes('a', '1'), publishBytes('a', '2'), publishBytes('a', '3'));
  expect(order).toEqual(receivers.flatMap(({ clientId }) => ['1', '2', '3'].map((text) => `${clientId} ${text}`)));
  for (const receiver of receivers) expect(textsOf(receiver)).toEqual(['1', '2', '3']);
  expect(t.broker.counters.messagesSent[0]).toBe(3 * MANY);
});

test('[MQTT-4.6.0-5] other topics, a higher QoS and retained messages keep their place between gathered ones', async () => {
  const t = await testBroker();
  const receivers = await subscribers(t, '#', MANY, 1);
  const publisher = await t.connect();
  await inOneRead(
    publisher,
    publishBytes('a', '1'),
    publishBytes('a', '2'),
    publishBytes('b', '3'),
    publishBytes('a', '4', 1),
    publishBytes('a', '5'),
    publishBytes('a', '6', 0, true),
    publishBytes('a', '7'),
  );
  for (const receiver of receivers) expect(textsOf(receiver)).toEqual(['1', '2', '3', '4', '5', '6', '7']);
});

test('[MQTT-4.6.0-5] a frame that spans reads follows those before it', async () => {
  const t = await testBroker({ chunkBytes: () => 13 });
  const receivers = await subscribers(t, 'a');
  const publisher = await t.connect();
  const texts = Array.from({ length: 30 }, (_, i) => `${i}`);
  await inOneRead(publisher, ...texts.map((text) => publishBytes('a', text)));
  for (const receiver of receivers) expect(textsOf(receiver)).toEqual(texts);
});

test('who subscribes in the same read gets what follows, who unsubscribes what came before', async () => {
  const t = await testBroker();
  const [first] = await subscribers(t, 'a');
  const publisher = await t.connect();
  const asked = { filter: 'a', qos: 0, noLocal: false, retainAsPublished: false, retainHandling: 0 } as const;
  await inOneRead(
    publisher,
    publishBytes('a', '1'),
    packetBytes({ type: 'subscribe', packetId: 1, subscriptions: [asked], properties: undefined }),
    publishBytes('a', '2'),
    packetBytes({ type: 'unsubscribe', packetId: 2, filters: ['a'], properties: undefined }),
    publishBytes('a', '3'),
  );
  expect(publisher.inbox.map((packet) => ('text' in packet ? packet.text : packet.type))).toEqual([
    'suback',
    '2',
    'unsuback',
  ]);
  expect(textsOf(first!)).toEqual(['1', '2', '3']);
});

test('a client that the program throws out during a read got what came before', async () => {
  const t = await testBroker();
  const [first, second] = await subscribers(t, 'a', MANY + 1);
  const publisher = await t.connect();
  t.broker.on('published', ({ message }) => {
    if (message.payload.toString() === '2') t.broker.disconnectClient('s0', true);
  });
  await inOneRead(publisher, publishBytes('a', '1'), publishBytes('a', '2'), publishBytes('a', '3'));
  expect(textsOf(first!)).toEqual(['1']);
  expect(textsOf(second!)).toEqual(['1', '2', '3']);
});

test('a session that the program ends during a read gets nothing afterwards', async () => {
  const t = await testBroker({ broker: { queueQos0: true } });
  const away = await t.connect({ clientId: 'away', connect: lasting(5) });
  await away.subscribe('a');
  await away.drop();
  const [first] = await subscribers(t, 'a');
  t.broker.on('published', ({ message }) => {
    if (message.payload.toString() === '2') t.broker.disconnectClient('away', true);
  });
  const publisher = await t.connect();
  await inOneRead(publisher, publishBytes('a', '1'), publishBytes('a', '2'), publishBytes('a', '3'));
  expect(t.broker.gauges.queuedBytes).toBe(0);
  expect(textsOf(first!)).toEqual(['1', '2', '3']);
});

test('the answer to a packet comes behind what its client published to itself before', async () => {
  const t = await testBroker();
  await subscribers(t, 'a');
  const publisher = await t.connect();
  await publisher.subscribe('a');
  await inOneRead(publisher, publishBytes('a', '1'), packetBytes({ type: 'pingreq' }), publishBytes('a', '2'));
  expect(publisher.inbox.map((packet) => ('text' in packet ? packet.text : packet.type))).toEqual([
    '1',
    'pingresp',
    '2',
  ]);
});

test('a will comes behind what its client published in the read that ended it', async () => {
  const t = await testBroker();
  const receivers = await subscribers(t, 'a');
  const will = { topic: 'a', payload: Buffer.from('will'), qos: 0, retain: false, properties: undefined } as const;
  const publisher = await t.connect({ connect: { will } });
  await publisher.subscribe('a');
  await inOneRead(publisher, publishBytes('a', '1'), publishBytes('a', '2'), Buffer.from([0xf1, 0]));
  for (const receiver of receivers) expect(textsOf(receiver)).toEqual(['1', '2', 'will']);
  expect(publisher.inbox.map((packet) => ('text' in packet ? packet.text : packet.type))).toEqual([
    '1',
    '2',
    'disconnect',
  ]);
});

test('what the program answers to a message comes behind it', async () => {
  const t = await testBroker();
  const receivers = await subscribers(t, 'a');
  t.broker.subscribe('a', (message) => {
    if (message.payload.toString() === '2') void t.broker.publish({ topic: 'a', payload: 'answer' });
  });
  const publisher = await t.connect();
  await inOneRead(publisher, publishBytes('a', '1'), publishBytes('a', '2'), publishBytes('a', '3'));
  for (const receiver of receivers) expect(textsOf(receiver)).toEqual(['1', '2', 'answer', '3']);
});

test('a message whose permission has to be waited for follows those that were gathered before it', async () => {
  let allow: (permission: Permission) => void = () => {};
  const later = new Promise<Permission>((resolve) => {
    allow = resolve;
  });
  const authorize: Authorizer['authorize'] = (_client, { action, qos }) =>
    action === 'publish' && qos === 1 ? later : 'allow';
  const t = await testBroker({ access: { authorizers: [{ name: 'slow', authorize }] } });
  const receivers = await subscribers(t, 'a');
  const publisher = await t.connect();
  await inOneRead(publisher, publishBytes('a', '1'), publishBytes('a', '2', 1), publishBytes('a', '3'));
  for (const receiver of receivers) expect(textsOf(receiver)).toEqual(['1']);
  allow('allow');
  await t.run();
  for (const receiver of receivers) expect(textsOf(receiver)).toEqual(['2', '3']);
});

test('[MQTT-3.8.3-3] the own messages of a publisher among many receivers stay with the others', async () => {
  const t = await testBroker();
  const receivers = await subscribers(t, 'a');
  const publisher = await t.connect();
  await publisher.subscribe('a', { noLocal: true });
  await inOneRead(publisher, publishBytes('a', '1'), publishBytes('a', '2'));
  for (const receiver of receivers) expect(textsOf(receiver)).toEqual(['1', '2']);
  expect(textsOf(publisher)).toEqual([]);
});

test('one of many that does not read loses what is too much for it, and nobody else does', async () => {
  const t = await testBroker({ broker: { writeBufferBytesMax: 5000 } });
  const [slow, ...others] = await subscribers(t, 'a');
  slow!.pair.server.blocked = true;
  const publisher = await t.connect();
  const text = 'x'.repeat(1000);
  const four = Array.from({ length: 4 }, () => publishBytes('a', text));
  await inOneRead(publisher, ...four);
  await inOneRead(publisher, ...four);
  for (const other of others) expect(textsOf(other)).toHaveLength(8);
  slow!.pair.server.unblock();
  await t.run();
  expect(textsOf(slow!)).toHaveLength(5);
  expect(t.broker.counters.dropped.get('slow_client')).toBe(3);
});
