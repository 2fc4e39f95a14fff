import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';
import { KeptStore } from './kept-store.ts';
import { lasting } from './lasting-session.ts';
import { outcome } from './outcome.ts';

async function withDurableReceiver() {
  const store = new KeptStore();
  const t = await testBroker({ store });
  const receiver = await t.connect({ clientId: 'r', connect: lasting(5) });
  await receiver.subscribe('a', { qos: 2 });
  await receiver.drop();
  return { t, store };
}

for (const version of [3, 4] as const) {
  for (const qos of [1, 2] as const) {
    test(`v${version} QoS ${qos} [MQTT-4.8.0-2@3.1.1] a message that cannot be stored is not acknowledged; its connection ends`, async () => {
      const { t, store } = await withDurableReceiver();
      const [publisher, other] = [await t.connect({ version }), await t.connect({ version })];
      store.failing = true;
      await publisher.publish('a', 'x', { qos });
      expect(outcome(publisher)).toBe('closed');
      expect(publisher.inbox).toEqual([]);
      expect(outcome(other)).toBe('open');
    });
  }

  test(`v${version} [MQTT-4.8.0-2@3.1.1] a subscription that cannot be stored ends its connection`, async () => {
    const { t, store } = await withDurableReceiver();
    const client = await t.connect({ version, clientId: 's', connect: lasting(version) });
    store.failing = true;
    expect(await client.subscribe('a')).toBeUndefined();
    expect(outcome(client)).toBe('closed');
  });
}

for (const [qos, type] of [
  [1, 'puback'],
  [2, 'pubrec'],
] as const) {
  test(`[MQTT-4.3.2-4] [MQTT-4.3.3-8] ${type} of MQTT 5 says 0x83 when the message cannot be stored, and it can be sent again`, async () => {
    const { t, store } = await withDurableReceiver();
    const publisher = await t.connect();
    store.failing = true;
    await publisher.publish('a', 'lost', { qos, packetId: 4 });
    expect(publisher.take(type)).toMatchObject({ packetId: 4, reasonCode: 0x83 });
    store.failing = false;
    await publisher.publish('a', 'kept', { qos, packetId: 4 });
    expect(publisher.take(type)).toMatchObject({ packetId: 4, reasonCode: 0 });
    const receiver = await t.connect({ clientId: 'r', connect: lasting(5) });
    expect(receiver.takePublishes().map(({ text }) => text)).toEqual(['kept']);
    expect(t.broker.counters.dropped.get('store_failed')).toBe(1);
  });
}

for (const waits of ['in flight', 'in the queue'] as const) {
  test(`[MQTT-4.3.3-8] QoS 2 that cannot be stored reaches no receiver, so that its repeat reaches each once: ${waits}`, async () => {
    const { t, store } = await withDurableReceiver();
    const passing = await t.connect({
      clientId: 'p',
      connect: { properties: { receiveMaximum: waits === 'in flight' ? 10 : 1 } },
    });
    await passing.subscribe('a', { qos: 2 });
    await passing.subscribe('other', { qos: 2 });
    const publisher = await t.connect({ clientId: 'w', connect: lasting(5) });
    await publisher.publish('other', 'fills the window', { qos: 2, packetId: 3 });
    store.failing = true;
    await publisher.publish('a', 'lost', { qos: 2, packetId: 4 });
    store.failing = false;
    await publisher.publish('a', 'kept', { qos: 2, packetId: 4 });
    const texts = passing.takePublishes().map(({ text, packetId }) => ({ text, packetId }));
    for (const { packetId } of texts) {
      await passing.send({ type: 'pubrec', packetId, reasonCode: 0, properties: undefined });
      await passing.send({ type: 'pubcomp', packetId, reasonCode: 0, properties: undefined });
    }
    const received = [...texts, ...passing.takePublishes()].map(({ text }) => text);
    expect(received).toEqual(['fills the window', 'kept']);
  });
}

for (const isKept of [false, true]) {
  test(`[MQTT-4.3.3-8] QoS 2 of a shared subscription, taken over while its commit is under way, is refused with it: the other member ${isKept ? 'is kept' : 'is not kept'}`, async () => {
    const { t, store } = await withDurableReceiver();
    const first = await t.connect({ clientId: 'first', connect: lasting(5) });
    await first.subscribe('$share/g/shared', { qos: 2 });
    const publisher = await t.connect({ clientId: 'w', connect: lasting(5) });
    const other = await t.connect({ clientId: 'other', connect: isKept ? lasting(5) : {} });
    await other.subscribe('$share/g/shared', { qos: 2 });
    // The next one is for the first member.
    do await publisher.publish('shared');
    while (other.takePublishes().length === 0);
    let refuse = (_cause: Error): void => {};
    store.held = new Promise<void>((_resolve, reject) => {
      refuse = reject;
    });
    await publisher.publish('shared', 'lost', { qos: 2, packetId: 4 });
    await first.drop();
    expect(other.takePublishes()).toEqual([]);
    // The commit after it succeeds.
    store.held = Promise.resolve();
    refuse(new TypeError('the disk is full'));
    await t.run();
    expect(publisher.take('pubrec')).toMatchObject({ packetId: 4, reasonCode: 0x83 });
    await publisher.publish('shared', 'kept', { qos: 2, packetId: 4 });
    expect(other.takePublishes().map(({ text }) => text)).toEqual(['kept']);
  });
}
