import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';
import { recordBytes } from './outcome.ts';

/** Table 3-1 of MQTT 5. */
const listed = [
  0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8c, 0x90, 0x95, 0x97, 0x99, 0x9a, 0x9b, 0x9c,
  0x9d, 0x9f,
];

/** Return codes of 3.1.1 for the codes that have one; the others close without CONNACK. */
const returnCodes: Readonly<Record<number, number>> = {
  128: 3,
  131: 3,
  132: 1,
  133: 2,
  134: 4,
  135: 5,
  136: 3,
  137: 3,
  138: 5,
  140: 4,
  151: 3,
  156: 3,
  157: 3,
  159: 3,
};

/** The bytes that a client gets whose login is denied with a code. */
async function denied(version: 3 | 4 | 5, reasonCode: number): Promise<Buffer> {
  const t = await testBroker({
    access: { authenticators: [{ name: 'no', authenticate: () => ({ outcome: 'deny', reasonCode }) }] },
  });
  const client = t.client({ version });
  const received = recordBytes(client);
  await client.send(client.connectPacket());
  expect(client.pair.server.closed).toBe(true);
  return received();
}

test('[MQTT-3.2.2-8] [MQTT-4.13.2-1] a refusal has a code that is listed for CONNACK, whatever was asked for', async () => {
  for (let code = 0x80; code <= 0xff; code++) {
    const bytes = await denied(5, code);
    expect([code, bytes[0], bytes[3]]).toEqual([code, 0x20, listed.includes(code) ? code : 0x80]);
  }
});

for (const version of [3, 4] as const) {
  test(`v${version} [MQTT-3.2.2-6@3.1.1] [MQTT-3.2.2-5@3.1.1] a refusal has a return code of 3.1.1, or there is none`, async () => {
    for (const code of listed) {
      const returnCode = returnCodes[code];
      const bytes = await denied(version, code);
      const expected = returnCode === undefined ? '' : `2002000${returnCode}`;
      expect([code, bytes.toString('hex')]).toEqual([code, expected]);
    }
  });
}
