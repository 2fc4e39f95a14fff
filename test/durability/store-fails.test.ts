/** The n-th operation of the store fails, for n = 1, 2, 3 … until the scenario passes without meeting the fault. */

import { expect, test } from 'vitest';
import { FaultyStore, type Operation } from './faulty-store.ts';
import { brokenPromises, Scenario } from './scenario.ts';

const OPERATIONS: readonly Operation[] = ['commit', 'put', 'delete', 'get', 'range'];

/** One failure that passes, and where the outcome may differ a short time of failures and a disk that is gone for long. */
const TIMES: Readonly<Record<Operation, readonly number[]>> = {
  commit: [1, 3, 40],
  put: [1],
  delete: [1],
  get: [1, 40],
  range: [1, 40],
};

/** Not fewer than this many failures have to be met, or the scenario has become too short to prove anything. */
const MET_MIN: Readonly<Record<Operation, number>> = { commit: 100, put: 80, delete: 30, get: 2, range: 4 };

for (const version of [4, 5] as const) {
  for (const operation of OPERATIONS) {
    test(`v${version} a ${operation} that fails breaks no promise, and the broker goes on`, async () => {
      let met = 0;
      for (const times of TIMES[operation]) {
        for (let nth = 1; ; nth++) {
          const what = `${operation} ${nth}, ${times} times`;
          const { store, broken } = await withFault(version, { operation, nth, times });
          expect(broken, what).toEqual([]);
          if (!store.wasMet) break;
          met++;
        }
      }
      expect(met).toBeGreaterThanOrEqual(MET_MIN[operation]);
    });
  }
}

async function withFault(version: 4 | 5, fault: { operation: Operation; nth: number; times: number }) {
  const store = new FaultyStore();
  const scenario = new Scenario(version);
  await scenario.begin(store);
  // Reads at the start belong to a start that fails, which is another test.
  for (const operation of OPERATIONS) store.counts[operation] = 0;
  store.fault = fault;
  await scenario.play();
  const { wasMet } = store;
  // A disk that cannot be read keeps what it has, and nobody gets it until it can be read again.
  if (fault.operation === 'get' || fault.operation === 'range') store.fault = undefined;
  await scenario.finish();
  const before = (await brokenPromises(scenario)).map((text) => `before the restart: ${text}`);
  store.fault = undefined;
  await scenario.broker.advance(2000);
  await scenario.broker.close();
  scenario.lose();
  await scenario.begin(new FaultyStore(store.entries));
  await scenario.finish();
  const after = (await brokenPromises(scenario)).map((text) => `after the restart: ${text}`);
  return { store: { wasMet }, broken: [...before, ...after] };
}
