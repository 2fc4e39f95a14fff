/** What a login, the first or a later one, makes of a connection: who the client is, what it may do, and until when. */

import type { Properties } from '../../../packet/types.ts';
import type { ClientIdentity, ClientLimits, PermissionRule } from '../../../ports/access.ts';
import { TokenBucket } from '../../../std/token-bucket.ts';
import type { Connection } from '../connection.ts';
import { LoginExpiry } from './login-expiry.ts';

/** What the login decided about the client. */
export interface Grant {
  readonly anonymous?: boolean;
  readonly superuser?: boolean;
  readonly username?: string;
  readonly userProperties?: Properties['userProperties'];
  readonly permissions?: readonly PermissionRule[];
  readonly limits?: ClientLimits;
  /** In milliseconds since 1970. */
  readonly expiresAtMs?: number;
  /** Of an enhanced authentication; goes into CONNACK. */
  readonly authenticationData?: Buffer;
}

/** False for a login whose time is over already, or is no time; nothing is changed then. */
export function applyGrant(connection: Connection, grant: Grant): boolean {
  const { expiresAtMs = Number.POSITIVE_INFINITY, superuser = false } = grant;
  if (expiresAtMs !== Number.POSITIVE_INFINITY && !(expiresAtMs > connection.context.clock.now())) return false;
  connection.identity = grantedIdentity(connection.identity, grant);
  connection.superuser = superuser;
  if (grant.anonymous === true) connection.context.counters.anonymousLogins++;
  connection.verifiedUsername = grant.anonymous === true ? undefined : connection.identity.username;
  connection.permissions = undefined;
  if (expiresAtMs !== Number.POSITIVE_INFINITY) {
    connection.loginExpiry ??= new LoginExpiry(connection);
    connection.loginExpiry.begin(expiresAtMs);
  } else {
    connection.loginExpiry?.cancel();
  }
  return true;
}

/** Most logins change nothing in who the client is; what an earlier login granted ends with it. */
function grantedIdentity(before: ClientIdentity, grant: Grant): ClientIdentity {
  const { permissions, superuser = false } = grant;
  const isPlain = before.permissions === undefined && before.superuser === undefined;
  if (isPlain && permissions === undefined && !superuser && grant.username === undefined) return before;
  const { clientId, username, peer, version } = before;
  const identity: ClientIdentity = { clientId, username: grant.username ?? username, peer, version };
  return { ...identity, ...(permissions !== undefined && { permissions }), ...(superuser && { superuser }) };
}

/** The rates and numbers that hold for this client: its login's where that says something, otherwise everybody's. */
export function applyLimits(connection: Connection, limits: ClientLimits = {}): void {
  const { options } = connection;
  connection.messageRate = bucket(limits.messagesPerSecondMax ?? options.messagesPerSecondMax);
  connection.byteRate = bucket(limits.bytesPerSecondMax ?? options.bytesPerSecondMax);
  connection.subscriptionsMax = limits.subscriptionsMax ?? options.subscriptionsPerClientMax;
}

/** 0 sets no limit, and neither does what is no number. */
function bucket(perSecond: number): TokenBucket | undefined {
  return perSecond > 0 && perSecond !== Number.POSITIVE_INFINITY ? new TokenBucket(perSecond, perSecond) : undefined;
}
