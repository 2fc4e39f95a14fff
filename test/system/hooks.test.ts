/** What the program that embeds the broker decides: logins, permissions, and messages, at once or later. */

import { expect, test } from 'vitest';
import { type CreateBrokerOptions, Message } from '../../src/index.ts';
import { connectedJs, type JsClient, jsClient } from '../clients/mqttjs.ts';
import { serve } from '../clients/serving.ts';
import { until } from '../listeners/listening.ts';

const mqtt5 = { protocolVersion: 5 } as const;
const later = async <T>(value: T): Promise<T> => {
  await new Promise((resolve) => setTimeout(resolve, 5));
  return value;
};
const mistake = (): never => {
  throw new TypeError('mistake of the program');
};

/** Reason code of the refusal, or 0 when the client was let in. */
async function connackOf(client: JsClient): Promise<number> {
  await until(() => client.errors.length > 0 || client.sessionsPresent.length > 0, 'an answer');
  return (client.errors[0] as { code?: number } | undefined)?.code ?? 0;
}

const logins: [string, NonNullable<CreateBrokerOptions['authenticate']>, number][] = [
  ['true lets in', () => true, 0],
  ['false refuses', () => false, 0x86],
  ['a promise of true lets in', () => later(true), 0],
  ['a promise of false refuses', () => later(false), 0x86],
  ['undefined leaves it to the anonymous rule', () => undefined, 0x86],
  ['a verdict tells its own reason code', () => ({ outcome: 'deny', reasonCode: 0x8a }), 0x8a],
  ['a throw refuses', mistake, 0x88],
  ['a promise that fails refuses', () => later(0).then(mistake), 0x88],
];

test.each(logins)('authenticate: %s', async (_title, authenticate, expected) => {
  const { urlOf } = await serve({ authenticate, listen: { allowAnonymous: false } });
  expect(await connackOf(jsClient(urlOf('tcp'), { ...mqtt5, username: 'u', password: 'p' }))).toBe(expected);
});

test('authenticate sees who asks, and can give another name and more rights', async () => {
  const seen: unknown[] = [];
  const names: unknown[] = [];
  const { broker, urlOf } = await serve({
    authenticate: ({ clientId, username, password, version, peer }) => {
      seen.push(clientId, username, password?.toString(), version, peer.address, peer.transport);
      return { outcome: 'allow', username: 'renamed', superuser: true };
    },
    authorize: () => false,
  });
  broker.on('connected', ({ client }) => names.push(client.username));
  const { client } = await connectedJs(urlOf('tcp'), { ...mqtt5, clientId: 'c', username: 'u', password: 'p' });
  expect(seen).toEqual(['c', 'u', 'p', 5, '127.0.0.1', 'tcp']);
  expect(names).toEqual(['renamed']);
  // A superuser is not asked about topics.
  await client.publishAsync('anything', 'x', { qos: 1 });
});

test('with an authenticator nobody is anonymous unless it is said', async () => {
  const { urlOf } = await serve({ authenticate: () => undefined });
  expect(await connackOf(jsClient(urlOf('tcp'), mqtt5))).toBe(0x86);
});

const permissions: [string, NonNullable<CreateBrokerOptions['authorize']>, boolean][] = [
  ['true allows', () => true, true],
  ['false denies', () => false, false],
  ['a promise of true allows', () => later(true), true],
  ['a promise of false denies', () => later(false), false],
  ['undefined leaves it to the default, which allows', () => undefined, true],
  ['a throw denies', mistake, false],
  ['a promise that fails denies', () => later(0).then(mistake), false],
];

test.each(permissions)(
  'authorize: %s, for publish and subscribe, and the client stays',
  async (_title, authorize, allowed) => {
    const { broker, urlOf } = await serve({ authorize });
    const { client } = await connectedJs(urlOf('tcp'), mqtt5);
    for (const qos of [1, 2] as const) {
      const published = client.publishAsync('topic', 'x', { qos });
      if (allowed) await published;
      else await expect(published).rejects.toMatchObject({ code: 0x87 });
    }
    const subscribed = client.subscribeAsync('filter/#');
    if (allowed) await subscribed;
    else await expect(subscribed).rejects.toMatchObject({ packet: { granted: [0x87] } });
    expect(client.connected).toBe(true);
    expect(broker.gauges.subscriptions).toBe(allowed ? 1 : 0);
  },
);

test('authorize is asked what is to be done', async () => {
  const asked: unknown[] = [];
  const { urlOf } = await serve({
    authorize: ({ clientId }, request) => {
      asked.push([clientId, request]);
      return true;
    },
  });
  const { client } = await connectedJs(urlOf('tcp'), { ...mqtt5, clientId: 'c' });
  await client.subscribeAsync('$share/group/a/+', { qos: 1 });
  await client.publishAsync('a/b', 'x', { qos: 2, retain: true });
  expect(asked).toEqual([
    ['c', { action: 'subscribe', topic: 'a/+', qos: 1, retain: false }],
    ['c', { action: 'publish', topic: 'a/b', qos: 2, retain: true }],
  ]);
});

type Filter = NonNullable<CreateBrokerOptions['onPublish']>;

const shout = (message: Message): Message =>
  Message.of(message.topic, Buffer.from(message.payload.toString().toUpperCase()), message.qos, message.retain);

