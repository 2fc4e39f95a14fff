import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';
import { METHOD, say, word } from './authentication-method.ts';
import { recordBytes } from './outcome.ts';

/** Asks for more with as many bytes as CONNECT or AUTH say. */
const asking = {
  method: METHOD,
  begin: () => ({
    step: (data: Buffer | undefined) => ({ outcome: 'continue' as const, data: Buffer.alloc(Number(data), 'd') }),
  }),
};

/** Bytes of an AUTH with a code, the method and this much data, and with nothing else. */
const authBytes = (dataBytes: number): number => 2 + 1 + 1 + 3 + METHOD.length + 3 + dataBytes;

test('[MQTT-3.15.2-2] [MQTT-3.15.2-3] AUTH carries no Reason String or User Property that could make it too large', async () => {
  const maximumPacketSize = authBytes(20);
  const t = await testBroker({ access: { enhancedAuthenticators: [asking] } });
  const client = t.client();
  const received = recordBytes(client);
  await client.send(client.connectPacket({ properties: { ...word('20'), maximumPacketSize } }));
  expect(received()).toHaveLength(maximumPacketSize);
  await say(client, '19');
  expect(received()).toHaveLength(maximumPacketSize - 1);
  expect(client.pair.server.closed).toBe(false);
});

test('[MQTT-3.1.2-24] a client that cannot take the Authentication Data is refused instead of left waiting', async () => {
  const maximumPacketSize = authBytes(20);
  const t = await testBroker({ access: { enhancedAuthenticators: [asking] } });
  const client = t.client();
  const connack = await client.connect({ properties: { ...word('21'), maximumPacketSize } });
  expect(connack?.reasonCode).toBeGreaterThanOrEqual(0x80);
  expect(client.take('auth')).toBeUndefined();
  expect(client.isClosed).toBe(true);
});
