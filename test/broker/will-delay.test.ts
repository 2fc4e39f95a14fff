import { expect, test } from 'vitest';
import type { ProtocolVersion } from '../../src/packet/types.ts';
import { lasting } from './lasting-session.ts';
import { watchedBroker, willOf } from './wills.ts';

/** A watched broker whose client 'pump' has just been lost. */
async function lost(delay: number, sessionExpiryInterval: number) {
  const [t, watcher] = await watchedBroker();
  const will = willOf('late', { willDelayInterval: delay });
  const client = await t.connect({ clientId: 'pump', connect: { will, properties: { sessionExpiryInterval } } });
  await client.drop();
  return { t, watcher };
}

test('[MQTT-3.1.2-8] the will comes when the Will Delay Interval is over', async () => {
  const { t, watcher } = await lost(10, 60);
  await t.advance(9_900);
  expect(watcher.takePublishes()).toEqual([]);
  await t.advance(300);
  expect(watcher.takePublishes()).toMatchObject([{ text: 'late' }]);
  await t.advance(120_000);
  expect(watcher.takePublishes()).toEqual([]);
});

test('[MQTT-3.1.2-8] the will comes when the session expires before the delay is over', async () => {
  const { t, watcher } = await lost(60, 10);
  await t.advance(9_900);
  expect(watcher.takePublishes()).toEqual([]);
  await t.advance(300);
  expect(watcher.takePublishes()).toMatchObject([{ text: 'late' }]);
  expect(t.broker.gauges.sessions).toBe(1);
});

test('[MQTT-3.1.2-8] the will comes at once when the session ends with the connection', async () => {
  const { watcher } = await lost(60, 0);
  expect(watcher.takePublishes()).toMatchObject([{ text: 'late' }]);
});

test('[MQTT-3.1.2-8] the will comes at once when DISCONNECT asks for it and ends the session', async () => {
  const [t, watcher] = await watchedBroker();
  const will = willOf('late', { willDelayInterval: 60 });
  const client = await t.connect({ connect: { ...lasting(5), will } });
  await client.disconnect(0x04, { sessionExpiryInterval: 0 });
  expect(watcher.takePublishes()).toMatchObject([{ text: 'late' }]);
});

test('[MQTT-3.1.2-8] DISCONNECT with 0x04 keeps the delay', async () => {
  const [t, watcher] = await watchedBroker();
  const will = willOf('late', { willDelayInterval: 10 });
  const client = await t.connect({ connect: { ...lasting(5), will } });
  await client.disconnect(0x04);
  expect(watcher.takePublishes()).toEqual([]);
  await t.advance(10_200);
  expect(watcher.takePublishes()).toHaveLength(1);
});

test('[MQTT-3.1.2-8] the will comes when an operator ends the session during the delay', async () => {
  const { t, watcher } = await lost(60, 60);
  t.broker.disconnectClient('pump', true);
  await t.run();
  expect(watcher.takePublishes()).toHaveLength(1);
});

for (const version of [3, 4, 5] as const satisfies readonly ProtocolVersion[]) {
  test(`[MQTT-3.1.3-9] a client that is back as v${version} within the delay cancels the will`, async () => {
    const { t, watcher } = await lost(10, 60);
    await t.advance(9_000);
    await t.connect({ version, clientId: 'pump', connect: lasting(version) });
    await t.advance(120_000);
    expect(watcher.takePublishes()).toEqual([]);
  });

  test(`[MQTT-3.1.2-8] a client that is back as v${version} with clean start ends the session, and the will comes`, async () => {
    const { t, watcher } = await lost(10, 60);
    await t.connect({ version, clientId: 'pump' });
    expect(watcher.takePublishes()).toMatchObject([{ text: 'late' }]);
    await t.advance(120_000);
    expect(watcher.takePublishes()).toEqual([]);
  });
}

test('[MQTT-3.1.3-9] [MQTT-3.1.2-10] a will that was cancelled is not the will of the next connection', async () => {
  const { t, watcher } = await lost(10, 60);
  const client = await t.connect({ clientId: 'pump', connect: lasting(5) });
  await client.drop();
  await t.advance(120_000);
  expect(watcher.takePublishes()).toEqual([]);
});

test('[MQTT-3.1.3-9] a connection that is refused does not cancel the will', async () => {
  const { t, watcher } = await lost(10, 60);
  const client = t.client({ clientId: 'pump' });
  await client.connect({ cleanStart: false, properties: { authenticationMethod: 'unknown' } });
  expect(client.isClosed).toBe(true);
  await t.advance(10_200);
  expect(watcher.takePublishes()).toHaveLength(1);
});

test('a second loss has the delay of the second will', async () => {
  const { t, watcher } = await lost(10, 60);
  const will = willOf('second', { willDelayInterval: 30 });
  const client = await t.connect({ clientId: 'pump', connect: { ...lasting(5), will } });
  await client.drop();
  await t.advance(29_900);
  expect(watcher.takePublishes()).toEqual([]);
  await t.advance(300);
  expect(watcher.takePublishes()).toMatchObject([{ text: 'second' }]);
});
