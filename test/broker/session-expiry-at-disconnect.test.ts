import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';
import { outcome } from './outcome.ts';

async function disconnecting(atConnect: number, atDisconnect: number, maximum: number = 0xffffffff) {
  const t = await testBroker({ broker: { sessionExpirySecondsMax: maximum } });
  const client = await t.connect({ connect: { properties: { sessionExpiryInterval: atConnect } } });
  await client.disconnect(0, { sessionExpiryInterval: atDisconnect });
  return { t, client };
}

test('DISCONNECT makes the Session Expiry Interval longer', async () => {
  const { t } = await disconnecting(10, 60);
  await t.advance(59_900);
  expect(t.broker.gauges.sessions).toBe(1);
  await t.advance(300);
  expect(t.broker.gauges.sessions).toBe(0);
});

test('DISCONNECT makes the Session Expiry Interval shorter', async () => {
  const { t } = await disconnecting(60, 10);
  await t.advance(10_200);
  expect(t.broker.gauges.sessions).toBe(0);
});

test('[MQTT-4.1.0-2] DISCONNECT with a Session Expiry Interval of 0 ends the session at once', async () => {
  const { t } = await disconnecting(60, 0);
  expect(t.broker.gauges.sessions).toBe(0);
});

test('[MQTT-3.1.2-23] DISCONNECT without one leaves the interval of CONNECT', async () => {
  const t = await testBroker();
  const client = await t.connect({ connect: { properties: { sessionExpiryInterval: 10 } } });
  await client.disconnect(0, {});
  await t.advance(9_900);
  expect(t.broker.gauges.sessions).toBe(1);
  await t.advance(300);
  expect(t.broker.gauges.sessions).toBe(0);
});

test('[MQTT-4.13.1-1] DISCONNECT cannot keep a session that CONNECT said not to keep', async () => {
  const { t, client } = await disconnecting(0, 60);
  expect(outcome(client)).toBe(0x82);
  expect(t.broker.gauges.sessions).toBe(0);
});

test('DISCONNECT with 0 where CONNECT had 0 is a normal end', async () => {
  const { client } = await disconnecting(0, 0);
  expect(outcome(client)).toBe('closed');
});

test('the administrator’s longest interval holds for DISCONNECT too', async () => {
  const { t } = await disconnecting(10, 0xffffffff, 30);
  await t.advance(30_200);
  expect(t.broker.gauges.sessions).toBe(0);
});

test('[MQTT-3.1.2-23] 0xFFFFFFFF at DISCONNECT keeps the session for ever', async () => {
  const { t } = await disconnecting(10, 0xffffffff);
  await t.advance(360_000_000);
  expect(t.broker.gauges.sessions).toBe(1);
});
