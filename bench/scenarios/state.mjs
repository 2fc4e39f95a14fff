/** What a broker keeps: connections, subscriptions, retained messages. */

import { scenario } from './row.mjs';

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
    layout: 'filters',
    count: 100_000,
    needs: ['wildcards'],
    targetRatio: 0.8,
    quick: true,
  }),
  scenario({
    name: 'filters-1k',
    title: '1,000 wildcard filters, one match',
    layout: 'filters',
    count: 1000,
    needs: ['wildcards'],
    quick: true,
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
];
