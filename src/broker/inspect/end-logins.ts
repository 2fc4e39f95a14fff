/** Ends the connections of those whose login does not hold any more, and the logins that had begun before. */

import type { Connection } from '../connection/connection.ts';
import type { BrokerContext } from '../context.ts';
import { inSlices } from './slices.ts';

/** A client, or all clients of a user name; `username: undefined` stands for those without one. */
export type LoginOwner = { readonly clientId: string } | { readonly username: string | undefined };

/**
 * Who was let in just before, and waits for a permission, its session or the disk, would otherwise come in behind those
 * whose connections end. Others get their turns meanwhile.
 */
export async function endLogins({ open, clock }: BrokerContext, whose: LoginOwner): Promise<void> {
  await inSlices(open, clock, (connection) => {
    if (isOf(connection, whose)) end(connection);
  });
}

function isOf({ identity, state }: Connection, whose: LoginOwner): boolean {
  // Who has not said yet who it is has shown nothing either.
  if (state === 'opening' || state === 'ended') return false;
  return 'clientId' in whose ? identity.clientId === whose.clientId : identity.username === whose.username;
}

function end(connection: Connection): void {
  const { label } = connection;
  if (connection.isConnected) {
    connection.end({ name: 'kicked', reasonCode: 0x98, message: `${label} was disconnected: its login holds no more` });
  } else {
    const message = `${label} was refused: its user was changed or removed while it logged in`;
    connection.end({ name: 'not_authorized', reasonCode: 0x86, message });
  }
}
