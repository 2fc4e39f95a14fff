/** What a listener decides for the clients that come through it; the broker's own defaults hold where it is silent. */

import type { Qos } from '../packet/types.ts';
import type { AnonymousRule } from './access.ts';

/**
 * What can name a client besides its own word: the Common Name or the subject (RFC 2253) of its certificate, the
 * certificate's fingerprint (SHA-256, hexadecimal with colons), its MD5 (hexadecimal), itself in PEM or in DER as
 * base64, or the identity of its pre-shared key. `identity` is the Common Name, or that of the key.
 */
export type IdentityName =
  | 'identity'
  | 'common_name'
  | 'subject'
  | 'fingerprint'
  | 'md5'
  | 'pem'
  | 'der'
  | 'psk_identity'
  /** The user name, for the Client Identifier; a client without one is refused. */
  | 'username';

export interface ListenerRules {
  readonly name: string;
  /** Which of the clients that no authenticator knows may come in. */
  readonly anonymous: AnonymousRule;
  /** Put before every topic of the listener's clients on the way in and taken off on the way out; no wildcards. */
  readonly mountpoint: string;
  readonly maximumQos: Qos;
  /** What becomes of a PUBLISH without permission; as the broker's option says unless given. */
  readonly unauthorizedPublish?: 'drop' | 'disconnect';
  /** Replaces the user name before the login, where the client has what is named; unless given, nothing does. */
  readonly usernameFrom?: IdentityName;
  /** The same for the Client Identifier. */
  readonly clientIdFrom?: IdentityName;
  /** Whether clients may leave their Client Identifier to the broker. True unless given. */
  readonly emptyClientIds?: boolean;
  /** How those that the broker chooses begin; `auto-` unless given. */
  readonly assignedClientIdPrefix?: string;
  /** Topic Alias Maximum towards MQTT 5 clients; 0 offers none. */
  readonly topicAliasMaximum: number;
}
