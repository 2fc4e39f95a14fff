import { expect, test } from 'vitest';
import type { UserProperty } from '../../src/packet/types.ts';
import { testBroker } from '../../src/testing/index.ts';
import { outcome } from './outcome.ts';

const pairs = (count: number): UserProperty[] => Array.from({ length: count }, (_, i) => ['name', `${i}`]);

test('user properties above the limit end the connection with 0x97 and are counted', async () => {
  const t = await testBroker({ limits: { userPropertiesMax: 3 } });
  for (const [count, result] of [
    [3, 'open'],
    [4, 0x97],
  ] as const) {
    const client = await t.connect();
    await client.publish('a', 'x', { properties: { userProperties: pairs(count) } });
    expect(outcome(client)).toBe(result);
  }
  expect(t.broker.counters.limitsHit.get('user_properties')).toBe(1);
});

test('user properties of SUBSCRIBE and DISCONNECT count as well', async () => {
  const t = await testBroker({ limits: { userPropertiesMax: 3 } });
  const properties = { userProperties: pairs(4) };
  const subscriber = await t.connect();
  const options = { qos: 0, noLocal: false, retainAsPublished: false, retainHandling: 0 } as const;
  await subscriber.send({ type: 'subscribe', packetId: 1, subscriptions: [{ filter: 'a', ...options }], properties });
  const leaver = await t.connect();
  await leaver.disconnect(0, properties);
  expect([subscriber, leaver].map(outcome)).toEqual([0x97, 0x97]);
  expect(t.broker.counters.limitsHit.get('user_properties')).toBe(2);
});

for (const version of [3, 4, 5] as const) {
  test(`v${version} filters of one SUBSCRIBE or UNSUBSCRIBE above the limit end the connection with 0x97 and are counted`, async () => {
    const t = await testBroker({ limits: { filtersMax: 3 } });
    const filters = ['a', 'b', 'c', 'd'];
    const [one, other] = [await t.connect({ version }), await t.connect({ version })];
    await one.unsubscribe(...filters.slice(1));
    expect(outcome(one)).toBe('open');
    await one.unsubscribe(...filters);
    const options = { qos: 0, noLocal: false, retainAsPublished: false, retainHandling: 0 } as const;
    const subscriptions = filters.map((filter) => ({ filter, ...options }));
    await other.send({ type: 'subscribe', packetId: 1, subscriptions, properties: undefined });
    for (const client of [one, other]) expect(outcome(client)).toBe(version === 5 ? 0x97 : 'closed');
    expect(t.broker.counters.limitsHit.get('filters')).toBe(2);
  });

  test(`v${version} [MQTT-3.2.2-15] a packet above the limit ends the connection with 0x95 as soon as its header is there`, async () => {
    const t = await testBroker({ broker: { packetBytesMax: 200 } });
    const client = await t.connect({ version });
    await client.publish('a', 'x'.repeat(200 - 3 - 3 - (version === 5 ? 1 : 0)));
    expect(outcome(client)).toBe('open');
    await client.sendBytes('30 c6 01');
    expect(outcome(client)).toBe(version === 5 ? 0x95 : 'closed');
    expect(t.broker.counters.limitsHit.get('packet_bytes')).toBe(1);
  });
}
