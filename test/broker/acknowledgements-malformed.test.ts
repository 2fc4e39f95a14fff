import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';
import { outcome } from './outcome.ts';

const rows: readonly [title: string, bytes: string, code: number][] = [
  ['[MQTT-3.4.2-1] PUBACK with a code of another packet', '40 03 0001 92', 0x82],
  ['[MQTT-3.5.2-1] PUBREC with a code of another packet', '50 03 0001 11', 0x82],
  ['[MQTT-3.6.2-1] PUBREL with a code of another packet', '62 03 0001 80', 0x82],
  ['[MQTT-3.7.2-1] PUBCOMP with a code of another packet', '70 03 0001 87', 0x82],
  ['[MQTT-2.2.1-5] PUBACK with identifier 0', '40 02 0000', 0x82],
  ['PUBREL with half an identifier', '62 01 00', 0x81],
  ['PUBACK with a property of another packet', '40 09 0001 00 05 11 00000001', 0x81],
];

for (const [title, bytes, code] of rows) {
  test(`${title} ends the connection`, async () => {
    const t = await testBroker();
    const client = await t.connect();
    await client.sendBytes(bytes);
    expect(outcome(client)).toBe(code);
  });
}

for (const version of [3, 4] as const) {
  test(`v${version} an acknowledgement with a reason code ends the connection`, async () => {
    for (const bytes of ['40 03 0001 00', '50 03 0001 00', '62 03 0001 00', '70 03 0001 00']) {
      const t = await testBroker();
      const client = await t.connect({ version });
      await client.sendBytes(bytes);
      expect(outcome(client)).toBe('closed');
    }
  });
}

test('acknowledgements with Reason String and User Properties are taken', async () => {
  const t = await testBroker();
  const client = await t.connect();
  await client.subscribe('a', { qos: 1 });
  await client.publish('a', 'x', { qos: 1 });
  const { packetId } = client.takePublishes()[0]!;
  const properties = { reasonString: 'because', userProperties: [['a', 'b']] as [string, string][] };
  await client.send({ type: 'puback', packetId, reasonCode: 0x97, properties });
  expect(outcome(client)).toBe('open');
});
