import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';

const HOUR = 3_600_000;

async function sessionOf(sessionExpiryInterval: number | undefined) {
  const t = await testBroker();
  const properties = sessionExpiryInterval === undefined ? undefined : { sessionExpiryInterval };
  const client = await t.connect({ clientId: 'pump', connect: { properties } });
  await client.subscribe('a', { qos: 1 });
  return { t, client };
}

test('[MQTT-3.1.2-23] the session is there until the interval is over', async () => {
  const { t, client } = await sessionOf(60);
  await client.drop();
  await t.advance(59_900);
  const again = t.client({ clientId: 'pump' });
  expect(await again.connect({ cleanStart: false })).toMatchObject({ sessionPresent: true });
});

test('[MQTT-4.1.0-2] the session is gone when the interval is over', async () => {
  const { t, client } = await sessionOf(60);
  const ended: unknown[] = [];
  t.broker.on('sessionEnded', (event) => ended.push(event));
  await client.drop();
  await t.advance(60_200);
  expect(ended).toEqual([{ clientId: 'pump', reason: 'expired' }]);
  expect(t.broker.gauges).toMatchObject({ sessions: 0, subscriptions: 0 });
  const again = t.client({ clientId: 'pump' });
  expect(await again.connect({ cleanStart: false })).toMatchObject({ sessionPresent: false });
});

test('[MQTT-4.1.0-1] the session does not end while the connection is open', async () => {
  const { t, client } = await sessionOf(1);
  await t.advance(HOUR);
  await t.broker.publish({ topic: 'a', payload: 'here' });
  await t.run();
  expect(client.takePublishes()).toHaveLength(1);
});

test('[MQTT-3.1.2-23] the interval begins anew with each connection and is that of the latest', async () => {
  const { t, client } = await sessionOf(60);
  await client.drop();
  await t.advance(40_000);
  const second = await t.connect({
    clientId: 'pump',
    connect: { cleanStart: false, properties: { sessionExpiryInterval: 100 } },
  });
  await t.advance(40_000);
  await second.drop();
  await t.advance(99_900);
  expect(t.broker.gauges.sessions).toBe(1);
  await t.advance(300);
  expect(t.broker.gauges.sessions).toBe(0);
});

for (const expiry of [undefined, 0]) {
  test(`[MQTT-4.1.0-2] a session with the interval ${expiry} ends with its connection`, async () => {
    const { t, client } = await sessionOf(expiry);
    await client.drop();
    expect(t.broker.gauges.sessions).toBe(0);
  });
}

test('[MQTT-3.1.2-23] a session with the interval 0xFFFFFFFF does not end', async () => {
  const { t, client } = await sessionOf(0xffffffff);
  await client.drop();
  await t.advance(100 * HOUR);
  expect(t.broker.gauges.sessions).toBe(1);
});

for (const version of [3, 4] as const) {
  test(`v${version} [MQTT-4.1.0-1@3.1.1] a session that is kept ends only where the administrator says so`, async () => {
    const t = await testBroker({ broker: { sessionExpirySecondsMax: 7200 } });
    const client = await t.connect({ version, connect: { cleanStart: false } });
    await client.disconnect();
    await t.advance(2 * HOUR - 200);
    expect(t.broker.gauges.sessions).toBe(1);
    await t.advance(400);
    expect(t.broker.gauges.sessions).toBe(0);
  });
}

test('a longer interval than the administrator allows is cut, and CONNACK says so', async () => {
  const t = await testBroker({ broker: { sessionExpirySecondsMax: 60 } });
  const client = t.client();
  const connack = await client.connect({ properties: { sessionExpiryInterval: 0xffffffff } });
  expect(connack?.properties?.sessionExpiryInterval).toBe(60);
  const modest = t.client();
  const other = await modest.connect({ properties: { sessionExpiryInterval: 60 } });
  expect(other?.properties?.sessionExpiryInterval).toBeUndefined();
  await client.drop();
  await t.advance(60_200);
  expect(t.broker.gauges.sessions).toBe(1);
});
