/**
 * The seam of what stands behind logins and permissions: a file, a database, a service. A source gives an authenticator,
 * an authorizer or both, and one configured section makes one source.
 */

import type { Authenticator, Authorizer, EnhancedAuthenticator } from './access.ts';
import type { BuiltinUsers, UserKind } from './builtin-users.ts';
import type { Clock, Random } from './clock.ts';
import type { Control } from './control.ts';
import type { Log } from './log.ts';
import type { OptionReader } from './option.ts';
import type { PasswordChecks } from './password-checks.ts';
import type { Store } from './store.ts';

export interface AccessSource {
  /** The name of its section. */
  readonly name: string;
  /** What kind it is: `postgresql`, `password_file`. */
  readonly kind: string;
  readonly authenticator?: Authenticator;
  readonly enhancedAuthenticators?: readonly EnhancedAuthenticator[];
  readonly authorizer?: Authorizer;
  /** Manages the users and permissions that the source keeps in the broker's own store. */
  readonly users?: BuiltinUsers;
  /** Takes commands on a topic. */
  readonly control?: Control;
  /** Reads its files again. Rejects with a BackendError, and with nothing changed. */
  reload?(): Promise<void>;
  /** Asks whoever stands behind it a harmless question. Rejects with a BackendError that says what to do. */
  test?(): Promise<void>;
  /** Ends connections and timers. */
  close(): Promise<void>;
}

/** What a source gets of the broker. */
export interface SourceDependencies {
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
  readonly passwords: PasswordChecks;
  /** The broker's store, for what an operator changes at run time. Keys begin with `access/` and the source's name. */
  readonly store: Store;
  /** Tells that permissions given before may no longer hold: decisions are forgotten and held subscriptions checked again. */
  readonly rulesChanged: () => void;
  /**
   * Ends the connections of a user whose login would not be what it was any more. Absent where there is no broker whose
   * clients they could be.
   */
  readonly endConnections?: (kind: UserKind, name: string) => void;
}

/**
 * Opens a source from the values of its section. A server that is down is no reason to fail: its questions fail instead,
 * until it is back.
 * @throws BackendError for what an operator has to mend: a file that cannot be read or understood, a query that is none
 */
export type OpenAccessSource = (
  name: string,
  options: OptionReader,
  dependencies: SourceDependencies,
) => Promise<AccessSource>;
