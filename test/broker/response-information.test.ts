import { expect, test } from 'vitest';
import type { Properties } from '../../src/packet/types.ts';
import { testBroker } from '../../src/testing/index.ts';

async function told(asked: Properties | undefined, responseInformation: string): Promise<string | undefined> {
  const t = await testBroker({ broker: { responseInformation } });
  const connack = await t.client({ clientId: 'pump' }).connect({ properties: asked });
  return connack?.properties?.responseInformation;
}

test('[MQTT-3.1.2-28] a client that does not ask for Response Information gets none', async () => {
  expect(await told(undefined, 'answers/%c')).toBeUndefined();
  expect(await told({ requestResponseInformation: false }, 'answers/%c')).toBeUndefined();
});

test('a client that asks for Response Information gets it with its identifier, where there is some', async () => {
  expect(await told({ requestResponseInformation: true }, 'answers/%c/%c')).toBe('answers/pump/pump');
  expect(await told({ requestResponseInformation: true }, '')).toBeUndefined();
});
