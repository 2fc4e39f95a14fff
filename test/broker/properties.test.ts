import { expect, test } from 'vitest';
import type { Exchange } from '../../src/ports/access.ts';
import { type TestBroker, type TestClient, testBroker } from '../../src/testing/index.ts';
import { frame } from '../vectors/vector.ts';
import { type Outcome, outcome } from './outcome.ts';
import { type Carrier, carriers, companions, packetOf, propertyRows } from './property-table.ts';

/** Always asks for more, so that AUTH is in place as long as a test wants. */
const endless: Exchange = { step: () => ({ outcome: 'continue', data: undefined }) };

async function open(carrier: Carrier): Promise<[TestBroker, TestClient]> {
  const t = await testBroker({ access: { enhancedAuthenticators: [{ method: 'm', begin: () => endless }] } });
  const client = t.client();
  if (carrier === 'AUTH') await client.sendBytes(frame(0x10, '<MQTT> 05 02 0000 {15 <m>} <c>'));
  else if (packetOf[carrier][0] !== 0x10) {
    await client.connect({ properties: { sessionExpiryInterval: 100 } });
  }
  return [t, client];
}

/** What becomes of a client that sends a packet with this property list. */
async function send(carrier: Carrier, list: string): Promise<Outcome> {
  const [, client] = await open(carrier);
  const [firstByte, body] = packetOf[carrier];
  await client.sendBytes(frame(firstByte, body.replace('%', list)));
  return outcome(client);
}

for (const carrier of carriers) {
  const accepted: Outcome = carrier === 'DISCONNECT' ? 'closed' : 'open';
  const method = carrier === 'AUTH' ? '15 <m>' : '';

  test(`[MQTT-4.13.1-1] each property in ${carrier} is accepted or refused as table 2-4 says`, async () => {
    for (const { name, id, value, carriers: legal, serverOnly } of propertyRows) {
      const companion = companions[id] ?? (id === '15' ? '' : method);
      const expected = legal.includes(carrier) ? accepted : serverOnly?.includes(carrier) ? 0x82 : 0x81;
      expect([name, await send(carrier, `{${companion} ${id} ${value}}`)]).toEqual([name, expected]);
    }
  });

  test(`[MQTT-4.13.1-1] no property comes twice in ${carrier}`, async () => {
    for (const { name, id, value, carriers: legal } of propertyRows) {
      if (!legal.includes(carrier)) continue;
      const companion = companions[id] ?? (id === '15' ? '' : method);
      const twice = `{${companion} ${id} ${value} ${id} ${value}}`;
      expect([name, await send(carrier, twice)]).toEqual([name, 0x82]);
    }
    expect(await send(carrier, `{${method} 26 <n> <v> 26 <n> <v>}`)).toBe(accepted);
  });

  test(`[MQTT-4.13.1-1] a property of ${carrier} that is cut off by the end of the list is malformed`, async () => {
    for (const { name, id, value, carriers: legal } of propertyRows) {
      if (!legal.includes(carrier)) continue;
      const whole = frame(0, `${id} ${value}`).subarray(2);
      for (let length = 1; length < whole.length; length++) {
        const list = frame(0, whole.subarray(0, length)).subarray(1).toString('hex');
        expect([name, length, await send(carrier, list)]).toEqual([name, length, 0x81]);
      }
    }
  });

  test(`[MQTT-4.13.1-1] a Property Length of ${carrier} that reaches beyond the packet is malformed`, async () => {
    expect(await send(carrier, '7f')).toBe(0x81);
    expect(await send(carrier, 'ffffff7f')).toBe(0x81);
  });

  test(`[MQTT-4.13.1-1] an identifier in ${carrier} that is no property is malformed`, async () => {
    for (const id of ['00', '04', '05', '0a', '14', '1e', '20', '2b', '7f', '8001', 'ffffff7f']) {
      expect([id, await send(carrier, `{${method} ${id}}`)]).toEqual([id, 0x81]);
    }
  });
}
