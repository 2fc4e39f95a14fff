/** The functions of a program that embeds the broker, as sources of the chains. They are asked before all others. */

import type {
  AccessRequest,
  Authenticator,
  Authorizer,
  ClientIdentity,
  Credentials,
  LoginVerdict,
} from '../../ports/access.ts';
import { isPromiseLike } from '../../std/promise-like.ts';

/** True lets in, false refuses, undefined leaves it to the next and to the anonymous rule. */
export type AuthenticateHook = (
  credentials: Credentials,
) => boolean | undefined | LoginVerdict | Promise<boolean | undefined | LoginVerdict>;

/** True allows, false denies, undefined leaves it to the next. */
export type AuthorizeHook = (
  client: ClientIdentity,
  request: AccessRequest,
) => boolean | undefined | Promise<boolean | undefined>;

export function hookAuthenticator(authenticate: AuthenticateHook): Authenticator {
  const verdict = (answer: boolean | undefined | LoginVerdict): LoginVerdict | { outcome: 'ignore' } => {
    if (answer === undefined) return { outcome: 'ignore' };
    return typeof answer === 'boolean' ? { outcome: answer ? 'allow' : 'deny' } : answer;
  };
  return {
    name: 'hook',
    authenticate: (credentials) => {
      const answer = authenticate(credentials);
      return isPromiseLike(answer) ? Promise.resolve(answer).then(verdict) : verdict(answer);
    },
  };
}

export function hookAuthorizer(authorize: AuthorizeHook): Authorizer {
  const verdict = (answer: boolean | undefined): 'allow' | 'deny' | 'ignore' =>
    answer === undefined ? 'ignore' : answer ? 'allow' : 'deny';
  return {
    name: 'hook',
    authorize: (client, request) => {
      const answer = authorize(client, request);
      return isPromiseLike(answer) ? Promise.resolve(answer).then(verdict) : verdict(answer);
    },
  };
}
