/**
 * The power goes at the n-th commit, for n = 1, 2, 3 … until the scenario passes: whatever was not synced is lost. The
 * clients saw everything that the broker said until then, and come back to one that knows only what the disk has.
 */

import { expect, test } from 'vitest';
import type { Version } from './client.ts';
import { Entries, FaultyStore, type LastCommit, PowerLossStore, RelaxedStore } from './faulty-store.ts';
import { brokenPromises, Scenario } from './scenario.ts';

for (const version of [4, 5] as const) {
  for (const last of ['lost', 'kept'] as const) {
    test(`v${version} strict: nothing acknowledged is lost or doubled, the last commit ${last}`, async () => {
      let nth = 0;
      for (let went = true; went; ) {
        nth++;
        const { hasLostPower, broken } = await withPowerLoss(version, nth, last);
        expect(broken, `the power goes at commit ${nth}`).toEqual([]);
        went = hasLostPower;
      }
      expect(nth).toBeGreaterThan(20);
    });
  }
}

async function withPowerLoss(version: Version, nth: number, last: LastCommit) {
  const scenario = new Scenario(version);
  const entries = new Entries();
  const store = new PowerLossStore(entries, nth, last);
  await scenario.begin(store);
  await scenario.play(() => store.hasLostPower);
  const { hasLostPower } = store;
  scenario.lose();
  await scenario.begin(new FaultyStore(new Entries(entries.map)));
  await scenario.finish();
  await scenario.feed(1);
  await scenario.finish();
  return { hasLostPower, broken: await brokenPromises(scenario) };
}

test('relaxed: at most what was acknowledged since the last sync is lost', async () => {
  for (let synced = 1; synced <= 4; synced++) {
    const scenario = new Scenario(5);
    const store = new RelaxedStore();
    await scenario.begin(store);
    await scenario.subscribe(scenario.present, { '1/#': 1, '2/#': 2 });
    await scenario.subscribe(scenario.absent, { '1/#': 1, '2/#': 2 });
    scenario.absent.disconnect();
    await scenario.feed(synced);
    await scenario.retain('r/a', 'synced', 1);
    store.sync();
    const kept = scenario.ledger.acknowledged;
    await scenario.feed(3);
    const acknowledged = scenario.ledger.acknowledged - kept;
    const disk = store.afterPowerLoss();
    scenario.lose();
    await scenario.begin(new FaultyStore(disk));
    await scenario.finish();
    const { ledger, absent } = scenario;
    const missing = ledger.missingNumbers(absent.clientId, () => true);
    // Each topic has one message of each round.
    expect(missing.every(({ number }) => number > synced)).toBe(true);
    expect(missing).toHaveLength(acknowledged);
    expect(ledger.complaints).toEqual([]);
  }
});
