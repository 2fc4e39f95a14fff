/** The rows of the kind `jwt`: logins with JSON Web Tokens. */

import type { OptionRow, TextRule } from '../../../ports/option.ts';
import { serverTlsRows } from './server-tls.ts';

const claimRule: TextRule = {
  allowed: 'claim=value',
  test: (text) => /^[^=]+=/.test(text),
};

const keyRows: readonly OptionRow[] = [
  {
    name: 'jwt.secret',
    type: { kind: 'secret' },
    default: undefined,
    unset: 'tokens signed with HMAC are refused',
    reloadable: false,
    sentence: 'Secret of tokens signed with HS256, HS384 or HS512; whoever knows it can make tokens.',
    emqx: 'auth.jwt.secret',
  },
  {
    name: 'jwt.secret_base64',
    type: { kind: 'boolean' },
    default: false,
    reloadable: false,
    sentence: 'Whether the secret is written in Base64 (or its form for addresses).',
  },
  {
    name: 'jwt.public_key_file',
    type: { kind: 'path' },
    default: undefined,
    unset: 'there is no such file',
    reloadable: false,
    sentence:
      'Public keys or certificates in PEM, of RSA (2,048 bits and more), EC (P-256, P-384, P-521) or Ed25519; the file ' +
      'is read again at SIGHUP.',
    emqx: 'auth.jwt.pubkey',
  },
  {
    name: 'jwt.jwks_url',
    type: { kind: 'string' },
    default: undefined,
    unset: 'keys are not fetched',
    reloadable: false,
    sentence: 'Address of a JSON Web Key Set with public keys.',
    emqx: 'auth.jwt.jwks',
  },
  {
    name: 'jwt.jwks_refresh_seconds',
    type: { kind: 'duration', min: 1, max: 86_400 },
    default: 300,
    reloadable: false,
    sentence: 'Age at which the key set is fetched again; one with an unknown key is fetched sooner.',
    emqx: 'auth.jwt.jwks.refresh_interval',
  },
  {
    name: 'jwt.jwks_stale_seconds_max',
    type: { kind: 'duration', min: 0, max: 604_800 },
    default: 3600,
    reloadable: false,
    sentence: 'How long beyond that age keys still count while they cannot be fetched; then logins fail.',
  },
  {
    name: 'jwt.jwks_seconds_max',
    type: { kind: 'duration', min: 0.1, max: 300 },
    default: 5,
    reloadable: false,
    sentence: 'Time until the key set must be there.',
  },
  {
    name: 'jwt.jwks_bytes_max',
    type: { kind: 'size', min: 64, max: 16_777_216 },
    default: 262_144,
    reloadable: false,
    sentence: 'Largest key set.',
  },
  {
    name: 'jwt.allow_private_addresses',
    type: { kind: 'boolean' },
    default: true,
    reloadable: false,
    sentence: 'Whether the key set may lie on this machine or in a private network.',
  },
];

const claimRows: readonly OptionRow[] = [
  {
    name: 'jwt.from',
    type: { kind: 'one-of', values: ['password', 'username'] },
    default: 'password',
    reloadable: false,
    sentence: 'Where a client sends its token; one that sends nothing there is not known here.',
    emqx: 'auth.jwt.from',
  },
  {
    name: 'jwt.other_texts',
    type: { kind: 'one-of', values: ['deny', 'ignore'] },
    default: 'deny',
    reloadable: false,
    sentence:
      'What holds for a client that sends something else than a token: it is refused, or, as in EMQX 4, the next ' +
      'source is asked, which is needed where other clients have passwords.',
  },
  {
    name: 'jwt.verify_claims',
    type: { kind: 'list', rule: claimRule },
    default: [],
    reloadable: false,
    sentence:
      'Claims that a token must have, each as claim=value, where %u and %c stand for user name and client id; of a ' +
      'claim that is a list one entry must be equal.',
    emqx: 'auth.jwt.verify_claims.$name',
  },
  {
    name: 'jwt.leeway_seconds',
    type: { kind: 'duration', min: 0, max: 300 },
    default: 0,
    reloadable: false,
    sentence: 'How far the clocks of the broker and of who makes tokens may differ.',
  },
  {
    name: 'jwt.require_expiry',
    type: { kind: 'boolean' },
    default: false,
    reloadable: false,
    sentence: 'Whether a token without the claim exp is refused; with it the connection ends when the token does.',
  },
  {
    name: 'jwt.username_claim',
    type: { kind: 'string' },
    default: undefined,
    unset: 'the user name stays what the client sent',
    reloadable: false,
    sentence: 'Claim that becomes the user name of the client.',
  },
  {
    name: 'jwt.superuser_claim',
    type: { kind: 'string' },
    default: undefined,
    unset: 'no token makes a superuser',
    reloadable: false,
    sentence: 'Claim that makes a superuser of the client where it is true.',
  },
  {
    name: 'jwt.acl_claim',
    type: { kind: 'string' },
    default: 'acl',
    reloadable: false,
    sentence:
      'Claim with what the client may do: an object with the lists pub, sub and all, beyond which nothing is allowed, ' +
      'or a list of objects with permission, action and topic, of which the first that fits decides.',
    emqx: 'auth.jwt.acl_claim_name',
  },
];

export const jwtRows: readonly OptionRow[] = [
  ...keyRows,
  ...claimRows,
  ...serverTlsRows('jwt', 'the server of the key set', undefined),
];
