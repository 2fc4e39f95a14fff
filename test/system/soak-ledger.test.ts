/** That the ledger of the soak sees what it is there to see. */

import { expect, test } from 'vitest';
import { Ledger } from './soak/ledger.ts';

function ledgerOf(qos: 0 | 1 | 2, published: number): Ledger {
  const ledger = new Ledger();
  const stream = ledger.stream('topic', qos);
  ledger.expect('receiver', 'topic');
  for (let i = 0; i < published; i++) ledger.next(stream, false);
  return ledger;
}

const cases: [string, 0 | 1 | 2, number[], complaints: number, missing: number][] = [
  ['everything in order', 2, [1, 2, 3], 0, 0],
  ['a lost message', 1, [1, 3], 1, 0],
  ['a lost last message', 1, [1, 2], 0, 1],
  ['a repeat at QoS 1', 1, [1, 2, 1, 2, 3], 0, 0],
  ['a repeat at QoS 2', 2, [1, 2, 2, 3], 1, 0],
  ['a repeat at QoS 0', 0, [1, 1], 1, 0],
  ['a wrong order at QoS 2', 2, [1, 3, 2], 2, 0],
  ['gaps at QoS 0', 0, [3], 0, 0],
];

test.each(cases)('%s at QoS %i', (_title, qos, numbers, complaints, missing) => {
  const ledger = ledgerOf(qos, 3);
  for (const number of numbers) ledger.received('receiver', 'topic', number);
  expect([ledger.complaints.length, ledger.missing().length]).toEqual([complaints, missing]);
});

test('a message to somebody who did not subscribe', () => {
  const ledger = ledgerOf(1, 1);
  ledger.received('stranger', 'topic', 1);
  expect(ledger.complaints).toHaveLength(1);
});

test('a message that nobody of a group has got', () => {
  const ledger = new Ledger();
  const stream = ledger.stream('shared', 1);
  for (let i = 0; i < 3; i++) ledger.next(stream, true);
  ledger.received('a', 'shared', 3);
  ledger.received('b', 'shared', 1);
  ledger.received('b', 'shared', 1);
  expect(ledger.complaints).toEqual([]);
  expect(ledger.missing()).toEqual(['nobody of the group has got 2 of shared']);
});
