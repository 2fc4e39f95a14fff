/** Programs around the broker that end clients, throw and fail inside their event listeners: nothing may stay behind. */

import { expect, test } from 'vitest';
import { type Log, silentLog } from '../../src/ports/log.ts';
import { type TestBroker, testBroker } from '../../src/testing/index.ts';

async function brokerWithErrors(): Promise<{ t: TestBroker; errors: string[] }> {
  const errors: string[] = [];
  const log: Log = { ...silentLog, error: (message) => errors.push(message) };
  return { t: await testBroker({ log }), errors };
}

test('a client that is ended inside connected leaves no session and receives nothing', async () => {
  const { t, errors } = await brokerWithErrors();
  t.broker.on('connected', ({ client }) => {
    t.broker.disconnectClient(client.clientId, true);
  });
  const client = t.client();
  await client.connect();
  expect(client.isClosed).toBe(true);
  expect(t.broker.gauges).toMatchObject({ connections: 0, sessions: 0, subscriptions: 0 });
  expect(errors).toEqual([]);
});

test('a lasting session whose client is ended inside connected is away: its messages wait', async () => {
  const { t } = await brokerWithErrors();
  const connect = { cleanStart: false, properties: { sessionExpiryInterval: 3600 } };
  const client = await t.connect({ clientId: 'pump', connect });
  await client.subscribe('a', { qos: 1 });
  await client.drop();
  const stop = t.broker.on('connected', ({ client: { clientId } }) => {
    t.broker.disconnectClient(clientId);
  });
  await t.client({ clientId: 'pump' }).connect(connect);
  stop();
  await t.broker.publish({ topic: 'a', payload: 'x', qos: 1 });
  const back = await t.connect({ clientId: 'pump', connect });
  expect(back.takePublishes()).toMatchObject([{ text: 'x', dup: false }]);
});

for (const event of ['subscribed', 'unsubscribed', 'published', 'dropped'] as const) {
  test(`a client that is ended inside ${event} leaves no session and no subscription`, async () => {
    const { t, errors } = await brokerWithErrors();
    const client = await t.connect({ clientId: 'pump' });
    if (event === 'unsubscribed') await client.subscribe('a');
    t.broker.on(event, () => {
      t.broker.disconnectClient('pump', true);
    });
    const subscriptions = ['a', 'b', '$share/g/c'].map((filter) => ({
      filter,
      qos: 1 as const,
      noLocal: false,
      retainAsPublished: false,
      retainHandling: 0 as const,
    }));
    if (event === 'subscribed') {
      await client.send({ type: 'subscribe', packetId: 1, subscriptions, properties: undefined });
    } else if (event === 'unsubscribed') {
      await client.unsubscribe('a', 'b');
    } else {
      const away = await t.connect({ clientId: 'away' });
      await away.subscribe('a');
      if (event === 'dropped') away.pair.server.blocked = true;
      for (let i = 0; i < 3; i++)
        await client.publish('a', Buffer.alloc(event === 'dropped' ? 800_000 : 1), { qos: 1 });
      await away.drop();
    }
    await t.run();
    expect(t.broker.gauges).toMatchObject({ sessions: 0, subscriptions: 0, connections: 0 });
    expect(errors).toEqual([]);
  });
}

test('listeners and subscribers in process that throw or fail later are logged and disturb nobody', async () => {
  const { t, errors } = await brokerWithErrors();
  t.broker.on('published', () => {
    throw new TypeError('at once');
  });
  t.broker.on('published', async () => {
    throw new TypeError('later');
  });
  t.broker.subscribe('#', () => {
    throw new TypeError('at once');
  });
  t.broker.subscribe('#', async () => {
    throw new TypeError('later');
  });
  const client = await t.connect();
  await client.subscribe('a');
  await client.publish('a', 'x', { qos: 1 });
  expect(client.take('puback')?.reasonCode).toBe(0);
  expect(client.takePublishes()).toHaveLength(1);
  expect(errors.toSorted()).toEqual([
    'A subscriber in process failed',
    'A subscriber in process failed',
    'An event listener failed',
    'An event listener failed',
  ]);
});
