import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';
import { frame } from '../vectors/vector.ts';
import { recordBytes } from './outcome.ts';

test('[MQTT-2.2.2-1] writes Property Length 0 where a packet has no properties', async () => {
  const t = await testBroker();
  const client = await t.connect();
  const received = recordBytes(client);
  await client.sendBytes(frame(0x82, '0001 {} <a> 01'));
  expect(received()).toEqual(frame(0x90, '0001 00 01'));
  await client.sendBytes(frame(0x32, '<a> 0001 {} "x"'));
  expect(received()).toEqual(Buffer.concat([frame(0x32, '<a> 0001 00 "x"'), frame(0x40, '0001')]));
  await client.sendBytes(frame(0xa2, '0001 {} <a>'));
  expect(received()).toEqual(frame(0xb0, '0001 00 00'));
});

test('[MQTT-2.2.2-1] a refusal of an MQTT 5 CONNECT has a Property Length where nothing else fits', async () => {
  const t = await testBroker({ rules: { anonymous: 'deny' } });
  const client = t.client();
  const received = recordBytes(client);
  await client.sendBytes(frame(0x10, '<MQTT> 05 02 0000 {27 00000005} <a>'));
  expect(received()).toEqual(frame(0x20, '00 86 00'));
});

for (const version of [3, 4] as const) {
  test(`v${version} packets have no Property Length`, async () => {
    const t = await testBroker();
    const client = t.client({ version });
    const received = recordBytes(client);
    await client.sendBytes(frame(0x10, version === 3 ? '<MQIsdp> 03 02 0000 <a>' : '<MQTT> 04 02 0000 <a>'));
    expect(received()).toEqual(frame(0x20, '0000'));
    await client.sendBytes(frame(0x82, '0001 <a> 01'));
    expect(received()).toEqual(frame(0x90, '0001 01'));
    await client.sendBytes(frame(0x32, '<a> 0001 "x"'));
    expect(received()).toEqual(Buffer.concat([frame(0x32, '<a> 0001 "x"'), frame(0x40, '0001')]));
    await client.sendBytes(frame(0xa2, '0001 <a>'));
    expect(received()).toEqual(frame(0xb0, '0001'));
  });
}
