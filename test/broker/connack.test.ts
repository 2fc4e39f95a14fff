import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';
import { frame } from '../vectors/vector.ts';
import { lasting } from './lasting-session.ts';
import { outcome, recordBytes } from './outcome.ts';

const connects = ['<MQIsdp> 03 02 0000 <a>', '<MQTT> 04 02 0000 <a>', '<MQTT> 05 02 0000 {} <a>'] as const;

for (const version of [3, 4, 5] as const) {
  const list = version === 5 ? '{}' : '';

  test(`v${version} [MQTT-3.1.4-5] [MQTT-3.2.2-2] [MQTT-3.2.2-1] an accepted CONNECT gets CONNACK 0x00 without flags`, async () => {
    const t = await testBroker();
    const client = t.client({ version });
    const received = recordBytes(client);
    await client.sendBytes(frame(0x10, connects[version - 3]!));
    const bytes = received();
    expect([bytes[0], bytes[2], bytes[3]]).toEqual([0x20, 0, 0]);
    expect(bytes[1]).toBe(bytes.length - 2);
    expect(client.pair.server.closed).toBe(false);
  });

  test(`v${version} [MQTT-3.2.2-1] [MQTT-3.2.2-3] with a stored session the only flag is Session Present`, async () => {
    const t = await testBroker();
    await (await t.connect({ version, clientId: 'a', connect: lasting(version) })).drop();
    const client = t.client({ version });
    const received = recordBytes(client);
    await client.sendBytes(frame(0x10, connects[version - 3]!.replace('02 0000', '00 0000')));
    // The byte was reserved in 3.1.
    expect(received()[2]).toBe(version === 3 ? 0 : 1);
  });

  test(`v${version} [MQTT-3.2.0-1] [MQTT-3.2.0-2] CONNACK comes once and first, whatever the client sends at once`, async () => {
    const t = await testBroker({
      access: { authenticators: [{ name: 'slow', authenticate: async () => ({ outcome: 'allow' }) }] },
    });
    const client = t.client({ version });
    const packets = [
      frame(0x10, connects[version - 3]!),
      frame(0x82, `0001 ${list} <a> 01`),
      frame(0x32, `<a> 0002 ${list} "x"`),
      frame(0xc0, ''),
    ];
    await client.sendBytes(Buffer.concat(packets));
    expect(client.inbox.map(({ type }) => type)).toEqual(['connack', 'suback', 'publish', 'puback', 'pingresp']);
  });

  test(`v${version} [MQTT-3.2.0-1] what waits in the session comes behind CONNACK`, async () => {
    const t = await testBroker();
    const first = await t.connect({ version, clientId: 'a', connect: lasting(version) });
    await first.subscribe('a', { qos: 2 });
    await t.broker.publish({ topic: 'a', payload: '1', qos: 2 });
    await t.run();
    await first.ack('pubrec', 1);
    await first.drop();
    await t.broker.publish({ topic: 'a', payload: '2', qos: 1 });
    const second = t.client({ version, clientId: 'a' });
    await second.send(second.connectPacket(lasting(version)));
    expect(second.inbox.map(({ type }) => type)).toEqual(['connack', 'pubrel', 'publish']);
  });

  test(`v${version} [MQTT-3.2.2-6] [MQTT-3.2.2-7] a refusal says no session is present and closes`, async () => {
    const denied = { outcome: 'deny' } as const;
    let allowed = true;
    const t = await testBroker({
      access: { authenticators: [{ name: 'x', authenticate: () => (allowed ? { outcome: 'allow' } : denied) }] },
    });
    await (await t.connect({ version, clientId: 'a', connect: lasting(version) })).drop();
    allowed = false;
    const client = t.client({ version, clientId: 'a' });
    const connack = await client.connect(lasting(version));
    expect(connack).toMatchObject({ sessionPresent: false, reasonCode: version === 5 ? 0x86 : 4 });
    expect(outcome(client)).toBe('closed');
    expect(t.broker.gauges.sessions).toBe(1);
  });
}
