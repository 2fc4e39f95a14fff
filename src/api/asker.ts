/** What the permission chain is asked about those who call the API: as whom they publish, and what they do for clients. */

import type { SubscribeRequest, SubscriptionView } from '../broker/broker.ts';
import type { ClientIdentity } from '../ports/access.ts';
import type { Management } from './management.ts';

/**
 * A client of that name, which others may have as well: `api:` and the name, with the name of the login or the key as user name and the
 * caller's address. It comes through no listener, so that every source is asked. Undefined where nobody is to be asked.
 */
export function askerOf(
  { checksCallers }: Pick<Management, 'checksCallers'>,
  name: string,
  address: string,
): ClientIdentity | undefined {
  return checksCallers ? callerIdentity(name, address) : undefined;
}

/** As whom a caller is asked about; see `askerOf`. */
export function callerIdentity(name: string, address: string): ClientIdentity {
  const peer = { address, port: 0, localAddress: '', localPort: 0, listener: '', transport: 'memory' } as const;
  return { clientId: `api:${name}`, username: name, peer, version: 5 };
}

/**
 * Subscribes in a client's place if that client may, or in any case where nobody is to be asked. Undefined: there is no
 * such client.
 * @throws InvalidRequest for a filter that is none, above a limit, or not permitted
 */
export async function subscribeInPlace(
  { broker, checksCallers }: Pick<Management, 'broker' | 'checksCallers'>,
  clientId: string,
  request: SubscribeRequest,
): Promise<SubscriptionView | undefined> {
  const { inspect } = broker;
  return checksCallers ? await inspect.subscribePermitted(clientId, request) : inspect.subscribe(clientId, request);
}
