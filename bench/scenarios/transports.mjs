/** The same stream over TLS and WebSocket. */

import { scenario } from './row.mjs';

export const transports = [
  scenario({
    name: 'tls',
    title: '1→1 QoS 0 pipelined over TLS',
    window: 2000,
    refill: 500,
    transport: 'tls',
    needs: ['tls'],
    targetRatio: 0.08,
    quick: true,
  }),
  scenario({
    name: 'websocket',
    title: '1→1 QoS 0 pipelined over WebSocket',
    window: 2000,
    refill: 500,
    transport: 'ws',
    needs: ['ws'],
    quick: true,
  }),
];
