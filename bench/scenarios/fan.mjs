/** Many on one side: fan-out, fan-in and shared subscriptions. */

import { scenario } from './row.mjs';

export const fan = [
  scenario({
    name: 'fan-out',
    title: 'fan-out 1→1000 QoS 0',
    layout: 'fan-out',
    count: 1000,
    window: 32,
    refill: 16,
    ratePerSecond: 10,
    targetRatio: 0.08,
    quick: true,
  }),
  scenario({
    name: 'fan-in',
    title: 'fan-in 1000→1 at 10,000/s',
    kind: 'rate',
    layout: 'fan-in',
    count: 1000,
    window: 1,
    ratePerSecond: 10_000,
    targetRatio: 1.15,
    quick: true,
  }),
  scenario({
    name: 'shared',
    title: 'shared group 10→10 QoS 1',
    layout: 'shared',
    count: 10,
    qos: 1,
    needs: ['qos', 'shared'],
    targetRatio: 0.15,
    quick: true,
  }),
];