/** Reason code that the publisher gets, and what the subscriber gets. */
const filters: [string, Filter, number, string[]][] = [
  ['the same message goes on', (message) => message, 0, ['hello']],
  ['another message takes its place', shout, 0, ['HELLO']],
  ['a promise of another message', (message) => later(shout(message)), 0, ['HELLO']],
  ['a reason code refuses', () => 0x99, 0x99, []],
  ['a promise of a reason code refuses', () => later(0x97), 0x97, []],
  ['a reason code that PUBACK does not know becomes 0x83', () => 0x9c, 0x83, []],
  [
    'a message that cannot be published refuses with 0x83',
    () => Message.of('a/#', Buffer.from('x'), 0, false),
    0x83,
    [],
  ],
  ['a throw refuses with 0x83', mistake, 0x83, []],
  ['a promise that fails refuses with 0x83', () => later(0).then(mistake), 0x83, []],
];

test.each(filters)('onPublish: %s', async (_title, hook, code, delivered) => {
  // The last message tells that nothing else is to come.
  const onPublish: Filter = (message, client, isWill) =>
    message.topic === 'end' ? message : hook(message, client, isWill);
  const { urlOf } = await serve({ onPublish });
  const receiver = await connectedJs(urlOf('tcp'), mqtt5);
  await receiver.client.subscribeAsync(['topic', 'end'], { qos: 2 });
  const { client } = await connectedJs(urlOf('tcp'), mqtt5);
  for (const qos of [0, 1, 2] as const) {
    const published = client.publishAsync('topic', 'hello', { qos });
    if (code === 0 || qos === 0) await published;
    else await expect(published).rejects.toMatchObject({ code });
  }
  await client.publishAsync('end', 'end', { qos: 2 });
  await until(() => receiver.payloads.includes('end'), 'the end');
  expect(receiver.payloads).toEqual([...delivered, ...delivered, ...delivered, 'end']);
  expect(client.connected).toBe(true);
});

test('onPublish may change the message itself, and the client is answered at the QoS that it used', async () => {
  const { urlOf } = await serve({
    onPublish: (message) => {
      if (message.topic === 'before') {
        message.topic = 'after';
        message.qos = 1;
        message.properties = { contentType: 'text/plain' };
      }
      return message;
    },
  });
  const receiver = await connectedJs(urlOf('tcp'), mqtt5);
  await receiver.client.subscribeAsync('#', { qos: 2 });
  const { client } = await connectedJs(urlOf('tcp'), mqtt5);
  for (const qos of [0, 1, 2] as const) await client.publishAsync('before', 'x', { qos });
  await receiver.received(3);
  expect(receiver.messages.map(({ topic, packet }) => [topic, packet.qos, packet.properties?.contentType])).toEqual(
    Array(3).fill(['after', 1, 'text/plain']),
  );
});

test('[MQTT-3.8.3-3] a message that onPublish replaced is still the client’s own', async () => {
  const { urlOf } = await serve({ onPublish: shout });
  const { client, messages } = await connectedJs(urlOf('tcp'), mqtt5);
  await client.subscribeAsync('own', { qos: 0, nl: true });
  await client.subscribeAsync('end');
  await client.publishAsync('own', 'mine', { qos: 1 });
  await client.publishAsync('end', 'end', { qos: 1 });
  await until(() => messages.length > 0, 'the end');
  expect(messages.map(({ payload }) => payload)).toEqual(['END']);
});

test('onPublish sees wills, and can change or refuse them', async () => {
  const { broker, urlOf } = await serve({
    onPublish: (message) => (message.topic === 'refused' ? 0x87 : shout(message)),
  });
  const received: string[] = [];
  broker.subscribe('#', ({ topic, payload }) => received.push(`${topic} ${payload}`));
  for (const topic of ['refused', 'wanted']) {
    const dying = await connectedJs(urlOf('tcp'), {
      will: { topic, payload: Buffer.from('bye'), qos: 0, retain: false },
    });
    dying.drop();
  }
  await until(() => received.length > 0, 'the will');
  expect(received).toEqual(['wanted BYE']);
});

test('onPublish keeps the order of a client’s messages, however long each takes', async () => {
  const { urlOf } = await serve({
    onPublish: async (message) => {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 4));
      return message;
    },
  });
  const receiver = await connectedJs(urlOf('tcp'));
  await receiver.client.subscribeAsync('order', { qos: 1 });
  const { client } = await connectedJs(urlOf('tcp'));
  const numbers = Array.from({ length: 100 }, (_, index) => String(index));
  await Promise.all(numbers.map((number) => client.publishAsync('order', number, { qos: 1 })));
  await receiver.received(100);
  expect(receiver.payloads).toEqual(numbers);
});

test('onPublish sees messages of the program itself, without a client', async () => {
  const publishers: (string | undefined)[] = [];
  const { broker, urlOf } = await serve({
    onPublish: (message, client) => {
      publishers.push(client?.clientId);
      return message.topic === 'refused' ? 0x87 : message;
    },
  });
  expect(await broker.publish({ topic: 'refused', payload: 'x' })).toBe(0);
  const { client } = await connectedJs(urlOf('tcp'), { clientId: 'c' });
  await client.publishAsync('a', 'x', { qos: 1 });
  expect(publishers).toEqual([undefined, 'c']);
});
