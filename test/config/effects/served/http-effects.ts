/** Effects of the keys of emqx_auth_http that are about connections; those of questions stand in `home-web-effects.ts`. */

import { expect } from 'vitest';
import { login, lost, type ServedEffect, type ServedTable } from './served-effect.ts';
import { type ServerTls, serverTlsEffects, unusedTlsEffects } from './server-tls-effects.ts';
import type { WebServers } from './web-servers.ts';

type Effect = ServedEffect<WebServers>;

const UNAVAILABLE = 0x88;

const known: Effect['see'] = (b) => login(b, 'ann', 'pw');

const SLOW = 'auth.http.auth_req.url = {plain}/slow\n';
const SILENT = 'auth.http.auth_req.url = {silent}/\nauth.http.timeout = 2s\n';

const connecting: readonly Effect[] = [
  ...['timeout', 'request_timeout'].map(
    (name): Effect => ({
      keys: ['auth.http.timeout|request_timeout'],
      lines: `${SLOW}auth.http.${name} = 100ms\n`,
      otherwise: SLOW,
      see: known,
      with: UNAVAILABLE,
      without: 0,
    }),
  ),
  {
    keys: ['auth.http.connect_timeout'],
    lines: `${SILENT}auth.http.connect_timeout = 200ms\n`,
    otherwise: SILENT,
    see: async (b) => {
      const since = performance.now();
      return [await login(b, 'ann', 'pw'), performance.now() - since < 1500];
    },
    with: [UNAVAILABLE, true],
    without: [UNAVAILABLE, false],
  },
  {
    keys: ['auth.http.pool_size'],
    lines: `${SLOW}auth.http.pool_size = 2\n`,
    otherwise: SLOW,
    see: async (b, { plain }) => {
      const before = plain.connections;
      await Promise.all(['a', 'b', 'c', 'd', 'e'].map((clientId) => login(b, 'ann', 'pw', clientId)));
      return plain.connections - before > 2;
    },
    with: false,
    without: true,
  },
  ...['enable_pipelining', 'retry_interval', 'retry_times', 'retry_backoff'].map(
    (name): Effect => ({
      keys: [name.startsWith('retry') ? 'auth.http.retry_interval|retry_times|retry_backoff' : `auth.http.${name}`],
      lines: `auth.http.${name} = 7\n`,
      see: async (b) => [await login(b, 'ann', 'pw'), lost(b)],
      with: [0, expect.stringContaining(`auth.http.${name} (a connection carries one question at a time;`)],
      without: [0, ''],
    }),
  ),
];

const tls: ServerTls<WebServers> = {
  prefix: 'auth.http',
  on: 'auth.http.auth_req.url = {secure}/\n',
  showing: 'auth.http.auth_req.url = {strict}/\n',
  see: known,
  good: 0,
  bad: UNAVAILABLE,
};

export const http: ServedTable<WebServers> = {
  plugin: 'emqx_auth_http',
  common: 'auth.http.auth_req.url = {plain}/\n',
  effects: [
    ...connecting,
    ...serverTlsEffects(tls),
    ...serverTlsEffects(tls, 'ssl_opts'),
    ...unusedTlsEffects<WebServers>('auth.http.ssl'),
    ...unusedTlsEffects<WebServers>('auth.http.ssl_opts'),
  ],
};
