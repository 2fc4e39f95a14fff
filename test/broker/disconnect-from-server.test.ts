import { expect, test } from 'vitest';
import { type TestBroker, type TestClient, testBroker } from '../../src/testing/index.ts';
import { frame } from '../vectors/vector.ts';

/** Reason Codes that a server may send in DISCONNECT: table 3-10. */
const serverCodes = new Set([
  0x00, 0x80, 0x81, 0x82, 0x83, 0x87, 0x89, 0x8b, 0x8d, 0x8e, 0x8f, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99,
  0x9a, 0x9b, 0x9c, 0x9d, 0x9e, 0x9f, 0xa0, 0xa1, 0xa2,
]);

const causes: [what: string, expected: number, cause: (t: TestBroker, client: TestClient) => Promise<unknown>][] = [
  ['a malformed packet', 0x81, (_t, client) => client.sendBytes('c1 00')],
  ['a Protocol Error', 0x82, (_t, client) => client.sendBytes('d0 00')],
  [
    'a stop of the broker',
    0x8b,
    async (t) => {
      void t.broker.close();
      await t.run();
    },
  ],
  ['silence', 0x8d, (t) => t.advance(20_000)],
  ['a takeover', 0x8e, (t, { clientId }) => t.connect({ clientId })],
  ['a topic filter that is none', 0x8f, (_t, client) => client.subscribe('a#')],
  [
    'a Topic Alias above the maximum',
    0x94,
    (_t, client) => client.publish('a', '', { properties: { topicAlias: 60_000 } }),
  ],
  ['a packet that is too large', 0x95, (_t, client) => client.sendBytes('30 ff ff ff 7f')],
  [
    'an operator',
    0x98,
    async (t, { clientId }) => {
      t.broker.disconnectClient(clientId);
      await t.run();
    },
  ],
];

for (const [what, expected, cause] of causes) {
  test(`[MQTT-3.14.2-1] [MQTT-3.14.2-2] ${what} gives DISCONNECT 0x${expected.toString(16)} with a reason and no expiry`, async () => {
    const t = await testBroker();
    const connect = { keepAlive: 10, properties: { sessionExpiryInterval: 60 } };
    const client = await t.connect({ clientId: 'pump', connect });
    await cause(t, client);
    const packet = client.take('disconnect');
    expect(packet?.reasonCode).toBe(expected);
    expect(serverCodes.has(expected)).toBe(true);
    expect(packet?.properties?.reasonString).toMatch(/pump/);
    expect(packet?.properties?.sessionExpiryInterval).toBeUndefined();
    expect(client.inbox).toEqual([]);
    expect(client.failure).toBeUndefined();
  });
}

test('[MQTT-3.14.2-1] a re-authentication refused with a code of CONNACK alone ends with one of DISCONNECT', async () => {
  const method = 'm';
  let refusing = false;
  const t = await testBroker({
    access: {
      enhancedAuthenticators: [
        {
          method,
          begin: () => ({ step: () => (refusing ? { outcome: 'deny', reasonCode: 0x8a } : { outcome: 'allow' }) }),
        },
      ],
    },
  });
  const client = await t.connect({ connect: { properties: { authenticationMethod: method } } });
  refusing = true;
  await client.sendBytes(frame(0xf0, '19 {15 <m>}'));
  expect(client.take('disconnect')?.reasonCode).toBe(0x80);
});
