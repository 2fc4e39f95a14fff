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
}

export interface Credentials extends ClientIdentity {
  readonly password: Bytes | undefined;
  /** Whether the listener accepts clients that no authenticator knows. */
  readonly anonymousAllowed: boolean;
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
    }
  | {
      readonly outcome: 'deny';
      /** CONNACK Reason Code; 0x86 unless given. */
      readonly reasonCode?: number;
      readonly reasonString?: string;
      /** With 0x9C and 0x9D: where to go instead. */
      readonly serverReference?: string;
    };

/** One source of logins. `ignore` means: I do not know this client. */
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

export type Action = 'publish' | 'subscribe';

export interface AccessRequest {
  readonly action: Action;
  /** Topic name of a publish; topic filter, without `$share/…/`, of a subscribe. */
  readonly topic: string;
  readonly qos: Qos;
  readonly retain: boolean;
}

/** One source of permissions. `ignore` means: no rule of mine speaks of this. */
export interface Authorizer {
  readonly name: string;
  authorize(
    client: ClientIdentity,
    request: AccessRequest,
  ): 'allow' | 'deny' | 'ignore' | Promise<'allow' | 'deny' | 'ignore'>;
  close?(): void | Promise<void>;
}

/** What the broker asks. */
export interface Access {
  authenticate(credentials: Credentials): LoginVerdict | Promise<LoginVerdict>;
  /** Undefined when nobody provides the method (0x8C). */
  exchange(method: string, credentials: Credentials): Exchange | undefined;
  /** Superusers never get here. */
  authorize(
    client: ClientIdentity,
    action: Action,
    topic: string,
    qos: Qos,
    retain: boolean,
  ): boolean | Promise<boolean>;
}
