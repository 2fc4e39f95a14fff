/** What is left behind on the way of a message, and how long the loop stands still while it is cleared away. */

import { scenario } from './row.mjs';

export const garbage = [
  scenario({
    name: 'garbage',
    title: '1→1 QoS 0 pipelined, garbage counted',
    window: 2000,
    refill: 500,
    probed: true,
    needs: ['node'],
  }),
  scenario({
    name: 'garbage-alone',
    title: '1→1 QoS 0, one write per message, garbage counted',
    singleWrites: true,
    probed: true,
    needs: ['node'],
  }),
];
