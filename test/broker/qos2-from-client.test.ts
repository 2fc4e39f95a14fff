import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';
import { lasting } from './lasting-session.ts';

for (const version of [3, 4, 5] as const) {
  test(`v${version} [MQTT-4.3.3-10] repeats before PUBREL get PUBREC and are not delivered again`, async () => {
    const t = await testBroker();
    const [publisher, receiver] = [await t.connect({ version }), await t.connect({ version })];
    await receiver.subscribe('a', { qos: 2 });
    for (let i = 0; i < 4; i++) await publisher.publish('a', 'x', { qos: 2, packetId: 8, dup: i > 0 });
    expect(publisher.inbox.splice(0)).toMatchObject(Array(4).fill({ type: 'pubrec', packetId: 8 }));
    expect(receiver.takePublishes()).toHaveLength(1);
  });

  test(`v${version} [MQTT-4.3.3-10] [MQTT-4.1.0-1] the identifier is known on the next connections of the session`, async () => {
    const t = await testBroker();
    const receiver = await t.connect({ version });
    await receiver.subscribe('a', { qos: 2 });
    for (let i = 0; i < 3; i++) {
      const publisher = await t.connect({ version, clientId: 'p', connect: lasting(version) });
      await publisher.publish('a', 'x', { qos: 2, packetId: 8, dup: i > 0 });
      expect(publisher.take('pubrec')?.packetId).toBe(8);
      await publisher.drop();
    }
    const publisher = await t.connect({ version, clientId: 'p', connect: lasting(version) });
    await publisher.ack('pubrel', 8);
    expect(publisher.take('pubcomp')).toMatchObject({ packetId: 8, reasonCode: 0 });
    expect(receiver.takePublishes()).toHaveLength(1);
  });

  test(`v${version} [MQTT-4.3.3-12] after PUBCOMP the identifier means a new message, whatever DUP says`, async () => {
    const t = await testBroker();
    const [publisher, receiver] = [await t.connect({ version }), await t.connect({ version })];
    await receiver.subscribe('a', { qos: 2 });
    for (const dup of [false, true]) {
      await publisher.publish('a', `${dup}`, { qos: 2, packetId: 8, dup });
      await publisher.ack('pubrel', 8);
    }
    expect(receiver.takePublishes().map(({ text }) => text)).toEqual(['false', 'true']);
  });

  test(`v${version} [MQTT-4.3.3-11] a repeated PUBREL gets PUBCOMP again`, async () => {
    const t = await testBroker();
    const publisher = await t.connect({ version });
    await publisher.publish('a', 'x', { qos: 2, packetId: 8 });
    await publisher.ack('pubrel', 8);
    await publisher.ack('pubrel', 8);
    expect(publisher.inbox.filter(({ type }) => type === 'pubcomp')).toMatchObject([
      { packetId: 8, reasonCode: 0 },
      { packetId: 8, reasonCode: version === 5 ? 0x92 : 0 },
    ]);
  });

  test(`v${version} a new session does not know the identifiers of the old one`, async () => {
    const t = await testBroker();
    const receiver = await t.connect({ version });
    await receiver.subscribe('a', { qos: 2 });
    for (let i = 0; i < 2; i++) {
      const publisher = await t.connect({ version, clientId: 'p' });
      await publisher.publish('a', 'x', { qos: 2, packetId: 8 });
      await publisher.drop();
    }
    expect(receiver.takePublishes()).toHaveLength(2);
  });

  test(`v${version} identifiers of QoS 1 and of messages towards the client are other identifiers`, async () => {
    const t = await testBroker();
    const client = await t.connect({ version });
    await client.subscribe('a', { qos: 2 });
    await client.publish('a', 'two', { qos: 2, packetId: 1 });
    await client.publish('a', 'one', { qos: 1, packetId: 1 });
    expect(client.takePublishes().map(({ text, packetId }) => [text, packetId])).toEqual([
      ['two', 1],
      ['one', 2],
    ]);
    await client.ack('pubrel', 1);
    expect(client.take('pubcomp')?.packetId).toBe(1);
  });
}

test('[MQTT-4.3.3-9] after a refusing PUBREC the identifier means a new message', async () => {
  let allowed = false;
  const authorize = () => (allowed ? 'allow' : 'deny') as 'allow' | 'deny';
  const t = await testBroker({ access: { authorizers: [{ name: 'gate', authorize }] } });
  const publisher = await t.connect();
  const arrived: string[] = [];
  t.broker.subscribe('#', (message) => {
    arrived.push(message.payload.toString());
  });
  await publisher.publish('a', 'refused', { qos: 2, packetId: 8 });
  expect(publisher.take('pubrec')?.reasonCode).toBe(0x87);
  await publisher.ack('pubrel', 8);
  expect(publisher.take('pubcomp')?.reasonCode).toBe(0x92);
  allowed = true;
  await publisher.publish('a', 'taken', { qos: 2, packetId: 8 });
  expect(publisher.take('pubrec')?.reasonCode).toBe(0);
  expect(arrived).toEqual(['taken']);
});
