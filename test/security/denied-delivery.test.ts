/** Where a source looks at each message, no way to a client leads past it: live, shared, retained, queued or repeated. */

import { expect, test } from 'vitest';
import type { AccessRequest, Authorizer, ClientIdentity } from '../../src/ports/access.ts';
import { type TestBroker, type TestBrokerOptions, testBroker } from '../../src/testing/index.ts';
import { KeptStore } from '../broker/kept-store.ts';
import { lasting } from '../broker/lasting-session.ts';

/** Lets everybody subscribe to everything, and gives to nobody but `friend` what is on `secret`. */
class Readers implements Authorizer {
  readonly name = 'readers';
  readonly checksDelivery = true;
  readonly friends: Set<string> = new Set(['friend']);

  authorize({ clientId }: ClientIdentity, { action, topic }: AccessRequest): 'allow' | 'deny' | 'ignore' {
    if (action !== 'receive') return 'allow';
    return topic.startsWith('secret') && !this.friends.has(clientId) ? 'deny' : 'ignore';
  }
}

async function guarded(options: TestBrokerOptions = {}): Promise<{ t: TestBroker; readers: Readers }> {
  const readers = new Readers();
  return { t: await testBroker({ ...options, access: { authorizers: [readers] } }), readers };
}

async function publish(t: TestBroker, topic: string, qos: 0 | 1 | 2, retain = false): Promise<void> {
  void t.broker.publish({ topic, payload: topic, qos, retain });
  await t.run();
}

for (const kind of ['memory', 'journal'] as const) {
  const options = (): TestBrokerOptions => (kind === 'journal' ? { store: new KeptStore() } : {});

  for (const qos of [0, 1, 2] as const) {
    test(`live at QoS ${qos}, ${kind}: dropped for one, delivered to the other, and counted`, async () => {
      const { t } = await guarded(options());
      const [friend, stranger] = [
        await t.connect({ clientId: 'friend', connect: lasting(5) }),
        await t.connect({ clientId: 'stranger', connect: lasting(5) }),
      ];
      for (const client of [friend, stranger]) await client.subscribe('#', { qos: 2 });
      await publish(t, 'secret/a', qos);
      await publish(t, 'open', qos);
      expect(friend.takePublishes().map(({ topic }) => topic)).toEqual(['secret/a', 'open']);
      expect(stranger.takePublishes().map(({ topic }) => topic)).toEqual(['open']);
      expect(t.broker.counters.dropped.get('not_authorized')).toBe(1);
    });
  }

  test(`retained messages, ${kind}`, async () => {
    const { t } = await guarded(options());
    for (const topic of ['secret/a', 'open']) await publish(t, topic, 1, true);
    const stranger = await t.connect({ clientId: 'stranger' });
    await stranger.subscribe('#', { qos: 1 });
    expect(stranger.takePublishes().map(({ topic }) => topic)).toEqual(['open']);
  });

  test(`what waited for a client that is back, and what it may not have any more of what was sent, ${kind}`, async () => {
    const { t, readers } = await guarded(options());
    readers.friends.add('c');
    const client = await t.connect({ clientId: 'c', connect: lasting(5) });
    await client.subscribe('#', { qos: 2 });
    await publish(t, 'secret/sent', 1);
    await publish(t, 'secret/sent', 2);
    expect(client.takePublishes()).toHaveLength(2);
    await client.drop();
    await publish(t, 'secret/queued', 1);
    await publish(t, 'open', 1);
    readers.friends.delete('c');
    const back = await t.connect({ clientId: 'c', connect: lasting(5) });
    expect(back.takePublishes().map(({ topic }) => topic)).toEqual(['open']);
    expect(t.broker.counters.dropped.get('not_authorized')).toBe(3);
    // Nothing of it is left behind.
    await back.drop();
    const again = await t.connect({ clientId: 'c', connect: lasting(5) });
    expect(again.takePublishes().map(({ topic }) => topic)).toEqual(['open']);
  });
}

for (const sharedStrategy of ['round_robin', 'random', 'sticky', 'hash_client', 'hash_topic'] as const) {
  test(`a group gives its messages to members that may have them: ${sharedStrategy}`, async () => {
    const { t } = await guarded({ broker: { sharedStrategy } });
    const clients = [];
    for (const clientId of ['a', 'b', 'friend', 'c']) {
      const client = await t.connect({ clientId });
      await client.subscribe('$share/g/#', { qos: 1 });
      clients.push(client);
    }
    for (let i = 0; i < 6; i++) await publish(t, `secret/${i}`, 1);
    expect(clients.map((client) => client.takePublishes().length)).toEqual([0, 0, 6, 0]);
  });
}

test('a group nobody of which may have a message drops it as not permitted', async () => {
  const { t } = await guarded();
  const client = await t.connect({ clientId: 'stranger' });
  await client.subscribe('$share/g/#', { qos: 1 });
  await publish(t, 'secret', 1);
  expect(client.takePublishes()).toEqual([]);
  expect(t.broker.counters.dropped.get('not_authorized')).toBe(1);
});

test('a superuser gets everything', async () => {
  const t = await testBroker({
    access: {
      authenticators: [{ name: 'root', authenticate: () => ({ outcome: 'allow', superuser: true }) }],
      authorizers: [new Readers()],
    },
  });
  const client = await t.connect();
  await client.subscribe('#');
  await publish(t, 'secret', 0);
  expect(client.takePublishes()).toHaveLength(1);
});

for (const [what, answer] of [
  ['later', () => Promise.resolve('allow')],
  ['never', () => new Promise(() => {})],
  [
    'with an error',
    () => {
      throw new TypeError('no');
    },
  ],
  ['with an error, later', () => Promise.reject(new TypeError('no'))],
] as [string, () => never][]) {
  test(`a source that answers ${what} about a delivery delivers nothing`, async () => {
    const authorize: Authorizer['authorize'] = (_client, { action }) => (action === 'receive' ? answer() : 'allow');
    const t = await testBroker({ access: { authorizers: [{ name: 'odd', checksDelivery: true, authorize }] } });
    const client = await t.connect();
    await client.subscribe('a', { qos: 1 });
    for (const qos of [0, 1, 2] as const) await publish(t, 'a', qos);
    expect(client.takePublishes()).toEqual([]);
    expect(client.isClosed).toBe(false);
  });
}
