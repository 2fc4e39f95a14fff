/**
 * The logins of bridges into their own broker. A bridge is known by the object that describes its end, which nobody else
 * can have, and may do everything; its client identifier is nobody else's, since its queue is the bridge's.
 */

import type { Access, Credentials, Exchange, LoginVerdict } from '../ports/access.ts';
import type { Peer } from '../ports/listener.ts';

const BRIDGE_VERDICT: LoginVerdict = {
  outcome: 'allow',
  superuser: true,
  // Whose the session is, also after the bridge is gone from the configuration.
  username: '$bridge',
  limits: { messagesPerSecondMax: 0, bytesPerSecondMax: 0 },
};

export class BridgeLogins {
  readonly #peers = new WeakSet<Peer>();
  readonly #clientIds = new Set<string>();

  /** Makes a bridge known. */
  admit(peer: Peer, clientId: string): void {
    this.#peers.add(peer);
    this.#clientIds.add(clientId);
  }

  /** The bridge is gone for good. */
  dismiss(clientId: string): void {
    this.#clientIds.delete(clientId);
  }

  /** The same access with the rules for bridges before it. */
  guard(access: Access): Access {
    const verdictOf = (credentials: Credentials): LoginVerdict | undefined => {
      if (this.#peers.has(credentials.peer)) return BRIDGE_VERDICT;
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
