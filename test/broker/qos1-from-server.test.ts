import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';
import { lasting } from './lasting-session.ts';

for (const version of [3, 4, 5] as const) {
  test(`v${version} [MQTT-4.3.2-2] the first sending has an identifier, QoS 1 and DUP 0`, async () => {
    const t = await testBroker();
    const receiver = await t.connect({ version });
    await receiver.subscribe('a', { qos: 1 });
    for (let i = 0; i < 3; i++) await t.broker.publish({ topic: 'a', payload: 'x', qos: 1 });
    await t.run();
    const got = receiver.takePublishes();
    expect(got).toMatchObject(Array(3).fill({ qos: 1, dup: false }));
    expect(new Set(got.map(({ packetId }) => packetId)).size).toBe(3);
  });

  test(`v${version} [MQTT-4.3.2-3] [MQTT-3.3.1-1] [MQTT-4.4.0-1] what has no PUBACK is sent again after a reconnect, with DUP and its identifier`, async () => {
    const t = await testBroker();
    const first = await t.connect({ version, clientId: 'r', connect: lasting(version) });
    await first.subscribe('a', { qos: 1 });
    for (const payload of ['1', '2', '3']) await t.broker.publish({ topic: 'a', payload, qos: 1 });
    await t.run();
    const sent = first.takePublishes();
    await first.ack('puback', sent[1]!.packetId);
    await first.drop();
    const second = await t.connect({ version, clientId: 'r', connect: lasting(version) });
    expect(second.takePublishes().map(({ text, dup, packetId }) => [text, dup, packetId])).toEqual([
      ['1', true, sent[0]!.packetId],
      ['3', true, sent[2]!.packetId],
    ]);
  });

  test(`v${version} [MQTT-4.4.0-1] nothing is sent again on the same connection, however long it takes`, async () => {
    const t = await testBroker();
    const receiver = await t.connect({ version });
    await receiver.subscribe('a', { qos: 2 });
    await t.broker.publish({ topic: 'a', payload: '1', qos: 1 });
    await t.broker.publish({ topic: 'a', payload: '2', qos: 2 });
    await t.run();
    const [, second] = receiver.takePublishes();
    await receiver.ack('pubrec', second!.packetId);
    expect(receiver.inbox.splice(0)).toHaveLength(1);
    await t.advance(3_600_000);
    expect(receiver.inbox).toEqual([]);
  });

  test(`v${version} [MQTT-4.4.0-1] nothing is sent again to a client that begins a new session`, async () => {
    const t = await testBroker();
    const first = await t.connect({ version, clientId: 'r', connect: lasting(version) });
    await first.subscribe('a', { qos: 1 });
    await t.broker.publish({ topic: 'a', payload: 'x', qos: 1 });
    await first.drop();
    const second = await t.connect({ version, clientId: 'r' });
    expect(second.inbox).toEqual([]);
  });

  test(`v${version} what was never sent has DUP 0 on the next connection`, async () => {
    const t = await testBroker({ broker: { inflightMax: 1 } });
    const first = await t.connect({ version, clientId: 'r', connect: lasting(version) });
    await first.subscribe('a', { qos: 1 });
    for (const payload of ['sent', 'waited']) await t.broker.publish({ topic: 'a', payload, qos: 1 });
    await first.drop();
    const second = await t.connect({ version, clientId: 'r', connect: lasting(version) });
    const [again] = second.takePublishes();
    await second.ack('puback', again!.packetId);
    expect([again, ...second.takePublishes()].map((message) => [message?.text, message?.dup])).toEqual([
      ['sent', true],
      ['waited', false],
    ]);
  });
}

for (const code of [0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99]) {
  test(`[MQTT-4.4.0-2] [MQTT-3.4.2-1] PUBACK with code ${code} ends the exchange`, async () => {
    const t = await testBroker();
    const first = await t.connect({ clientId: 'r', connect: lasting(5) });
    await first.subscribe('a', { qos: 1 });
    await t.broker.publish({ topic: 'a', payload: 'x', qos: 1 });
    await t.run();
    await first.ack('puback', first.takePublishes()[0]!.packetId, code);
    await first.drop();
    const second = await t.connect({ clientId: 'r', connect: lasting(5) });
    expect(second.inbox).toEqual([]);
  });
}
