/** One publisher to one subscriber: the cost of a message in a stream, by size, QoS, window and packet content. */

import { scenario } from './row.mjs';

/** Publishers that keep the broker's reads full: a quarter of the window is written at once when that much has come out. */
const PIPELINED = { window: 2000, refill: 500 };

const streams = [
  scenario({
    ...PIPELINED,
    name: 'pipelined-64',
    title: '1→1 QoS 0 pipelined, 64 B',
    targetRatio: 0.06,
    quick: true,
  }),
  scenario({
    ...PIPELINED,
    name: 'pipelined-1k',
    title: '1→1 QoS 0 pipelined, 1 KB',
    payloadBytes: 1024,
    window: 400,
    refill: 100,
  }),
  scenario({
    name: 'pipelined-64k',
    title: '1→1 QoS 0 pipelined, 64 KB',
    payloadBytes: 65_536,
    window: 16,
    refill: 4,
    ratePerSecond: 500,
    targetRatio: 0.35,
  }),
  scenario({
    name: 'single-write',
    title: '1→1 QoS 0, one write per message',
    singleWrites: true,
    targetRatio: 0.4,
    quick: true,
  }),
  scenario({
    ...PIPELINED,
    name: 'properties',
    title: '1→1 QoS 0 pipelined, 5 user properties',
    version: 5,
    userProperties: 5,
    window: 400,
    refill: 100,
    needs: ['mqtt5'],
  }),
];

/** Pairs at every QoS and window; at QoS 0 the window counts messages that have not come out yet. */
const TARGETS = new Map([
  ['pairs-q1-w100', 0.12],
  ['pairs-q2-w100', 0.1],
]);
const QUICK = new Set(['pairs-q1-w100', 'pairs-q2-w100']);
/** Of 1,000 pairs one window says enough: their messages arrive in small lots whatever it is. */
const USUAL_WINDOW_OF_MANY = 20;

/** @param {number} count @param {string} name */
const allWindows = (count, name) =>
  /** @type {const} */ ([0, 1, 2]).flatMap((qos) =>
    [1, 20, 100].map((window) => {
      const own = `${name}-q${qos}-w${window}`;
      return scenario({
        name: own,
        title: `${count.toLocaleString('en-US')} pairs QoS ${qos}, window ${window}`,
        count,
        qos,
        window,
        needs: qos > 0 ? ['qos'] : [],
        quick: QUICK.has(own),
        rare: count > 10 && window !== USUAL_WINDOW_OF_MANY,
        targetRatio: TARGETS.get(own),
      });
    }),
  );

const sparse = [
  scenario({
    name: 'thousand-q0',
    title: '1,000 pairs QoS 0 at 10/s each',
    kind: 'rate',
    count: 1000,
    window: 1,
    ratePerSecond: 10_000,
    targetRatio: 1.15,
    quick: true,
  }),
  scenario({
    name: 'thousand-q1',
    title: '1,000 pairs QoS 1 at 1/s each',
    kind: 'rate',
    count: 1000,
    window: 1,
    qos: 1,
    ratePerSecond: 1000,
    needs: ['qos'],
    targetRatio: 1.15,
  }),
  scenario({
    name: 'thousand-q0-slow',
    title: '1,000 pairs QoS 0 at 1/s each',
    kind: 'rate',
    count: 1000,
    window: 1,
    ratePerSecond: 1000,
    targetRatio: 1.15,
  }),
];

/** Mosquitto keeps such sessions in memory and syncs nothing; Hoopoe acknowledges when the disk has the message. */
const durable = [
  scenario({
    name: 'durable-q1',
    title: '100 durable pairs QoS 1, window 100',
    count: 100,
    qos: 1,
    window: 100,
    durable: true,
    needs: ['qos'],
    targetRatio: 1,
    quick: true,
  }),
  scenario({
    name: 'durable-q1-w1',
    title: '1 durable pair QoS 1, window 1',
    qos: 1,
    window: 1,
    durable: true,
    needs: ['qos'],
  }),
];

export const pairs = [...streams, ...allWindows(10, 'pairs'), ...allWindows(1000, 'many'), ...sparse, ...durable];
