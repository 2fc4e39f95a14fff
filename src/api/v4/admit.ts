/** Who asks the API of EMQX 4: an application, an API key, somebody with a login to the dashboard, or a command of this machine. */

import type { FastifyRequest } from 'fastify';
import { loginLocked } from '../failure.ts';
import { isLocalRequest } from '../http-server.ts';
import { type Caller, scopeOf } from '../login/caller.ts';
import { sameText } from '../login/secret.ts';
import type { Management } from '../management.ts';

/** EMQX's secret of the first application, which everybody knows. */
const KNOWN_SECRET = 'public';

/** Of how many callers it is known for a while that their passwords were right. */
const CHECKED_MS = 60_000;

/** What only sessions of people have. */
const personal = { mustChangePassword: false, csrfToken: undefined } as const;

/**
 * Undefined for whoever is not known. Failures count against the address, as those of the dashboard do.
 * @param takesLogins whether logins to the dashboard are looked at
 * @throws ApiFailure `login_locked`
 */
export async function admitV4(
  management: Management,
  request: FastifyRequest,
  takesLogins: boolean,
): Promise<Caller | undefined> {
  const bearer = /^Bearer ([\x21-\x7e]{1,200})$/i.exec(request.headers.authorization ?? '')?.[1];
  const { localToken } = management;
  // Commands of this machine know it from a file that only the user of the broker can read.
  if (bearer !== undefined && localToken !== undefined && isLocalRequest(request) && sameText(bearer, localToken)) {
    return { name: 'this machine', kind: 'local', scope: 'admin', ...personal };
  }
  const basic = /^Basic ([A-Za-z0-9+/=]{1,800})$/i.exec(request.headers.authorization ?? '')?.[1];
  const pair = basic === undefined ? undefined : Buffer.from(basic, 'base64').toString();
  const colon = pair?.indexOf(':') ?? -1;
  if (pair === undefined || colon < 1) return undefined;
  const { throttle } = management;
  const [name, secret] = [pair.slice(0, colon), pair.slice(colon + 1)];
  // A key is too long to be guessed, so one that is right is taken whatever others at its address have tried.
  const key = management.apiKeys.checkPair(name, secret);
  if (key !== undefined) return { name: key.name, kind: 'api_key', scope: key.scope, ...personal };
  const waitSeconds = throttle.waitSeconds(name, request.ip);
  if (waitSeconds > 0) throw loginLocked('secrets', waitSeconds);
  const caller = await callerOf(management, name, secret, isLocalRequest(request), takesLogins);
  if (caller === undefined) throttle.failed(name, request.ip);
  else throttle.cameIn(name, request.ip);
  return caller;
}

async function callerOf(
  { application, accounts }: Management,
  name: string,
  secret: string,
  isLocal: boolean,
  takesLogins: boolean,
): Promise<Caller | undefined> {
  if (application !== undefined && sameText(`${name}:${secret}`, `${application.id}:${application.secret}`)) {
    const mayCome = isLocal || application.secret !== KNOWN_SECRET;
    return mayCome ? { name, kind: 'api_key', scope: 'admin', ...personal } : undefined;
  }
  if (!takesLogins) return undefined;
  const account = await accounts.checkAgain(name, secret, CHECKED_MS);
  return account === undefined ? undefined : { name, kind: 'login', scope: scopeOf(account.role), ...personal };
}
