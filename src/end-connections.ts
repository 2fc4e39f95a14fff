/** Ends the connections of a user that a source of logins does not let in any more as it did. */

import type { Broker } from './broker/broker.ts';
import type { UserKind } from './ports/builtin-users.ts';

type Ending = Pick<Broker, 'inspect'>;

/** Does so while others get their turns. */
export function endConnections({ inspect }: Ending, kind: UserKind, name: string): void {
  void inspect.endLogins(kind === 'client_id' ? { clientId: name } : { username: name });
}

/** @param username undefined for clients without one */
export async function endConnectionsOf({ inspect }: Ending, username: string | undefined): Promise<void> {
  await inspect.endLogins({ username });
}
