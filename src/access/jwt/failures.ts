/** What can be wrong with keys of tokens, as an operator reads it. */

import { type Failure, type FailureText, failureOf } from '../remote/failures.ts';
import { type HttpTrouble, httpTroubleTexts } from '../remote/http-client.ts';

/**
 * Besides the troubles of HTTP with the key set:
 *
 * - `KEY_UNREADABLE`, `KEY_INVALID`: the file of public keys, or the secret
 * - `KEYS_UNUSABLE`: the key set has no key that can be used
 * - `SETTING_INVALID`, `TLS_FILE`: what the operator wrote
 */
export type JwtFailureKind =
  | HttpTrouble
  | 'KEY_UNREADABLE'
  | 'KEY_INVALID'
  | 'KEYS_UNUSABLE'
  | 'SETTING_INVALID'
  | 'TLS_FILE';

const texts: Readonly<Record<JwtFailureKind, FailureText>> = {
  ...httpTroubleTexts({
    kind: 'jwt',
    url: 'jwt.jwks_url',
    connectSeconds: 'jwt.jwks_seconds_max',
    answerSeconds: 'jwt.jwks_seconds_max',
    answerBytes: 'jwt.jwks_bytes_max',
    connections: 'jwt.jwks_seconds_max',
  }),
  KEY_UNREADABLE: { what: 'cannot be read', advice: "correct the path, or let the broker's user read the file" },
  KEY_INVALID: { what: 'cannot be used', advice: 'give a key that tokens are signed with' },
  KEYS_UNUSABLE: {
    what: 'has no key that can be used',
    advice: 'publish public keys of RSA, EC or Ed25519 there, or correct jwt.jwks_url',
    passes: true,
  },
  SETTING_INVALID: { what: 'cannot be used', advice: 'correct the setting' },
  TLS_FILE: { what: 'cannot be asked safely', advice: 'mend the file' },
};

/** @param who what fails: `jwt.public_key_file /etc/key.pem` */
export function jwtFailure(source: string, who: string): Failure<JwtFailureKind> {
  return failureOf({ source, who, codePrefix: 'JWT' }, texts);
}
