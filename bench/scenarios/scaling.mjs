/**
 * Series that grow one thing and leave the traffic as it is. What a message costs may grow with the logarithm of the
 * size and no faster; what is kept may take as many bytes each, however many there are.
 */

import { scenario } from './row.mjs';

/**
 * @typedef {object} Series
 * @property {string} name for the command line
 * @property {string} title for the tables
 * @property {string} item what is counted
 * @property {number[]} sizes ascending
 * @property {boolean} countsMemory whether an item keeps memory by itself
 * @property {(size: number) => Partial<import('./row.mjs').Scenario>} row what a size means
 */

/** Writes of equal size: how much comes in one read must not differ from one size to the next. */
const STEADY = { window: 200, refill: 100 };
/** Who is connected first waits until the last of a million things has been made. */
const PATIENT = { keepAliveSeconds: 3600 };

/** @type {Series[]} */
export const SERIES = [
  {
    name: 'subscriptions',
    title: 'subscriptions with wildcards, one match',
    item: 'subscription',
    sizes: [1000, 10_000, 100_000, 1_000_000],
    countsMemory: true,
    row: (count) => ({ ...STEADY, layout: 'filters', count, needs: ['wildcards'] }),
  },
  {
    name: 'sessions',
    title: 'absent sessions with a subscription each, 10 pairs QoS 1',
    item: 'session',
    sizes: [1000, 10_000, 100_000],
    countsMemory: true,
    row: (sessions) => ({ ...STEADY, sessions, count: 10, qos: 1, needs: ['qos'] }),
  },
  {
    name: 'retained',
    title: 'retained messages, 1,000 matched',
    item: 'retained message',
    sizes: [1000, 10_000, 100_000, 1_000_000],
    countsMemory: true,
    row: (count) => ({ kind: 'retained', count, matched: 1000, needs: ['retained', 'wildcards'] }),
  },
  {
    name: 'fan-out',
    title: 'fan-out QoS 0',
    item: 'subscriber',
    sizes: [1, 10, 100, 1000, 10_000],
    countsMemory: true,
    row: (count) => ({ layout: 'fan-out', count, window: 32, refill: 16, ratePerSecond: 5 }),
  },
];

/** @param {Series} series @returns {import('./row.mjs').Scenario[]} one for each size */
export function scenariosOf(series) {
  return series.sizes.map((size) =>
    scenario({
      name: `${series.name}-${size}`,
      title: `${size.toLocaleString('en-US')} ${series.title}`,
      ...PATIENT,
      ...series.row(size),
    }),
  );
}

/** The largest of everything under a steady, moderate load: how long does the loop stand still? */
export const PAUSES = scenario({
  ...PATIENT,
  name: 'pauses',
  title: '100,000 absent sessions, 1,000 pairs QoS 1 at 10/s each',
  kind: 'rate',
  count: 1000,
  window: 1,
  qos: 1,
  ratePerSecond: 10_000,
  sessions: 100_000,
  probed: true,
  needs: ['qos', 'node'],
});
