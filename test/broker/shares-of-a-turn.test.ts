/** How much of a fan-out one publisher gets into one turn, before others get theirs. */

import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';

const SUBSCRIBERS = 500;
const MESSAGES = 1_000;

/** Deliveries to the first of many subscribers, counted turn by turn: a turn is what happens between two tasks of `soon`. */
async function deliveriesByTurn(qos: 0 | 1): Promise<number[]> {
  const t = await testBroker();
  const seen: number[] = [0];
  t.broker.subscribe('fan', () => {
    seen[seen.length - 1]!++;
  });
  for (let i = 1; i < SUBSCRIBERS; i++) t.broker.subscribe('fan', () => {});
  const { soon } = t.clock;
  t.clock.soon = (task) =>
    soon.call(t.clock, () => {
      seen.push(0);
      task();
    });
  const publisher = await t.connect({ version: 4 });
  const head = qos === 0 ? [0x30, 5] : [0x32, 7];
  const packets = Array.from({ length: MESSAGES }, (_, i) => {
    const packetId = qos === 0 ? [] : [(i + 1) >> 8, (i + 1) & 0xff];
    return Buffer.from([...head, 0, 3, ...Buffer.from('fan'), ...packetId]);
  });
  await publisher.sendBytes(Buffer.concat(packets));
  return seen.filter((count) => count > 0);
}

test('a message at QoS 0 to 500 subscribers takes an eighth of the share of one at QoS 1', async () => {
  const atQos0 = await deliveriesByTurn(0);
  const atQos1 = await deliveriesByTurn(1);
  expect(atQos0).toEqual([800, 200]);
  expect(atQos1).toEqual(Array.from({ length: 10 }, () => 100));
});
