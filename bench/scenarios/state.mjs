/** What a broker keeps: connections, subscriptions, retained messages. */

import { scenario } from './row.mjs';

/** Writes of equal size, whatever the broker's pace: what is compared is matching, and the same deliveries after it. */
const MATCHING = { window: 100, refill: 50 };

export const state = [
  scenario({
    name: 'idle',
    title: '10,000 idle connections',
    kind: 'idle',
    count: 10_000,
    quick: true,
    quickCount: 2000,
  }),
  scenario({
    name: 'filters-100k',
    title: '100,000 wildcard filters, one match',
    ...MATCHING,
    layout: 'filters',
    count: 100_000,
    needs: ['wildcards'],
    targetRatio: 0.8,
    quick: true,
  }),
  scenario({
    name: 'filters-1k',
    title: '1,000 wildcard filters, one match',
    ...MATCHING,
    layout: 'filters',
    count: 1000,
    needs: ['wildcards'],
  }),
  scenario({
    name: 'retained',
    title: '10,000 retained to a wildcard subscription',
    kind: 'retained',
    count: 10_000,
    needs: ['retained', 'wildcards'],
    targetRatio: 0.2,
    quick: true,
  }),
  scenario({
    name: 'offline',
    title: '100 messages QoS 1 to 1,000 absent sessions, and their return',
    kind: 'offline',
    layout: 'fan-out',
    count: 1000,
    qos: 1,
    window: 10,
    messages: 100,
    durable: true,
    needs: ['qos'],
  }),
];
