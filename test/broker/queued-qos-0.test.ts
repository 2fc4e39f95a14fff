import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';
import { KeptStore } from './kept-store.ts';
import { lasting } from './lasting-session.ts';

async function withQueuedMessage() {
  const store = new KeptStore();
  const t = await testBroker({ store, broker: { queueQos0: true } });
  const receiver = await t.connect({ clientId: 'r', connect: lasting(5) });
  await receiver.subscribe('a', { qos: 0 });
  await receiver.drop();
  const publisher = await t.connect();
  return { t, store, publisher };
}

test('[MQTT-4.3.1-1] QoS 0 that was kept is struck out on disk before it leaves, and what comes meanwhile stays behind it', async () => {
  const { t, store, publisher } = await withQueuedMessage();
  await publisher.publish('a', 'kept', { qos: 0 });
  const receiver = await t.connect({ clientId: 'r', connect: lasting(5) });
  expect(receiver.takePublishes().map(({ text }) => text)).toEqual(['kept']);
  expect(store.range('q/')).toEqual([]);
  await receiver.drop();

  await publisher.publish('a', 'second', { qos: 0 });
  const again = t.client({ clientId: 'r' });
  let endCommit = (): void => {};
  store.held = new Promise<void>((resolve) => {
    endCommit = resolve;
  });
  await again.connect(lasting(5));
  expect(again.takePublishes()).toEqual([]);
  await publisher.publish('a', 'third', { qos: 0 });
  endCommit();
  await t.run();
  expect(again.takePublishes().map(({ text }) => text)).toEqual(['second', 'third']);
});

test('[MQTT-4.3.1-1] QoS 0 that left before a crash does not come again', async () => {
  const { t, store, publisher } = await withQueuedMessage();
  await publisher.publish('a', 'once', { qos: 0 });
  const receiver = await t.connect({ clientId: 'r', connect: lasting(5) });
  expect(receiver.takePublishes()).toHaveLength(1);
  // A broker that knows nothing but what the disk has.
  const next = await testBroker({ store, broker: { queueQos0: true } });
  const returned = await next.connect({ clientId: 'r', connect: lasting(5) });
  expect(returned.takePublishes()).toEqual([]);
});
