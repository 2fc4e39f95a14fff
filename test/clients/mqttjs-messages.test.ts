/** MQTT.js over each transport in each version: subscribe, publish, retained messages, big payloads, unsubscribe. */

import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { until } from '../listeners/listening.ts';
import { connectedJs, jsClient, protocols } from './mqttjs.ts';
import { serve, type Transport } from './serving.ts';

const transports: readonly Transport[] = ['tcp', 'tls', 'ws', 'wss'];

for (const transport of transports) {
  describe(`MQTT.js over ${transport}`, () => {
    for (const { name, options } of protocols) {
      test(`publishes and receives every QoS with ${name}`, async () => {
        const { ca, urlOf } = await serve({ transports: [transport] });
        const trusting = { ...options, ...(ca !== undefined && { ca: ca.pem }) };
        const receiver = await connectedJs(urlOf(transport), trusting);
        const sender = await connectedJs(urlOf(transport), trusting);
        const granted = await receiver.client.subscribeAsync('a/+', { qos: 2 });
        expect(granted).toMatchObject([{ topic: 'a/+', qos: 2 }]);
        for (const qos of [0, 1, 2] as const) await sender.client.publishAsync('a/b', `QoS ${qos}`, { qos });
        await receiver.received(3);
        expect(receiver.messages.map(({ payload, packet }) => [payload, packet.qos, packet.dup])).toEqual([
          ['QoS 0', 0, false],
          ['QoS 1', 1, false],
          ['QoS 2', 2, false],
        ]);
        await receiver.client.unsubscribeAsync('a/+');
        await sender.client.publishAsync('a/b', 'too late', { qos: 1 });
        await receiver.client.subscribeAsync('end');
        await sender.client.publishAsync('end', 'end', { qos: 1 });
        expect((await receiver.received(4)).at(-1)).toMatchObject({ topic: 'end' });
      });
    }

    test('carries 500 kB in both directions', async () => {
      const { ca, urlOf } = await serve({ transports: [transport] });
      const { client, messages } = await connectedJs(urlOf(transport), ca === undefined ? {} : { ca: ca.pem });
      const payload = randomBytes(500_000);
      await client.subscribeAsync('big', { qos: 1 });
      await client.publishAsync('big', payload, { qos: 1 });
      await until(() => messages.length > 0, 'the payload comes back', 10_000);
      expect((messages[0]!.packet.payload as Buffer).equals(payload)).toBe(true);
    });

    test('keeps a thousand messages in order', async () => {
      const { ca, urlOf } = await serve({ transports: [transport] });
      const options = ca === undefined ? {} : { ca: ca.pem };
      const receiver = await connectedJs(urlOf(transport), options);
      const sender = await connectedJs(urlOf(transport), options);
      await receiver.client.subscribeAsync('order', { qos: 2 });
      const wanted = Array.from({ length: 1000 }, (_, index) => String(index));
      await Promise.all(
        wanted.map((text, index) => sender.client.publishAsync('order', text, { qos: index % 2 ? 1 : 2 })),
      );
      await receiver.received(1000);
      // MQTT promises the order among the messages of one QoS.
      for (const odd of [0, 1]) {
        expect(receiver.payloads.filter((text) => Number(text) % 2 === odd)).toEqual(
          wanted.filter((text) => Number(text) % 2 === odd),
        );
      }
    });
  });
}

describe('TLS and MQTT.js', () => {
  test.each(['tls', 'wss'] as const)('%s needs no certificate with rejectUnauthorized: false', async (transport) => {
    const { urlOf } = await serve({ transports: [transport] });
    const { client } = await connectedJs(urlOf(transport), { rejectUnauthorized: false });
    expect(client.connected).toBe(true);
  });

  test.each(['tls', 'wss'] as const)(
    '%s is refused by a client that does not know the authority',
    async (transport) => {
      const { broker, urlOf } = await serve({ transports: [transport] });
      const { errors } = jsClient(urlOf(transport));
      await until(() => errors.length > 0, 'the client complains');
      expect((errors[0] as NodeJS.ErrnoException).code).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
      expect(broker.counters.connectionsAccepted).toBe(0);
    },
  );
});

describe('retained messages and MQTT.js', () => {
  for (const { name, options } of protocols) {
    test(`${name} gets the last one with RETAIN set, and live ones without`, async () => {
      const { broker, urlOf } = await serve();
      const { client, ...rest } = await connectedJs(urlOf('tcp'), options);
      await client.publishAsync('state', 'old', { qos: 1, retain: true });
      await client.publishAsync('state', 'new', { qos: 1, retain: true });
      const later = await connectedJs(urlOf('tcp'), options);
      await later.client.subscribeAsync('state', { qos: 1 });
      expect((await later.received(1))[0]).toMatchObject({ payload: 'new', packet: { retain: true } });
      await client.publishAsync('state', 'live', { qos: 1, retain: true });
      expect((await later.received(2))[1]).toMatchObject({ payload: 'live', packet: { retain: false } });
      await client.publishAsync('state', '', { qos: 1, retain: true });
      expect(broker.gauges.retainedMessages).toBe(0);
      expect(rest.errors).toEqual([]);
    });
  }

  test('Retain Handling 1 sends them for a new subscription only, and 2 never', async () => {
    const { broker, urlOf } = await serve();
    await broker.publish({ topic: 'state', payload: 'x', retain: true });
    const { client, messages } = await connectedJs(urlOf('tcp'), { protocolVersion: 5 });
    await client.subscribeAsync('state', { qos: 1, rh: 2 });
    await client.subscribeAsync('state', { qos: 1, rh: 1 });
    await client.unsubscribeAsync('state');
    await client.subscribeAsync('state', { qos: 1, rh: 1 });
    await broker.publish({ topic: 'state', payload: 'live' });
    await until(() => messages.some(({ payload }) => payload === 'live'), 'the live message');
    expect(messages.map(({ payload }) => payload)).toEqual(['x', 'live']);
  });
});
