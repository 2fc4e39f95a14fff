/**
 * The command is killed at random moments under load and started again on the same data folder. `KILLS=200` makes it
 * longer and `KILL_SEED` repeats what the clients do; `npm run soak -- --kills 200`.
 */

import { expect, test } from 'vitest';
import { BrokerProcess, dataFolder } from './broker-process.ts';
import { KillLoop } from './kill-loop.ts';

const kills = Number(process.env['KILLS'] ?? 12);
const seed = Number(process.env['KILL_SEED'] ?? Date.now() % 1_000_000);

test(
  `after ${kills} times kill -9 nothing acknowledged is missing, doubled at QoS 2 or out of order`,
  async () => {
    const broker = new BrokerProcess(dataFolder(), 'limits: { queued_messages_max: 1000000 }\nlog: { level: warn }\n');
    await broker.start();
    const loop = new KillLoop(broker, seed);
    await loop.begin();
    for (let kill = 0; kill < kills; kill++) await loop.round();
    const complaints = await loop.finish(20_000 + kills * 100);
    const { acknowledged, received } = loop.ledger;
    console.info(`${kills} kills, seed ${seed}: ${acknowledged} messages acknowledged, ${received} received`);
    expect({ seed, complaints: complaints.slice(0, 40), errors: broker.running.program.errors }).toEqual({
      seed,
      complaints: [],
      errors: '',
    });
    expect(acknowledged).toBeGreaterThan(kills * 20);
    expect(await broker.stop()).toBe(0);
  },
  60_000 + kills * 5_000,
);
