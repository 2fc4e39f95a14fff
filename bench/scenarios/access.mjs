/** What it costs to ask: permissions on the way of a message, logins on the way of a connection. */

import { scenario } from './row.mjs';

const permissions = [
  scenario({
    name: 'rules-100',
    title: '10 pairs QoS 0 window 100, 100 rules',
    count: 10,
    rules: 100,
    needs: ['permissions'],
  }),
  scenario({
    name: 'database',
    title: '10 pairs QoS 0 window 100, permissions of a database, remembered',
    count: 10,
    database: true,
    needs: ['database'],
  }),
];

/** All that a thousand clients do who come at once; the listening socket's own queue holds half of them. */
const STORM = /** @type {const} */ ({ kind: 'idle', count: 2000, connectingAtOnce: 250 });

const storms = [
  scenario({ ...STORM, name: 'storm', title: '2,000 clients at once, no login' }),
  scenario({
    ...STORM,
    name: 'storm-plain',
    title: '2,000 clients at once, plain password',
    login: 'plain',
    needs: ['logins'],
  }),
  scenario({
    ...STORM,
    name: 'storm-sha256',
    title: '2,000 clients at once, salted SHA-256',
    login: 'sha256',
    needs: ['logins'],
  }),
  scenario({
    ...STORM,
    name: 'storm-own',
    title: "2,000 clients at once, the broker's own hash",
    login: 'own',
    needs: ['logins'],
  }),
  scenario({
    ...STORM,
    name: 'storm-bcrypt',
    title: '2,000 clients at once, bcrypt, remembered',
    login: 'bcrypt',
    database: true,
    needs: ['database'],
  }),
  scenario({
    ...STORM,
    name: 'storm-bcrypt-first',
    title: '40 clients at once, bcrypt, each checked in full',
    count: 40,
    login: 'bcrypt',
    database: true,
    rememberedSeconds: 0,
    needs: ['database'],
  }),
];

export const access = [...permissions, ...storms];
