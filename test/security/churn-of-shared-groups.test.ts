/** Large groups, many of whose members are away, and sessions with many subscriptions: their cost must not multiply. */

import { expect, test, vi } from 'vitest';
import { addMember, chooseMember } from '../../src/broker/routing/shared.ts';
import { SharedGroup, type Subscription } from '../../src/broker/session/subscription.ts';
import { Message } from '../../src/packet/message.ts';
import { SeededRandom, testBroker } from '../../src/testing/index.ts';

/** A group of which the first half is away. */
function halfAway(members: number): { group: SharedGroup; looks: () => number } {
  const group = new SharedGroup('g', 'a');
  let looks = 0;
  for (let i = 0; i < members; i++) {
    const session = {
      get connection() {
        looks++;
        return i < members / 2 ? undefined : {};
      },
    };
    addMember(group, { session, qos: 1, group } as unknown as Subscription);
  }
  return { group, looks: () => looks };
}

test('round robin among thousands of members, half of them away, costs each message a walk and no more', () => {
  const { group, looks } = halfAway(20_000);
  const message = Message.of('a', Buffer.alloc(0), 1, false);
  const random = new SeededRandom(1);
  const chosen = new Set<Subscription>();
  // Each search through thousands of members, made for thousands of members, is what it must not be.
  const searches = vi.spyOn(Array.prototype, 'includes');
  for (let i = 0; i < 20; i++) chosen.add(chooseMember(group, 'round_robin', message, random)!);
  const { length } = searches.mock.calls;
  searches.mockRestore();
  expect(length).toBeLessThan(100);
  expect(chosen.size).toBe(20);
  expect(looks()).toBeLessThan(20 * 50_000);
});

test('a session of many subscriptions hands a long queue over to the other member', async () => {
  const t = await testBroker({ broker: { subscriptionsPerClientMax: 100_000 } });
  const connect = { cleanStart: false, properties: { sessionExpiryInterval: 3600, receiveMaximum: 1 } };
  const leaving = await t.connect({ clientId: 'leaving', connect });
  for (let i = 0; i < 20; i++) {
    await leaving.send({
      type: 'subscribe',
      packetId: 1,
      subscriptions: Array.from({ length: 1000 }, (_, j) => ({
        filter: `f/${i}/${j}`,
        qos: 0,
        noLocal: false,
        retainAsPublished: false,
        retainHandling: 0,
      })),
      properties: undefined,
    });
  }
  await leaving.subscribe('$share/g/jobs', { qos: 1 });
  for (let i = 0; i < 5_000; i++) void t.broker.publish({ topic: 'jobs', payload: String(i), qos: 1 });
  const staying = await t.connect({ clientId: 'staying' });
  await staying.subscribe('$share/g/jobs', { qos: 0 });
  await leaving.drop();
  expect(staying.takePublishes()).toHaveLength(5_000);
});
