import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';

for (const version of [3, 4, 5] as const) {
  test(`v${version} [MQTT-4.8.2-1] [MQTT-4.8.2-2] everything behind the share name is the filter, and share names are distinct`, async () => {
    const t = await testBroker();
    const [one, two, other] = [
      await t.connect({ version }),
      await t.connect({ version }),
      await t.connect({ version }),
    ];
    await one.subscribe('$share/g/a/+/c');
    await two.subscribe('$share/g/a/+/c');
    await other.subscribe('$share/G//a');
    for (const topic of ['a/b/c', 'a/x/c', '/a', 'g/a/b/c', '$share/g/a/b/c']) await one.publish(topic, 'x');
    expect(one.takePublishes().length + two.takePublishes().length).toBe(2);
    expect(other.takePublishes().map(({ topic }) => topic)).toEqual(['/a']);
  });

  test(`v${version} $queue/ is one group for all who use it, apart from every $share group`, async () => {
    const t = await testBroker();
    const [one, two, shared] = [
      await t.connect({ version }),
      await t.connect({ version }),
      await t.connect({ version }),
    ];
    await one.subscribe('$queue/a');
    await two.subscribe('$queue/a');
    await shared.subscribe('$share/queue/a');
    for (let i = 0; i < 4; i++) await one.publish('a', 'x');
    expect([one, two, shared].map((client) => client.takePublishes().length)).toEqual([2, 2, 4]);
    expect(await one.unsubscribe('$queue/a')).toBeDefined();
    await one.publish('a', 'x');
    expect([one, two].map((client) => client.takePublishes().length)).toEqual([0, 1]);
  });

  test(`v${version} a shared subscription gets no retained messages`, async () => {
    const t = await testBroker();
    const client = await t.connect({ version });
    await client.publish('a', 'kept', { retain: true });
    await client.subscribe('$share/g/a');
    await client.subscribe('$queue/a');
    expect(client.takePublishes()).toEqual([]);
  });
}

test('[MQTT-4.8.2-3] the QoS is that of the chosen member', async () => {
  const t = await testBroker({ broker: { sharedStrategy: 'round_robin' } });
  const clients = [await t.connect(), await t.connect(), await t.connect()];
  for (const [qos, client] of clients.entries()) await client.subscribe('$share/g/a', { qos: qos as 0 | 1 | 2 });
  for (let i = 0; i < 3; i++) await t.broker.publish({ topic: 'a', payload: 'x', qos: 2 });
  await t.run();
  expect(clients.map((client) => client.takePublishes().map(({ qos }) => qos))).toEqual([[0], [1], [2]]);
});

test('each member has its own identifier and Retain As Published', async () => {
  const t = await testBroker({ broker: { sharedStrategy: 'round_robin' } });
  const [one, two] = [await t.connect(), await t.connect()];
  await one.subscribe('$share/g/a', { identifier: 1, retainAsPublished: true });
  await two.subscribe('$share/g/a', { identifier: 2 });
  for (let i = 0; i < 2; i++) await t.broker.publish({ topic: 'a', payload: 'x', retain: true });
  await t.run();
  expect(one.takePublishes()).toMatchObject([{ retain: true, properties: { subscriptionIdentifiers: [1] } }]);
  expect(two.takePublishes()).toMatchObject([{ retain: false, properties: { subscriptionIdentifiers: [2] } }]);
});

test('a filter in a share matches $ topics only where it names them', async () => {
  const t = await testBroker();
  const [all, named] = [await t.connect(), await t.connect()];
  await all.subscribe('$share/g/#');
  await named.subscribe('$share/g/$x/#');
  await all.publish('$x/a', 'x');
  expect(all.takePublishes()).toEqual([]);
  expect(named.takePublishes()).toHaveLength(1);
});

test('where they are switched off they are refused, and CONNACK says so', async () => {
  const t = await testBroker({ broker: { sharedSubscriptionAvailable: false } });
  const client = t.client();
  expect((await client.connect())?.properties?.sharedSubscriptionAvailable).toBe(false);
  expect((await client.subscribe('$share/g/a'))?.reasonCodes).toEqual([0x9e]);
  expect((await client.subscribe('$queue/a'))?.reasonCodes).toEqual([0x9e]);
});
