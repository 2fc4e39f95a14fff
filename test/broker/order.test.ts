import { expect, test } from 'vitest';
import { type TestClient, testBroker } from '../../src/testing/index.ts';
import { lasting } from './lasting-session.ts';

const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `${from + i}`);

async function publishRange(
  client: TestClient,
  topic: string,
  qos: 0 | 1 | 2,
  from: number,
  to: number,
): Promise<void> {
  for (let i = from; i < to; i++) {
    await client.publish(topic, `${i}`, { qos, packetId: i + 1 });
    if (qos === 2) await client.ack('pubrel', i + 1);
  }
}

for (const version of [3, 4, 5] as const) {
  for (const qos of [0, 1, 2] as const) {
    test(`v${version} QoS ${qos} [MQTT-4.6.0-5] [MQTT-4.6.0-6] messages of one publisher to one topic keep their order`, async () => {
      const t = await testBroker({ broker: { inflightMax: 1000 }, chunkBytes: () => 7 });
      const [publisher, receiver] = [await t.connect({ version }), await t.connect({ version })];
      await receiver.subscribe('a/#', { qos: 2 });
      await publishRange(publisher, 'a/b', qos, 0, 50);
      expect(receiver.takePublishes().map(({ text }) => text)).toEqual(numbers(0, 50));
    });
  }

  for (const qos of [1, 2] as const) {
    test(`v${version} QoS ${qos} [MQTT-4.6.0-5] [MQTT-4.6.0-1] repeats, what waited and what is new come in this order, each in its own`, async () => {
      const t = await testBroker({ broker: { inflightMax: 5 } });
      const publisher = await t.connect({ version });
      const first = await t.connect({ version, clientId: 'r', connect: lasting(version) });
      await first.subscribe('a', { qos });
      await publishRange(publisher, 'a', qos, 0, 10);
      expect(first.takePublishes().map(({ text }) => text)).toEqual(numbers(0, 5));
      await first.drop();
      await publishRange(publisher, 'a', qos, 10, 15);
      const second = await t.connect({ version, clientId: 'r', connect: lasting(version) });
      await publishRange(publisher, 'a', qos, 15, 20);
      const order: [string, boolean][] = [];
      for (let batch = second.takePublishes(); batch.length > 0; batch = second.takePublishes()) {
        for (const { text, dup, packetId } of batch) {
          order.push([text, dup]);
          await second.ack(qos === 1 ? 'puback' : 'pubrec', packetId);
          if (qos === 2) await second.ack('pubcomp', packetId);
        }
      }
      expect(order.map(([text]) => text)).toEqual(numbers(0, 20));
      expect(order.map(([, dup]) => dup)).toEqual(Array.from({ length: 20 }, (_, i) => i < 5));
    });
  }

  test(`v${version} [MQTT-4.6.0-5] the order stays after several reconnects with acknowledgements out of order`, async () => {
    const t = await testBroker();
    const publisher = await t.connect({ version });
    let receiver = await t.connect({ version, clientId: 'r', connect: lasting(version) });
    await receiver.subscribe('a', { qos: 1 });
    await publishRange(publisher, 'a', 1, 0, 6);
    const acknowledged = ['4', '1', '3'];
    for (const text of acknowledged) {
      const message = receiver.takePublishes().find((candidate) => candidate.text === text);
      await receiver.ack('puback', message!.packetId);
      await receiver.drop();
      receiver = await t.connect({ version, clientId: 'r', connect: lasting(version) });
    }
    expect(receiver.takePublishes().map(({ text }) => text)).toEqual(['0', '2', '5']);
  });

  test(`v${version} [MQTT-4.6.0-2] [MQTT-4.6.0-3] acknowledgements in another order than the messages are taken`, async () => {
    const t = await testBroker();
    const client = await t.connect({ version });
    await client.subscribe('a', { qos: 2 });
    for (const qos of [1, 1, 2, 2] as const) await t.broker.publish({ topic: 'a', payload: 'x', qos });
    await t.run();
    const [one, two, three, four] = client.takePublishes();
    await client.ack('puback', two!.packetId);
    await client.ack('puback', one!.packetId);
    await client.ack('pubrec', four!.packetId);
    await client.ack('pubrec', three!.packetId);
    expect(client.inbox.splice(0)).toMatchObject([
      { type: 'pubrel', packetId: four!.packetId },
      { type: 'pubrel', packetId: three!.packetId },
    ]);
  });

  test(`v${version} [MQTT-4.6.0-4] PUBRELs in another order than the PUBRECs are taken`, async () => {
    const t = await testBroker();
    const client = await t.connect({ version });
    for (const packetId of [1, 2]) await client.publish('a', 'x', { qos: 2, packetId });
    client.inbox.length = 0;
    for (const packetId of [2, 1]) await client.ack('pubrel', packetId);
    expect(client.inbox).toMatchObject([
      { type: 'pubcomp', packetId: 2 },
      { type: 'pubcomp', packetId: 1 },
    ]);
  });
}
