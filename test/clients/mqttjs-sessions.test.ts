/** Sessions of MQTT.js that outlive connections: queues, reconnects, takeovers, wills and keep alive. */

import { describe, expect, test } from 'vitest';
import { until } from '../listeners/listening.ts';
import { connectedJs, jsClient, protocols } from './mqttjs.ts';
import { serve } from './serving.ts';

const neverEnds = { sessionExpiryInterval: 0xffffffff };

for (const { name, options } of protocols) {
  const lasting = {
    ...options,
    clean: false,
    ...(options.protocolVersion === 5 && { properties: neverEnds }),
  };

  describe(`sessions of MQTT.js with ${name}`, () => {
    test('what came while the client was away is delivered in order, and the session is present', async () => {
      const { broker, urlOf } = await serve();
      const first = await connectedJs(urlOf('tcp'), { ...lasting, clientId: 'lasting' });
      expect(first.sessionsPresent).toEqual([false]);
      await first.client.subscribeAsync('q/#', { qos: 2 });
      await first.client.endAsync();
      for (let i = 0; i < 200; i++) await broker.publish({ topic: `q/${i}`, payload: String(i), qos: i % 2 ? 1 : 2 });
      const second = await connectedJs(urlOf('tcp'), { ...lasting, clientId: 'lasting' });
      // MQTT 3.1 has no Session Present.
      expect(second.sessionsPresent).toEqual([options.protocolVersion !== 3]);
      await second.received(200);
      for (const odd of [0, 1]) {
        const numbers = second.payloads.map(Number).filter((number) => number % 2 === odd);
        expect(numbers).toEqual(Array.from({ length: 100 }, (_, index) => 2 * index + odd));
      }
    });

    test('a client whose connection breaks comes back by itself and loses nothing', async () => {
      const { broker, urlOf } = await serve();
      const receiver = await connectedJs(urlOf('tcp'), {
        ...lasting,
        clientId: 'breaks',
        reconnectPeriod: 20,
        resubscribe: false,
      });
      await receiver.client.subscribeAsync('live', { qos: 2 });
      for (let i = 0; i < 300; i++) {
        await broker.publish({ topic: 'live', payload: String(i), qos: 2 });
        if (i % 100 === 50) receiver.drop();
        if (i % 100 === 51) {
          const connects = receiver.sessionsPresent.length;
          await until(() => receiver.sessionsPresent.length > connects, 'the client is back', 5_000);
        }
      }
      await until(() => new Set(receiver.payloads).size === 300, 'all messages', 10_000);
      expect(receiver.payloads).toEqual(Array.from({ length: 300 }, (_, index) => String(index)));
    });

    test('clean start ends the session that was', async () => {
      const { broker, urlOf } = await serve();
      const first = await connectedJs(urlOf('tcp'), { ...lasting, clientId: 'restarted' });
      await first.client.subscribeAsync('q', { qos: 1 });
      await first.client.endAsync();
      await broker.publish({ topic: 'q', payload: 'forgotten', qos: 1 });
      const second = await connectedJs(urlOf('tcp'), { ...options, clean: true, clientId: 'restarted' });
      expect(second.sessionsPresent).toEqual([false]);
      await broker.publish({ topic: 'q', payload: 'nobody', qos: 1 });
      await second.client.subscribeAsync('end', { qos: 1 });
      await broker.publish({ topic: 'end', payload: 'end', qos: 1 });
      expect((await second.received(1)).map(({ payload }) => payload)).toEqual(['end']);
    });

    test('[MQTT-3.1.4-3] a second client takes over the identifier', async () => {
      const { broker, urlOf } = await serve();
      const reasons: string[] = [];
      broker.on('disconnected', ({ reason }) => reasons.push(reason));
      const first = await connectedJs(urlOf('tcp'), { ...options, clientId: 'same' });
      const second = await connectedJs(urlOf('tcp'), { ...options, clientId: 'same' });
      await until(() => !first.client.connected, 'the first is closed');
      expect(reasons).toEqual(['taken_over']);
      expect(first.disconnects).toEqual(options.protocolVersion === 5 ? [0x8e] : []);
      await second.client.publishAsync('alive', 'x', { qos: 1 });
      expect(broker.gauges.sessions).toBe(1);
    });

    test('the will is published when the connection breaks, and not after a goodbye', async () => {
      const { urlOf } = await serve();
      const will = { topic: 'gone', payload: Buffer.from('bye'), qos: 1 as const, retain: true };
      const watcher = await connectedJs(urlOf('tcp'), options);
      await watcher.client.subscribeAsync('gone', { qos: 1 });
      const polite = await connectedJs(urlOf('tcp'), { ...options, will: { ...will, payload: Buffer.from('never') } });
      await polite.client.endAsync();
      const dying = await connectedJs(urlOf('tcp'), { ...options, will });
      dying.drop();
      expect((await watcher.received(1)).map(({ payload, packet }) => [payload, packet.qos, packet.retain])).toEqual([
        ['bye', 1, false],
      ]);
      const later = await connectedJs(urlOf('tcp'), options);
      await later.client.subscribeAsync('gone', { qos: 1 });
      expect((await later.received(1))[0]).toMatchObject({ payload: 'bye', packet: { retain: true } });
    });
  });
}

describe('keep alive and MQTT.js', () => {
  test('[MQTT-3.1.2-22] a client that falls silent is disconnected after one and a half times its keep alive', async () => {
    const { broker, urlOf } = await serve();
    const ends: { reason: string; reasonCode: number }[] = [];
    broker.on('disconnected', ({ reason, reasonCode }) => ends.push({ reason, reasonCode }));
    const silent = await connectedJs(urlOf('tcp'), { keepalive: 1, protocolVersion: 5 });
    const since = performance.now();
    // Without its own timer the client neither pings nor notices that no answer comes.
    (silent.client as unknown as { keepaliveManager: { destroy(): void } }).keepaliveManager.destroy();
    await until(() => ends.length > 0, 'the broker closes the connection', 6_000);
    expect(ends).toEqual([{ reason: 'keep_alive_timeout', reasonCode: 0x8d }]);
    expect(performance.now() - since).toBeGreaterThan(1_200);
  });

  test('a client that only pings stays connected', async () => {
    const { broker, urlOf } = await serve();
    const pinging = await connectedJs(urlOf('tcp'), { keepalive: 1 });
    let answers = 0;
    pinging.client.on('packetreceive', (packet) => {
      if (packet.cmd === 'pingresp') answers++;
    });
    await until(() => answers >= 3, 'three answers', 10_000);
    expect(broker.gauges.connections).toBe(1);
    expect(pinging.client.connected).toBe(true);
  });

  test('[MQTT-3.1.2-21] Server Keep Alive shortens what the client asked for', async () => {
    const { urlOf } = await serve({ keepAliveSecondsMax: 5 });
    const { client } = jsClient(urlOf('tcp'), { keepalive: 600, protocolVersion: 5 });
    const serverKeepAlive = await new Promise((resolve) =>
      client.once('connect', ({ properties }) => resolve(properties?.serverKeepAlive)),
    );
    expect(serverKeepAlive).toBe(5);
    expect(client.keepalive).toBe(5);
  });
});
