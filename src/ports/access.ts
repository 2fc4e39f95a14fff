/**
 * The seam of logins and permissions. The broker asks one `Access`; the chain behind it asks authenticators and
 * authorizers one after another. Answers are values where they are known at once, promises where somebody must be asked.
 */

import type { Bytes, ProtocolVersion, Qos, UserProperty } from '../packet/types.ts';
import type { Peer } from './listener.ts';

/** Who a connection claims to be, and later who it is. */
export interface ClientIdentity {
  readonly clientId: string;
  readonly username: string | undefined;
  readonly peer: Peer;
  readonly version: ProtocolVersion;
  /** What the login allowed and forbade this client in particular; asked before every authorizer. */
  readonly permissions?: readonly PermissionRule[];
  /** Its login has made it one who is asked about nothing but the broker's own topics. Not there unless it did. */
  readonly superuser?: true;
}

/** A permission as data: what a token, an HTTP answer or a row of a table says. */
export interface PermissionRule {
  readonly effect: 'allow' | 'deny';
  readonly action: 'publish' | 'subscribe' | 'all';
  /** A topic filter; whole levels `%u` and `%c` stand for the client's user name and Client Identifier. */
  readonly topic: string;
  /** The topic is compared as it stands, wildcards too. False unless given. */
  readonly literal?: boolean;
}

/** Limits of one client, where they differ from the broker's. */
export interface ClientLimits {
  readonly messagesPerSecondMax?: number;
  readonly bytesPerSecondMax?: number;
  readonly subscriptionsMax?: number;
}

/** Who may come in though no authenticator knows them: everybody, nobody, or those who claim no user name. */
export type AnonymousRule = 'allow' | 'deny' | 'without_username';

export interface Credentials extends ClientIdentity {
  readonly password: Bytes | undefined;
  /** What holds at the listener when no authenticator knows the client. */
  readonly anonymous: AnonymousRule;
}

export type LoginVerdict =
  | {
      readonly outcome: 'allow';
      /** Nobody has checked the user name: the listener lets such clients in. */
      readonly anonymous?: boolean;
      readonly superuser?: boolean;
      /** Replaces what the client sent, for example by the name in a certificate. */
      readonly username?: string;
      readonly userProperties?: UserProperty[];
      readonly permissions?: readonly PermissionRule[];
      readonly limits?: ClientLimits;
      /** When the login ends and the connection with it, in milliseconds since 1970. */
      readonly expiresAtMs?: number;
    }
  | {
      readonly outcome: 'deny';
      /** CONNACK Reason Code; 0x86 unless given. */
      readonly reasonCode?: number;
      readonly reasonString?: string;
      /** With 0x9C and 0x9D: where to go instead. */
      readonly serverReference?: string;
    };

/**
 * One source of logins. `ignore` means: I do not know this client. A source that cannot answer throws or rejects with a
 * BackendError, and what then holds is the operator's choice, not the source's.
 */
export interface Authenticator {
  readonly name: string;
  authenticate(
    credentials: Credentials,
  ): LoginVerdict | { outcome: 'ignore' } | Promise<LoginVerdict | { outcome: 'ignore' }>;
  close?(): void | Promise<void>;
}

/** One step of an enhanced authentication (MQTT 5 section 4.12). */
export type ExchangeStep =
  | { readonly outcome: 'continue'; readonly data: Bytes | undefined }
  | {
      readonly outcome: 'allow';
      readonly data?: Bytes;
      readonly superuser?: boolean;
      readonly username?: string;
      readonly permissions?: readonly PermissionRule[];
      readonly expiresAtMs?: number;
    }
  | { readonly outcome: 'deny'; readonly reasonCode?: number; readonly reasonString?: string };

export interface Exchange {
  /** `data` is the Authentication Data of CONNECT or AUTH. */
  step(data: Bytes | undefined): ExchangeStep | Promise<ExchangeStep>;
}

/** Offers one Authentication Method. */
export interface EnhancedAuthenticator {
  readonly method: string;
  begin(credentials: Credentials): Exchange;
}

/** `receive` is a message on its way to a client; only sources that check deliveries are asked about it. */
export type Action = 'publish' | 'subscribe' | 'receive';

export interface AccessRequest {
  readonly action: Action;
  /** Topic name of a publish; topic filter, without `$share/…/`, of a subscribe. */
  readonly topic: string;
  readonly qos: Qos;
  readonly retain: boolean;
}

export type Permission = 'allow' | 'deny' | 'ignore';

/** A permission with the rule it comes from, in words: `acl.conf:3 {deny, all, subscribe, ["$SYS/#"]}`. */
export interface ExplainedPermission {
  readonly answer: Permission;
  readonly because: string;
}

/** One source of permissions. `ignore` means: no rule of mine speaks of this. */
export interface Authorizer {
  readonly name: string;
  /** Asked about `receive` too, and then answers at once. False unless given. */
  readonly checksDelivery?: boolean;
  authorize(client: ClientIdentity, request: AccessRequest): Permission | Promise<Permission>;
  /** The same answer with its reason; asked by operators, never on the way of a message. */
  explain?(client: ClientIdentity, request: AccessRequest): ExplainedPermission | Promise<ExplainedPermission>;
  close?(): void | Promise<void>;
}

/** What the broker asks. */
export interface Access {
  authenticate(credentials: Credentials): LoginVerdict | Promise<LoginVerdict>;
  /** Undefined when nobody provides the method (0x8C). */
  exchange(method: string, credentials: Credentials): Exchange | undefined;
  /**
   * Superusers never get here.
   * @throws BackendError, at once or later, when a source that has to be asked cannot answer and failures are to deny:
   *   nothing is allowed then, and no subscription that is held is taken away for it
   */
  authorize(
    client: ClientIdentity,
    action: Action,
    topic: string,
    qos: Qos,
    retain: boolean,
  ): boolean | Promise<boolean>;
  /** Whether `receive` must be asked before a message is sent to a client. */
  readonly checksDelivery: boolean;
  /** Grows whenever an answer given before may no longer hold. */
  readonly revision: number;
  /** Calls `listener` after `revision` has grown. Returns the function that ends it. */
  onChange(listener: () => void): () => void;
}
