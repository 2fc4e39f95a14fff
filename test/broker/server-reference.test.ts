import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';

for (const reasonCode of [0x9c, 0x9d]) {
  const authenticator = {
    name: 'elsewhere',
    authenticate: () => ({ outcome: 'deny' as const, reasonCode, serverReference: 'other.example:1883' }),
  };

  test(`an authenticator sends an MQTT 5 client to another server with 0x${reasonCode.toString(16)}`, async () => {
    const t = await testBroker({ access: { authenticators: [authenticator] } });
    const client = t.client();
    const connack = await client.connect();
    expect(connack).toMatchObject({ reasonCode, properties: { serverReference: 'other.example:1883' } });
    expect(client.isClosed).toBe(true);
  });

  for (const version of [3, 4] as const) {
    test(`v${version} gets server unavailable for 0x${reasonCode.toString(16)}, since it knows no other server`, async () => {
      const t = await testBroker({ access: { authenticators: [authenticator] } });
      const client = t.client({ version });
      expect(await client.connect()).toMatchObject({ reasonCode: 3 });
      expect(client.isClosed).toBe(true);
    });
  }
}
