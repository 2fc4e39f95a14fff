import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';
import { lasting } from './lasting-session.ts';

test('[MQTT-3.3.1-9] Retain Handling 0 sends retained messages at every SUBSCRIBE', async () => {
  const t = await testBroker();
  const client = await t.connect();
  await client.publish('a', 'kept', { retain: true });
  for (let i = 0; i < 2; i++) {
    await client.subscribe('a', { retainHandling: 0 });
    expect(client.takePublishes()).toMatchObject([{ text: 'kept', retain: true }]);
  }
});

test('[MQTT-3.3.1-10] Retain Handling 1 sends them only for a subscription that did not exist', async () => {
  const t = await testBroker();
  const client = await t.connect();
  await client.publish('a', 'kept', { retain: true });
  await client.subscribe('a', { retainHandling: 1 });
  expect(client.takePublishes()).toHaveLength(1);
  await client.subscribe('a', { retainHandling: 1, qos: 2 });
  expect(client.takePublishes()).toEqual([]);
  await client.unsubscribe('a');
  await client.subscribe('a', { retainHandling: 1 });
  expect(client.takePublishes()).toHaveLength(1);
});

test('[MQTT-3.3.1-10] a subscription of an earlier connection of the session exists', async () => {
  const t = await testBroker();
  const first = await t.connect({ clientId: 'c', connect: lasting(5) });
  await first.publish('a', 'kept', { retain: true });
  await first.subscribe('a', { retainHandling: 2 });
  await first.disconnect();
  const second = await t.connect({ clientId: 'c', connect: lasting(5) });
  await second.subscribe('a', { retainHandling: 1 });
  expect(second.takePublishes()).toEqual([]);
});

test('[MQTT-3.3.1-11] Retain Handling 2 sends none, and what comes later arrives', async () => {
  const t = await testBroker();
  const client = await t.connect();
  await client.publish('a', 'kept', { retain: true });
  await client.subscribe('a', { retainHandling: 2 });
  expect(client.takePublishes()).toEqual([]);
  await client.publish('a', 'live');
  expect(client.takePublishes()).toMatchObject([{ text: 'live' }]);
});

test('Retain Handling 3 is a protocol error', async () => {
  const t = await testBroker();
  const client = await t.connect();
  await client.sendBytes('82 07 0001 00 0001 61 30');
  expect(client.inbox.at(-1)).toMatchObject({ type: 'disconnect', reasonCode: 0x82 });
});
