import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';
import { outcome } from './outcome.ts';

for (const [asked, granted] of [
  [60, 20],
  [0, 20],
] as const) {
  test(`[MQTT-3.1.2-21] [MQTT-3.2.2-21] a keep alive of ${asked} becomes ${granted}, which CONNACK says and which holds`, async () => {
    const t = await testBroker({ broker: { keepAliveSecondsMax: 20 } });
    const client = t.client();
    const connack = await client.connect({ keepAlive: asked });
    expect(connack?.properties?.serverKeepAlive).toBe(granted);
    await t.advance(29_900);
    expect(outcome(client)).toBe('open');
    await t.advance(4_000);
    expect(outcome(client)).toBe(0x8d);
  });
}

for (const limit of [0, 20]) {
  test(`[MQTT-3.2.2-22] a keep alive within the limit ${limit} is kept and not mentioned`, async () => {
    const t = await testBroker({ broker: { keepAliveSecondsMax: limit } });
    const client = t.client();
    const connack = await client.connect({ keepAlive: 10 });
    expect(connack?.properties?.serverKeepAlive).toBeUndefined();
    await t.advance(14_900);
    expect(outcome(client)).toBe('open');
    await t.advance(2_100);
    expect(outcome(client)).toBe(0x8d);
  });
}

for (const version of [3, 4] as const) {
  test(`v${version} [MQTT-3.1.2-24@3.1.1] a client that cannot be told of another keep alive has its own`, async () => {
    const t = await testBroker({ broker: { keepAliveSecondsMax: 20 } });
    const client = await t.connect({ version, connect: { keepAlive: 60 } });
    await t.advance(89_900);
    expect(outcome(client)).toBe('open');
    await t.advance(12_000);
    expect(outcome(client)).toBe('closed');
  });
}
