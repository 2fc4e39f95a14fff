/**
 * The logins of bridges into their own broker. A bridge is known by the object that describes its end, which nobody else
 * can have; its client identifier is nobody else's, since its queue is the bridge's. What it may do, the permission
 * chain is asked as about any client, unless the operator has said that bridges are not asked about.
 */

import type { Message } from '../packet/message.ts';
import type { Access, ClientIdentity, Credentials, Exchange, LoginVerdict } from '../ports/access.ts';
import type { Peer } from '../ports/listener.ts';
import { bridgePeer } from './local/end.ts';

/** Whose the session is unless the bridge has a name for it, also after the bridge is gone; rules can name it. */
const USERNAME = '$bridge';

/**
 * As whom a bridge is asked about.
 * @param username `$bridge` unless the bridge has one
 * @param peer its own; another one is as good for asking alone
 */
export function bridgeIdentity(
  clientId: string,
  username: string = USERNAME,
  peer: Peer = bridgePeer(),
): ClientIdentity {
  return { clientId, username, peer, version: 4 };
}

/** A bridge as this broker knows it. */
export interface BridgeLogin {
  readonly peer: Peer;
  readonly clientId: string;
  /** `$bridge` unless given. */
  readonly username?: string | undefined;
}

export class BridgeLogins {
  readonly #isUnchecked: boolean;
  readonly #verdicts = new WeakMap<Peer, LoginVerdict>();
  readonly #clientIds = new Set<string>();
  /** Whether there has ever been a bridge: most brokers have none, and then no client is looked for among them. */
  #isUsed = false;
  #access: Access | undefined;

  /** @param isUnchecked whether bridges may do everything; false unless given */
  constructor(isUnchecked: boolean = false) {
    this.#isUnchecked = isUnchecked;
  }

  /** Makes a bridge known. @param username under which it is asked about; `$bridge` unless given */
  admit(peer: Peer, clientId: string, username: string = USERNAME): void {
    const limits = { messagesPerSecondMax: 0, bytesPerSecondMax: 0 };
    this.#isUsed = true;
    this.#verdicts.set(peer, { outcome: 'allow', superuser: this.#isUnchecked, username, limits });
    this.#clientIds.add(clientId);
  }

  /** The bridge is gone for good. */
  dismiss(clientId: string): void {
    this.#clientIds.delete(clientId);
  }

  /** Whether rules let a message go to a bridge whose session is not asked; what cannot be said at once is a no. */
  mayReceive({ clientId, peer, username }: BridgeLogin, { topic, qos, retain }: Message): boolean {
    if (this.#isUnchecked || this.#access?.checksDelivery !== true) return true;
    try {
      return this.#access.authorize(bridgeIdentity(clientId, username, peer), 'receive', topic, qos, retain) === true;
    } catch {
      return false;
    }
  }

  /** Calls `listener` when rules have changed. Returns the function that ends it. */
  onChange(listener: () => void): () => void {
    return this.#access?.onChange(listener) ?? (() => {});
  }

  /** The same access with the rules for bridges before it. */
  guard(access: Access): Access {
    this.#access = access;
    const verdictOf = (credentials: Credentials): LoginVerdict | undefined => {
      if (!this.#isUsed) return undefined;
      const verdict = this.#verdicts.get(credentials.peer);
      if (verdict !== undefined) return verdict;
      return this.#clientIds.has(credentials.clientId) ? { outcome: 'deny', reasonCode: 0x85 } : undefined;
    };
    return {
      authenticate: (credentials) => verdictOf(credentials) ?? access.authenticate(credentials),
      exchange: (method: string, credentials: Credentials): Exchange | undefined =>
        verdictOf(credentials) === undefined ? access.exchange(method, credentials) : undefined,
      authorize: (client, action, topic, qos, retain) => access.authorize(client, action, topic, qos, retain),
      get checksDelivery() {
        return access.checksDelivery;
      },
      get revision() {
        return access.revision;
      },
      onChange: (listener) => access.onChange(listener),
    };
  }
}
