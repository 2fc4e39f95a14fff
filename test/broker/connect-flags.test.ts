import { expect, test } from 'vitest';
import { type TestClient, testBroker } from '../../src/testing/index.ts';
import { frame } from '../vectors/vector.ts';
import { type Outcome, outcome } from './outcome.ts';

/** A CONNECT with these flags and this payload, in the form of a version. */
function connect(version: 4 | 5, flags: string, payload: string): Buffer {
  return frame(0x10, `<MQTT> 0${version} ${flags} 0000 ${version === 5 ? '{}' : ''} <a> ${payload}`);
}

async function connected(version: 4 | 5, flags: string, payload: string): Promise<[Outcome, TestClient]> {
  const t = await testBroker();
  const client = t.client({ version });
  await client.sendBytes(connect(version, flags, payload));
  return [outcome(client), client];
}

const refused: [title: string, flags: string, payload: string][] = [
  ['[MQTT-3.1.2-3] refuses the reserved flag', '03', ''],
  ['[MQTT-3.1.2-11] refuses Will QoS 1 without a will', '0a', ''],
  ['[MQTT-3.1.2-11] refuses Will QoS 2 without a will', '12', ''],
  ['[MQTT-3.1.2-13] refuses Will Retain without a will', '22', ''],
  ['[MQTT-3.1.2-12] refuses Will QoS 3', '1e', 'WILL'],
  ['[MQTT-3.1.2-9] refuses a will that is missing', '06', ''],
  ['[MQTT-3.1.2-9] refuses a Will Payload that is missing', '06', 'WILLTOPIC'],
  ['[MQTT-3.1.2-16] refuses a User Name without its flag', '02', '<user>'],
  ['[MQTT-3.1.2-17] refuses a User Name that is missing', '82', ''],
  ['[MQTT-3.1.2-18] refuses a Password without its flag', '82', '<user> <password>'],
  ['[MQTT-3.1.2-19] refuses a Password that is missing', 'c2', '<user>'],
];

for (const version of [4, 5] as const) {
  const list = version === 5 ? '{}' : '';
  for (const [title, flags, template] of refused) {
    test(`${title} in v${version}`, async () => {
      const payload = template.replace('WILLTOPIC', `${list} <w>`).replace('WILL', `${list} <w> <gone>`);
      const [result] = await connected(version, flags, payload);
      expect(result).toBe(version === 5 ? 0x81 : 'closed');
    });
  }

  test(`v${version} accepts User Name and Password, empty ones too`, async () => {
    expect((await connected(version, 'c2', '<user> <password>'))[0]).toBe('open');
    expect((await connected(version, 'c2', '<> <>'))[0]).toBe('open');
  });
}

test('[MQTT-3.1.2-22@3.1.1] v4 closes without CONNACK for a Password without a User Name', async () => {
  const [result, client] = await connected(4, '42', '<password>');
  expect(result).toBe('closed');
  expect(client.inbox).toEqual([]);
});

test('[MQTT-3.1.2-19] v5 accepts a Password without a User Name', async () => {
  expect((await connected(5, '42', '<password>'))[0]).toBe('open');
});
