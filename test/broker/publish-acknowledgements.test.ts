import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';

for (const version of [3, 4, 5] as const) {
  test(`v${version} [MQTT-3.3.4-1] QoS 0 is not acknowledged`, async () => {
    const t = await testBroker();
    const client = await t.connect({ version });
    await client.publish('a', 'x');
    expect(client.inbox).toEqual([]);
    expect(client.isClosed).toBe(false);
  });

  test(`v${version} [MQTT-3.3.4-1] [MQTT-4.3.2-4] QoS 1 is answered by PUBACK with the same identifier`, async () => {
    const t = await testBroker();
    const client = await t.connect({ version });
    for (const packetId of [1, 65_535, 77]) {
      await client.publish('a', 'x', { qos: 1, packetId });
      expect(client.inbox.splice(0)).toMatchObject([{ type: 'puback', packetId }]);
    }
  });

  test(`v${version} [MQTT-3.3.4-1] [MQTT-4.3.3-8] QoS 2 is answered by PUBREC with the same identifier`, async () => {
    const t = await testBroker();
    const client = await t.connect({ version });
    await client.publish('a', 'x', { qos: 2, packetId: 65_535 });
    expect(client.inbox.splice(0)).toMatchObject([{ type: 'pubrec', packetId: 65_535 }]);
  });

  test(`v${version} [MQTT-4.3.3-11] PUBREL is answered by PUBCOMP with the same identifier`, async () => {
    const t = await testBroker();
    const client = await t.connect({ version });
    await client.publish('a', 'x', { qos: 2, packetId: 300 });
    client.take('pubrec');
    await client.ack('pubrel', 300);
    expect(client.inbox.splice(0)).toMatchObject([{ type: 'pubcomp', packetId: 300, reasonCode: 0 }]);
  });
}

test('[MQTT-3.4.2-1] [MQTT-3.5.2-1] a message that nobody receives is acknowledged with 0x10 to MQTT 5 clients', async () => {
  const t = await testBroker();
  const client = await t.connect();
  await client.publish('a', 'x', { qos: 1, packetId: 1 });
  await client.publish('a', 'x', { qos: 2, packetId: 2 });
  expect(client.take('puback')?.reasonCode).toBe(0x10);
  expect(client.take('pubrec')?.reasonCode).toBe(0x10);
  expect(t.broker.counters.dropped.get('no_subscriber')).toBe(2);
});

test('[MQTT-3.6.2-1] [MQTT-3.7.2-1] an identifier that nobody knows is answered with 0x92', async () => {
  const t = await testBroker();
  const client = await t.connect();
  await client.ack('pubrel', 5);
  expect(client.take('pubcomp')).toMatchObject({ packetId: 5, reasonCode: 0x92 });
  await client.ack('pubrec', 6);
  expect(client.take('pubrel')).toMatchObject({ packetId: 6, reasonCode: 0x92 });
  await client.ack('puback', 7);
  await client.ack('pubcomp', 8);
  expect(client.isClosed).toBe(false);
});

for (const version of [3, 4] as const) {
  test(`v${version} PUBREL and PUBREC for an identifier that nobody knows complete the exchange`, async () => {
    const t = await testBroker();
    const client = await t.connect({ version });
    await client.ack('pubrel', 5);
    expect(client.take('pubcomp')?.packetId).toBe(5);
    await client.ack('pubrec', 6);
    expect(client.take('pubrel')?.packetId).toBe(6);
  });
}
