/**
 * The login chain and the permission chain: sources are asked in their order and the first answer counts. When no
 * authenticator knows a client, the listener's rule for anonymous clients decides; when no authorizer speaks of a
 * topic, `unmatched` does. A client that an authenticator refused is never let in as anonymous.
 */

import type { Qos } from '../packet/types.ts';
import type {
  Access,
  Action,
  Authenticator,
  Authorizer,
  ClientIdentity,
  Credentials,
  EnhancedAuthenticator,
  Exchange,
  LoginVerdict,
} from '../ports/access.ts';
import { isPromiseLike } from '../std/promise-like.ts';

export interface AccessChainOptions {
  readonly authenticators?: readonly Authenticator[];
  readonly enhancedAuthenticators?: readonly EnhancedAuthenticator[];
  readonly authorizers?: readonly Authorizer[];
  /** What holds when no authorizer speaks of a topic; `allow` unless given. */
  readonly unmatched?: 'allow' | 'deny';
}

const NOT_KNOWN: LoginVerdict = {
  outcome: 'deny',
  reasonCode: 0x87,
  reasonString: 'Anonymous clients are not accepted here',
};
const ALLOWED: LoginVerdict = { outcome: 'allow', anonymous: true };

export class AccessChain implements Access {
  readonly #authenticators: readonly Authenticator[];
  readonly #enhanced: ReadonlyMap<string, EnhancedAuthenticator>;
  readonly #authorizers: readonly Authorizer[];
  readonly #unmatched: boolean;

  constructor(options: AccessChainOptions = {}) {
    this.#authenticators = options.authenticators ?? [];
    this.#enhanced = new Map((options.enhancedAuthenticators ?? []).map((one) => [one.method, one]));
    this.#authorizers = options.authorizers ?? [];
    this.#unmatched = (options.unmatched ?? 'allow') === 'allow';
  }

  authenticate(credentials: Credentials): LoginVerdict | Promise<LoginVerdict> {
    return this.#authenticateFrom(0, credentials);
  }

  #authenticateFrom(first: number, credentials: Credentials): LoginVerdict | Promise<LoginVerdict> {
    for (let i = first; i < this.#authenticators.length; i++) {
      const answer = this.#authenticators[i]!.authenticate(credentials);
      if (isPromiseLike(answer)) {
        return Promise.resolve(answer).then((late) =>
          late.outcome === 'ignore' ? this.#authenticateFrom(i + 1, credentials) : late,
        );
      }
      if (answer.outcome !== 'ignore') return answer;
    }
    return credentials.anonymousAllowed ? ALLOWED : NOT_KNOWN;
  }

  exchange(method: string, credentials: Credentials): Exchange | undefined {
    return this.#enhanced.get(method)?.begin(credentials);
  }

  authorize(
    client: ClientIdentity,
    action: Action,
    topic: string,
    qos: Qos,
    retain: boolean,
  ): boolean | Promise<boolean> {
    if (this.#authorizers.length === 0) return this.#unmatched;
    return this.#authorizeFrom(0, client, { action, topic, qos, retain });
  }

  #authorizeFrom(
    first: number,
    client: ClientIdentity,
    request: Parameters<Authorizer['authorize']>[1],
  ): boolean | Promise<boolean> {
    for (let i = first; i < this.#authorizers.length; i++) {
      const answer = this.#authorizers[i]!.authorize(client, request);
      if (isPromiseLike(answer)) {
        return Promise.resolve(answer).then((late) =>
          late === 'ignore' ? this.#authorizeFrom(i + 1, client, request) : late === 'allow',
        );
      }
      if (answer !== 'ignore') return answer === 'allow';
    }
    return this.#unmatched;
  }
}
