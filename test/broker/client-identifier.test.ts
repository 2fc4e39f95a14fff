import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';
import { outcome } from './outcome.ts';

for (const version of [3, 4, 5] as const) {
  const notValid = version === 5 ? 0x85 : 2;

  test(`v${version} [MQTT-3.1.3-5] accepts identifiers of 1 to 23 digits and letters`, async () => {
    const t = await testBroker();
    for (const clientId of ['a', '0', 'Z', '0123456789ABCDEFGHIJKLM', 'NOPQRSTUVWXYZabcdefghij', 'klmnopqrstuvwxyz']) {
      expect(await t.client({ version, clientId }).connect()).toMatchObject({ reasonCode: 0 });
    }
    expect(t.broker.gauges.connections).toBe(6);
  });

  test(`v${version} accepts longer identifiers and other characters`, async () => {
    const t = await testBroker();
    for (const clientId of ['x'.repeat(1024), '水泵/1', 'a b+#$', '\u{1f600}']) {
      expect(await t.client({ version, clientId }).connect()).toMatchObject({ reasonCode: 0 });
    }
  });

  test(`v${version} [MQTT-3.1.3-8] [MQTT-3.1.3-9@3.1.1] refuses an identifier above the limit, counted in bytes`, async () => {
    const t = await testBroker({ broker: { clientIdBytesMax: 8 } });
    expect(await t.client({ version, clientId: '水泵12' }).connect()).toMatchObject({ reasonCode: 0 });
    const client = t.client({ version, clientId: '水泵123' });
    await client.send(client.connectPacket());
    expect(outcome(client)).toBe(notValid);
    expect(t.broker.counters.limitsHit.get('client_id_bytes')).toBe(1);
  });

  test(`v${version} [MQTT-3.1.3-8] [MQTT-3.1.3-9@3.1.1] an authenticator can refuse an identifier`, async () => {
    const t = await testBroker({
      access: { authenticators: [{ name: 'no', authenticate: () => ({ outcome: 'deny', reasonCode: 0x85 }) }] },
    });
    const client = t.client({ version });
    await client.send(client.connectPacket());
    expect(outcome(client)).toBe(notValid);
  });
}
