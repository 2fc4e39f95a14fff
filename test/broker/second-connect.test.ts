import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';
import { frame } from '../vectors/vector.ts';
import { outcome, recordBytes } from './outcome.ts';
import { watchedBroker, willOf } from './wills.ts';

for (const version of [3, 4, 5] as const) {
  test(`v${version} [MQTT-3.1.0-2] a second CONNECT ends the connection and publishes the will`, async () => {
    const [t, watcher] = await watchedBroker();
    const client = await t.connect({ version, connect: { will: willOf('gone') } });
    await client.send(client.connectPacket());
    expect(outcome(client)).toBe(version === 5 ? 0x82 : 'closed');
    expect(watcher.takePublishes()).toHaveLength(1);
    expect(t.broker.gauges.sessions).toBe(1);
  });

  test(`v${version} [MQTT-3.1.0-2] [MQTT-3.2.0-2] a CONNECT that follows in the same bytes is a second one`, async () => {
    const t = await testBroker();
    const client = t.client({ version });
    const connect = frame(
      0x10,
      ['<MQIsdp> 03 02 0000 <c>', '<MQTT> 04 02 0000 <c>', '<MQTT> 05 02 0000 {} <c>'][version - 3]!,
    );
    await client.sendBytes(Buffer.concat([connect, connect]));
    expect(client.inbox.filter(({ type }) => type === 'connack')).toHaveLength(1);
    expect(outcome(client)).toBe(version === 5 ? 0x82 : 'closed');
  });
}

test('[MQTT-3.1.0-2] a second CONNECT of another version is answered in the version of the connection, if at all', async () => {
  const t = await testBroker();
  const client = await t.connect({ version: 4 });
  const received = recordBytes(client);
  await client.sendBytes(frame(0x10, '<MQTT> 05 03 0000 {} <c>'));
  expect(client.pair.server.closed).toBe(true);
  expect(received()).toHaveLength(0);
});

test('[MQTT-3.1.0-2] [MQTT-3.1.2-24] a malformed second CONNECT does not lift the Maximum Packet Size', async () => {
  const t = await testBroker();
  const client = await t.connect({ connect: { properties: { maximumPacketSize: 24 } } });
  const received = recordBytes(client);
  await client.sendBytes(frame(0x10, '<MQTT> 05 03 0000 {} <c>'));
  expect(client.pair.server.closed).toBe(true);
  expect(received().toString('hex')).toBe('e00181');
});
