/** From the headers of a request to who asks. */

import { ApiFailure, loginLocked } from '../failure.ts';
import type { Management } from '../management.ts';
import { type Caller, scopeOf } from './caller.ts';
import { sameText } from './secret.ts';

export const COOKIE = 'hoopoe_session';

/** What identifies a caller. */
export interface RequestHeaders {
  readonly authorization: string | undefined;
  readonly cookie: string | undefined;
}

type LoginParts = Pick<Management, 'accounts' | 'sessions' | 'apiKeys' | 'throttle' | 'localToken'>;

/**
 * Undefined for a request that says nothing about who asks.
 * @throws ApiFailure for one that says something wrong, counted against its address
 */
export function authenticate(parts: LoginParts, headers: RequestHeaders, address: string): Caller | undefined {
  const { authorization, cookie } = headers;
  if (authorization !== undefined) return byHeader(parts, authorization, address);
  const id = sessionIdOf(cookie);
  const session = id === undefined ? undefined : parts.sessions.find(id);
  if (session === undefined) return undefined;
  const { account, csrfToken } = session;
  return {
    name: account.name,
    kind: 'login',
    scope: scopeOf(account.role),
    mustChangePassword: account.mustChangePassword,
    csrfToken,
  };
}

function byHeader(parts: LoginParts, authorization: string, address: string): Caller {
  // A key is too long to be guessed, so one that is right is taken whatever others at its address have tried.
  const caller = callerOf(parts, authorization);
  if (caller === undefined) {
    const waitSeconds = parts.throttle.waitSeconds('', address);
    if (waitSeconds > 0) throw loginLocked(`keys from ${address}`, waitSeconds);
    parts.throttle.failed('', address);
    throw new ApiFailure('login_failed', 'The API key of the header Authorization is not known, or has ended');
  }
  parts.throttle.cameIn('', address);
  return caller;
}

function callerOf({ apiKeys, localToken }: LoginParts, authorization: string): Caller | undefined {
  const bearer = /^Bearer ([\x21-\x7e]{1,200})$/i.exec(authorization)?.[1];
  if (bearer !== undefined && localToken !== undefined && sameText(bearer, localToken)) {
    return { name: 'this machine', kind: 'local', scope: 'admin', mustChangePassword: false, csrfToken: undefined };
  }
  const basic = /^Basic ([A-Za-z0-9+/=]{1,400})$/i.exec(authorization)?.[1];
  const pair = basic === undefined ? undefined : Buffer.from(basic, 'base64').toString();
  const colon = pair?.indexOf(':') ?? -1;
  const key =
    bearer !== undefined
      ? apiKeys.check(bearer)
      : pair !== undefined && colon > 0
        ? apiKeys.checkPair(pair.slice(0, colon), pair.slice(colon + 1))
        : undefined;
  if (key === undefined) return undefined;
  return { name: key.name, kind: 'api_key', scope: key.scope, mustChangePassword: false, csrfToken: undefined };
}

/** The identifier in a header `Cookie`. */
function sessionIdOf(cookie: string | undefined): string | undefined {
  if (cookie === undefined) return undefined;
  for (const part of cookie.split(';')) {
    const [name, value] = part.trim().split('=', 2);
    if (name === COOKIE) return value;
  }
  return undefined;
}
