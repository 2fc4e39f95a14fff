import { expect, test } from 'vitest';
import { type TestBroker, testBroker } from '../../src/testing/index.ts';
import { lasting } from './lasting-session.ts';

for (const version of [3, 4, 5] as const) {
  const connect = (t: TestBroker) => t.connect({ version, clientId: 'r', connect: lasting(version) });
  const send = async (t: TestBroker, payload = 'x') => {
    await t.broker.publish({ topic: 'a', payload, qos: 2 });
    await t.run();
  };

  test(`v${version} [MQTT-4.3.3-2] [MQTT-4.3.3-4] PUBLISH with DUP 0, PUBREL for PUBREC, all with one identifier`, async () => {
    const t = await testBroker();
    const receiver = await connect(t);
    await receiver.subscribe('a', { qos: 2 });
    await send(t);
    const [got] = receiver.takePublishes();
    expect(got).toMatchObject({ qos: 2, dup: false });
    await receiver.ack('pubrec', got!.packetId);
    expect(receiver.inbox.splice(0)).toMatchObject([{ type: 'pubrel', packetId: got!.packetId, reasonCode: 0 }]);
    await receiver.ack('pubcomp', got!.packetId);
    expect(receiver.inbox).toEqual([]);
  });

  test(`v${version} [MQTT-4.3.3-3] [MQTT-4.4.0-1] without PUBREC the PUBLISH is sent again, with DUP and its identifier`, async () => {
    const t = await testBroker();
    const first = await connect(t);
    await first.subscribe('a', { qos: 2 });
    await send(t);
    const [got] = first.takePublishes();
    for (let i = 0; i < 3; i++) {
      await first.drop();
      const again = await connect(t);
      expect(again.takePublishes()).toMatchObject([{ text: 'x', qos: 2, dup: true, packetId: got!.packetId }]);
      await again.drop();
    }
  });

  test(`v${version} [MQTT-4.3.3-5] [MQTT-4.3.3-6] [MQTT-4.4.0-1] after PUBREC only PUBREL is sent again, until PUBCOMP`, async () => {
    const t = await testBroker();
    const first = await connect(t);
    await first.subscribe('a', { qos: 2 });
    await send(t);
    const { packetId } = first.takePublishes()[0]!;
    await first.ack('pubrec', packetId);
    await first.drop();
    for (let i = 0; i < 2; i++) {
      const again = await connect(t);
      expect(again.inbox.splice(0)).toMatchObject([{ type: 'pubrel', packetId, reasonCode: 0 }]);
      if (i === 1) await again.ack('pubcomp', packetId);
      await again.drop();
    }
    expect((await connect(t)).inbox).toEqual([]);
  });

  test(`v${version} [MQTT-4.3.3-6] a PUBREC that comes again is answered by PUBREL again`, async () => {
    const t = await testBroker();
    const receiver = await connect(t);
    await receiver.subscribe('a', { qos: 2 });
    await send(t);
    const { packetId } = receiver.takePublishes()[0]!;
    for (let i = 0; i < 3; i++) await receiver.ack('pubrec', packetId);
    expect(receiver.inbox.splice(0)).toMatchObject(Array(3).fill({ type: 'pubrel', packetId, reasonCode: 0 }));
  });

  test(`v${version} [MQTT-4.3.3-1] [MQTT-4.3.3-5] an identifier is not used for another message before PUBCOMP`, async () => {
    const t = await testBroker({ broker: { inflightMax: 65_535 } });
    const receiver = await connect(t);
    await receiver.subscribe('a', { qos: 2 });
    await send(t);
    const { packetId } = receiver.takePublishes()[0]!;
    await receiver.ack('pubrec', packetId);
    for (let i = 0; i < 50; i++) await send(t);
    expect(receiver.takePublishes().map((message) => message.packetId)).not.toContain(packetId);
  });
}

for (const code of [0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99]) {
  test(`[MQTT-4.4.0-2] [MQTT-3.5.2-1] PUBREC with code ${code} ends the exchange and frees the identifier`, async () => {
    const t = await testBroker();
    const connect = { cleanStart: false, properties: { sessionExpiryInterval: 60, receiveMaximum: 1 } };
    const first = await t.connect({ clientId: 'r', connect });
    await first.subscribe('a', { qos: 2 });
    await t.broker.publish({ topic: 'a', payload: 'x', qos: 2 });
    await t.run();
    await first.ack('pubrec', first.takePublishes()[0]!.packetId, code);
    expect(first.inbox).toEqual([]);
    await t.broker.publish({ topic: 'a', payload: 'next', qos: 2 });
    await t.run();
    expect(first.takePublishes()).toMatchObject([{ text: 'next' }]);
    await first.drop();
    const second = await t.connect({ clientId: 'r', connect });
    expect(second.takePublishes()).toMatchObject([{ text: 'next', dup: true }]);
  });
}
