import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';
import { lasting } from './lasting-session.ts';

for (const version of [3, 4, 5] as const) {
  test(`v${version} [MQTT-4.3.2-5] after PUBACK the identifier means a new message, whatever DUP says`, async () => {
    const t = await testBroker();
    const [publisher, receiver] = [await t.connect({ version }), await t.connect({ version })];
    await receiver.subscribe('a', { qos: 0 });
    await publisher.publish('a', 'one', { qos: 1, packetId: 5 });
    await publisher.publish('a', 'two', { qos: 1, packetId: 5, dup: true });
    await publisher.publish('a', 'three', { qos: 1, packetId: 5 });
    expect(receiver.takePublishes().map(({ text }) => text)).toEqual(['one', 'two', 'three']);
    expect(publisher.inbox.filter(({ type }) => type === 'puback')).toHaveLength(3);
  });

  test(`v${version} [MQTT-4.3.2-4] a message sent again on a new connection is acknowledged again`, async () => {
    const t = await testBroker();
    const first = await t.connect({ version, clientId: 'p', connect: lasting(version) });
    await first.publish('a', 'x', { qos: 1, packetId: 5 });
    await first.drop();
    const second = await t.connect({ version, clientId: 'p', connect: lasting(version) });
    await second.publish('a', 'x', { qos: 1, packetId: 5, dup: true });
    expect(second.take('puback')?.packetId).toBe(5);
  });

  test(`v${version} acknowledgements of pipelined messages come in their order`, async () => {
    const t = await testBroker();
    const client = await t.connect({ version });
    const properties = version === 5 ? '00' : '';
    const length = version === 5 ? '06' : '05';
    const ids = [9, 3, 7, 1, 5];
    await client.sendBytes(ids.map((id) => `32 ${length} 0001 61 000${id} ${properties}`).join(' '));
    expect(client.inbox.map((packet) => packet.type === 'puback' && packet.packetId)).toEqual(ids);
  });
}
