import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';
import { outcome } from './outcome.ts';

const connect = (maximumPacketSize: number) => ({ properties: { maximumPacketSize } });

test('[MQTT-3.1.2-24] a client that cannot take the CONNACK it would need is told 0x95 and closed', async () => {
  const t = await testBroker();
  const client = t.client();
  expect((await client.connect(connect(6)))?.reasonCode).toBe(0x95);
  expect(client.isClosed).toBe(true);
  expect(client.inbox).toEqual([]);
  expect(t.broker.gauges).toMatchObject({ connections: 0, sessions: 0 });
  expect(t.broker.counters.connectionsAccepted).toBe(0);
});

test('[MQTT-3.1.2-24] where not even a refusal fits, the connection is closed without a word', async () => {
  const t = await testBroker();
  const client = t.client();
  await client.send(client.connectPacket(connect(4)));
  expect(client.isClosed).toBe(true);
  expect(client.inbox).toEqual([]);
});

test('[MQTT-3.1.2-24] a client that cannot take its SUBACK is told 0x95 instead of waiting for ever', async () => {
  const t = await testBroker();
  const client = await t.connect({ connect: connect(30) });
  const options = { qos: 0, noLocal: false, retainAsPublished: false, retainHandling: 0 } as const;
  const subscriptions = Array.from({ length: 40 }, (_, i) => ({ filter: `a/${i}`, ...options }));
  await client.send({ type: 'subscribe', packetId: 1, subscriptions, properties: undefined });
  expect(outcome(client)).toBe(0x95);
});
