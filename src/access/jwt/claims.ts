/** What a token claims, once its signature has been checked, and what follows from it for the login. */

import type { Credentials, LoginVerdict } from '../../ports/access.ts';
import { isGivenUsername, readGivenRules } from '../remote/given-rules.ts';
import { fill, type Piece, parsePieces, utf8Text } from '../remote/placeholders.ts';

/** A claim that a token must have. */
export interface ExpectedClaim {
  readonly name: string;
  readonly pieces: readonly Piece[];
}

export interface ClaimRules {
  readonly expected: readonly ExpectedClaim[];
  readonly leewaySeconds: number;
  readonly requiresExpiry: boolean;
  readonly usernameClaim: string | undefined;
  readonly superuserClaim: string | undefined;
  readonly aclClaim: string;
}

/** Reads `claim=value`. */
export function parseExpectedClaims(texts: readonly string[]): ExpectedClaim[] | { readonly problem: string } {
  const claims: ExpectedClaim[] = [];
  for (const text of texts) {
    const mark = text.indexOf('=');
    const name = text.slice(0, mark).trim();
    if (mark < 0 || name === '') return { problem: `got ${JSON.stringify(text)}; allowed: claim=value` };
    const pieces = parsePieces(text.slice(mark + 1).trim(), ['%u', '%c']);
    if ('problem' in pieces) return { problem: `${name}: ${pieces.problem}` };
    claims.push({ name, pieces });
  }
  return claims;
}

const REFUSED: LoginVerdict = { outcome: 'deny' };

/** @param nowMs milliseconds since 1970 */
export function judgeClaims(
  claims: ReadonlyMap<string, unknown>,
  rules: ClaimRules,
  credentials: Credentials,
  nowMs: number,
): LoginVerdict {
  const { leewaySeconds, requiresExpiry, usernameClaim, superuserClaim, aclClaim } = rules;
  const nowSeconds = nowMs / 1000;
  const expiry = timeOf(claims.get('exp'));
  const begin = timeOf(claims.get('nbf'));
  const issue = timeOf(claims.get('iat'));
  if (expiry === 'invalid' || begin === 'invalid' || issue === 'invalid') return REFUSED;
  if (expiry === undefined ? requiresExpiry : nowSeconds >= expiry + leewaySeconds) {
    return { outcome: 'deny', reasonString: expiry === undefined ? 'The token never ends' : 'The token has expired' };
  }
  const soonest = Math.max(begin ?? 0, issue ?? 0);
  if (nowSeconds < soonest - leewaySeconds) return { outcome: 'deny', reasonString: 'The token is not valid yet' };
  if (!rules.expected.every((claim) => isMet(claim, claims, credentials))) return REFUSED;
  const username = usernameClaim === undefined ? undefined : claims.get(usernameClaim);
  if (usernameClaim !== undefined && !isGivenUsername(username)) return REFUSED;
  const acl = claims.get(aclClaim);
  const permissions = acl === undefined ? undefined : readGivenRules(acl);
  if (permissions !== undefined && 'problem' in permissions) {
    return { outcome: 'deny', reasonString: 'The permissions in the token cannot be understood' };
  }
  return {
    outcome: 'allow',
    superuser: superuserClaim !== undefined && claims.get(superuserClaim) === true,
    ...(typeof username === 'string' && { username }),
    ...(permissions !== undefined && { permissions }),
    ...(expiry !== undefined && { expiresAtMs: Math.min((expiry + leewaySeconds) * 1000, Number.MAX_SAFE_INTEGER) }),
  };
}

function isMet(
  { name, pieces }: ExpectedClaim,
  claims: ReadonlyMap<string, unknown>,
  credentials: Credentials,
): boolean {
  const bytes = fill(pieces, { client: credentials, password: undefined, request: undefined });
  const expected = bytes === undefined ? undefined : utf8Text(bytes);
  // A client without a user name has not the one that a token names, nor has it that of a token that names none.
  if (expected === undefined) return false;
  const claim = claims.get(name);
  const values: readonly unknown[] = Array.isArray(claim) ? claim : [claim];
  return values.some(
    (value) =>
      (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') &&
      String(value) === expected,
  );
}

/** Seconds since 1970. Some makers of tokens write them as texts, and EMQX 4.3 takes these. */
function timeOf(value: unknown): number | undefined | 'invalid' {
  if (value === undefined) return undefined;
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) && number >= 0 ? number : 'invalid';
}
