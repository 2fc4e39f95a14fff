/** How a connection ends when the store refuses what its client was to be promised, or does not give what it holds. */

import type { BackendError } from '../../ports/backend-error.ts';
import type { Connection, End } from './connection.ts';

export function storeFailed(connection: Connection): End {
  return {
    name: 'store_failed',
    reasonCode: 0x83,
    message: `${connection.label}: the store refuses writes, so nothing can be promised; try again later`,
  };
}

/** What waits for the client cannot be read. */
export function endUnreadable(connection: Connection, error: BackendError): void {
  const { context, label } = connection;
  context.log.error('The store cannot be read', { client: label, cause: error.message });
  const message = `${label}: what waits for it cannot be read from the store`;
  connection.end({ name: 'store_failed', reasonCode: 0x83, message });
}
