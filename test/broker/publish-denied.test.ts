import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';
import { outcome } from './outcome.ts';

const authorize = (_client: unknown, { topic, action }: { topic: string; action: string }) =>
  (action === 'publish' && topic.startsWith('no') ? 'deny' : 'ignore') as 'deny' | 'ignore';
const access = { authorizers: [{ name: 'no', authorize }] };

for (const version of [3, 4, 5] as const) {
  test(`v${version} [MQTT-3.3.5-2@3.1.1] [MQTT-3.4.2-1] [MQTT-3.5.2-1] a denied publish is acknowledged, with 0x87 in MQTT 5, and goes nowhere`, async () => {
    const t = await testBroker({ access });
    const [client, watcher] = [await t.connect({ version }), await t.connect()];
    await watcher.subscribe('#', { qos: 2 });
    const code = version === 5 ? 0x87 : 0;
    for (const [qos, packetId] of [
      [0, 0],
      [1, 5],
      [2, 6],
    ] as const) {
      await client.publish('no/way', 'x', { qos, packetId, retain: true });
    }
    expect(client.inbox.splice(0)).toMatchObject([
      { type: 'puback', packetId: 5, reasonCode: code },
      { type: 'pubrec', packetId: 6, reasonCode: code },
    ]);
    await client.ack('pubrel', 6);
    expect(client.take('pubcomp')).toMatchObject({ packetId: 6, reasonCode: version === 5 ? 0x92 : 0 });
    expect(watcher.takePublishes()).toEqual([]);
    expect(t.broker.gauges.retainedMessages).toBe(0);
    expect(t.broker.counters.dropped.get('not_authorized')).toBe(3);
    expect(outcome(client)).toBe('open');
  });

  test(`v${version} [MQTT-3.3.5-2@3.1.1] where it is configured so, a denied publish ends the connection with 0x87`, async () => {
    const t = await testBroker({ access, broker: { unauthorizedPublish: 'disconnect' } });
    for (const qos of [0, 1, 2] as const) {
      const client = await t.connect({ version });
      await client.publish('no/way', 'x', { qos });
      expect(outcome(client)).toBe(version === 5 ? 0x87 : 'closed');
      expect(client.inbox.filter(({ type }) => type !== 'disconnect')).toEqual([]);
    }
  });

  test(`v${version} nobody publishes to $SYS/, $share/ and $queue/`, async () => {
    const t = await testBroker();
    const [client, watcher] = [await t.connect({ version }), await t.connect()];
    for (const filter of ['$SYS/#', '$share/+/+']) await watcher.subscribe(filter);
    for (const topic of ['$SYS/broker/uptime', '$share/g/a', '$queue/a']) {
      await client.publish(topic, 'forged', { qos: 1 });
      expect(client.take('puback')?.reasonCode).toBe(version === 5 ? 0x87 : 0);
    }
    await client.publish('$else/a', 'x', { qos: 1 });
    expect(client.take('puback')?.reasonCode).toBe(version === 5 ? 0x10 : 0);
    expect(watcher.takePublishes().filter(({ text }) => text === 'forged')).toEqual([]);
  });
}

test('a denied publish is told to the program', async () => {
  const t = await testBroker({ access });
  const told: string[] = [];
  t.broker.on('dropped', ({ message, clientId, reason }) => {
    told.push(`${clientId} ${reason} ${message.topic}`);
  });
  const client = await t.connect({ clientId: 'c' });
  await client.publish('no/way');
  expect(told).toEqual(['c not_authorized no/way']);
});

for (const version of [3, 4] as const) {
  test(`v${version} [MQTT-4.3.3-10] a denied QoS 2 message stays denied when it is repeated before PUBREL`, async () => {
    let allowed = false;
    const gate = { name: 'gate', authorize: () => (allowed ? 'allow' : 'deny') as 'allow' | 'deny' };
    const t = await testBroker({ access: { authorizers: [gate] } });
    const client = await t.connect({ version });
    const arrived: string[] = [];
    t.broker.subscribe('#', ({ topic }) => {
      arrived.push(topic);
    });
    await client.publish('a', 'x', { qos: 2, packetId: 4 });
    allowed = true;
    await client.publish('a', 'x', { qos: 2, packetId: 4, dup: true });
    expect(client.inbox).toMatchObject(Array(2).fill({ type: 'pubrec', packetId: 4 }));
    expect(arrived).toEqual([]);
  });
}
