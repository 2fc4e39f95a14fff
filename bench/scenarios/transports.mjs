/** The same stream, and connections that only stay, over TLS and WebSocket. */

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
  }),
  scenario({
    name: 'tls-idle',
    title: '1,000 idle TLS connections',
    kind: 'idle',
    count: 1000,
    transport: 'tls',
    needs: ['tls'],
  }),
  scenario({
    name: 'websocket-idle',
    title: '5,000 idle WebSocket connections',
    kind: 'idle',
    count: 5000,
    transport: 'ws',
    needs: ['ws'],
  }),
];
