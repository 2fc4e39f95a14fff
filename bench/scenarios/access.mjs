/** What it costs to ask: permissions on the way of a message, logins on the way of a connection. */

import { scenario } from './row.mjs';

export const access = [
  scenario({
    name: 'rules-100',
    title: '10 pairs QoS 0 window 100, 100 rules',
    count: 10,
    rules: 100,
    needs: ['permissions'],
    quick: true,
  }),
  scenario({
    name: 'login-fast',
    title: '2,000 logins, salted SHA-256',
    kind: 'idle',
    count: 2000,
    login: 'fast',
    needs: ['logins'],
  }),
  scenario({
    name: 'login-slow',
    title: "2,000 logins, the broker's own hash",
    kind: 'idle',
    count: 2000,
    login: 'slow',
    needs: ['logins'],
  }),
  scenario({
    name: 'tls-idle',
    title: '1,000 idle TLS connections',
    kind: 'idle',
    count: 1000,
    transport: 'tls',
    needs: ['tls'],
  }),
];
