/** Effects of the keys of emqx_auth_jwt, with keys of every kind and a service that publishes some. */

import { exportJWK } from 'jose';
import { expect } from 'vitest';
import { type KeyName, keys, sign } from '../../../access/tokens.ts';
import { pause } from '../../../listeners/listening.ts';
import type { Running } from '../running.ts';
import { granted, login, lost, type ServedEffect, type ServedTable } from './served-effect.ts';
import { type ServerTls, serverTlsEffects, unusedTlsEffects } from './server-tls-effects.ts';
import type { WebServers } from './web-servers.ts';

type Effect = ServedEffect<WebServers>;

const REFUSED = 0x87;
const UNAVAILABLE = 0x88;
const SECRET = 'a secret that has more than thirty-two bytes';
const OTHER = 'another secret that has more than thirty-two bytes';

const signed = (claims: Record<string, unknown> = {}, secret: string = SECRET): Promise<string> =>
  sign(claims, Buffer.from(secret));

const bySecret =
  (secret: string): Effect['see'] =>
  async (b) =>
    await login(b, 'ann', await signed({}, secret));

const byKey = async (b: Running, name: KeyName): Promise<unknown> =>
  await login(b, 'ann', await sign({}, keys[name].privateKey, 'RS256', { kid: name }));

/** What a service answers that publishes one key. */
export async function keySet(name: KeyName): Promise<string> {
  return JSON.stringify({ keys: [{ ...(await exportJWK(keys[name].publicKey)), kid: name }] });
}

const JWKS = 'auth.jwt.jwks = {plain}/keys\n';

const published: readonly Effect[] = [
  {
    keys: ['auth.jwt.pubkey'],
    lines: 'auth.jwt.pubkey = {pubkey}\n',
    see: (b) => byKey(b, 'rsa'),
    with: 0,
    without: REFUSED,
  },
  { keys: ['auth.jwt.jwks'], lines: JWKS, see: (b) => byKey(b, 'rsa'), with: 0, without: REFUSED },
  {
    keys: ['auth.jwt.jwks.refresh_interval'],
    lines: `${JWKS}auth.jwt.jwks.refresh_interval = 1s\n`,
    otherwise: JWKS,
    see: async (b, { texts }) => {
      const before = texts.get('/keys') ?? '';
      const first = await byKey(b, 'rsa');
      texts.set('/keys', await keySet('other'));
      await pause(1300);
      // Old keys serve while new ones are fetched.
      await byKey(b, 'rsa');
      await pause(300);
      const last = await byKey(b, 'rsa');
      texts.set('/keys', before);
      return [first, last];
    },
    with: [0, REFUSED],
    without: [0, 0],
  },
];

const claims: readonly Effect[] = [
  {
    keys: ['auth.jwt.secret'],
    lines: `auth.jwt.secret = ${OTHER}\n`,
    see: bySecret(OTHER),
    with: 0,
    without: REFUSED,
  },
  {
    keys: ['auth.jwt.from'],
    lines: 'auth.jwt.from = username\n',
    see: async (b) => await login(b, await signed(), 'x'),
    with: 0,
    without: REFUSED,
  },
  {
    keys: ['auth.jwt.verify_claims', 'auth.jwt.verify_claims.$name'],
    lines: 'auth.jwt.verify_claims = on\nauth.jwt.verify_claims.who = %u\nauth.jwt.verify_claims.device = %c\n',
    otherwise: 'auth.jwt.verify_claims = off\nauth.jwt.verify_claims.who = %u\n',
    see: async (b) => [
      await login(b, 'ann', await signed({ who: 'ann', device: 'guest' })),
      await login(b, 'ann', await signed({ who: 'bob', device: 'guest' })),
      await login(b, 'ann', await signed({ who: 'ann', device: 'other' })),
    ],
    with: [0, REFUSED, REFUSED],
    without: [0, 0, 0],
  },
  {
    keys: ['auth.jwt.acl_claim_name'],
    lines: 'auth.jwt.acl_claim_name = rights\n',
    see: async (b) => {
      const token = await signed({ rights: { pub: [], sub: ['a'], all: [] } });
      return [await granted(b, ['ann', token], 'a'), await granted(b, ['ann', token], 'b')];
    },
    with: [0, REFUSED],
    without: [0, 0],
  },
  {
    keys: ['auth.jwt.signature_format'],
    lines: 'auth.jwt.signature_format = raw\n',
    see: async (b, servers) => [await bySecret(SECRET)(b, servers), lost(b)],
    with: [
      0,
      expect.stringContaining('auth.jwt.signature_format (signatures have the form that the standard gives them;'),
    ],
    without: [0, ''],
  },
];

const tls: ServerTls<WebServers> = {
  prefix: 'auth.jwt',
  on: 'auth.jwt.jwks = {secure}/keys\n',
  showing: 'auth.jwt.jwks = {strict}/keys\n',
  see: (b) => byKey(b, 'rsa'),
  good: 0,
  bad: UNAVAILABLE,
};

export const jwt: ServedTable<WebServers> = {
  plugin: 'emqx_auth_jwt',
  common: `auth.jwt.secret = ${SECRET}\n`,
  effects: [
    ...claims,
    ...published,
    ...serverTlsEffects(tls),
    ...serverTlsEffects(tls, 'ssl_opts'),
    ...unusedTlsEffects<WebServers>('auth.jwt.ssl'),
    ...unusedTlsEffects<WebServers>('auth.jwt.ssl_opts'),
  ],
};
