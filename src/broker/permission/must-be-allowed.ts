/** The permission of what is published in the place of a client: by the API, by a plugin, by the program. */

import type { Message } from '../../packet/message.ts';
import type { ClientIdentity } from '../../ports/access.ts';
import { quote } from '../../std/shorten.ts';
import type { BrokerContext } from '../context.ts';
import { InvalidRequest } from '../invalid-request.ts';
import { ask } from './authorize.ts';

/** @throws InvalidRequest unless the client may publish the message; `isUndecided` where nobody could say so */
export async function mustBeAllowed(
  context: BrokerContext,
  identity: ClientIdentity,
  { topic, qos, retain }: Message,
): Promise<void> {
  const { superuser = false } = identity;
  const asker = { context, identity, superuser, permissions: undefined };
  const name = quote(identity.clientId);
  let isAllowed: boolean;
  try {
    isAllowed = await ask(asker, 'publish', topic, qos, retain);
  } catch (cause) {
    context.counters.drop('not_authorized');
    const text = `Whether the client ${name} may publish to ${quote(topic)} could not be checked; it is not done`;
    throw new InvalidRequest(text, { cause, isUndecided: true });
  }
  if (isAllowed) return;
  context.counters.drop('not_authorized');
  throw new InvalidRequest(`The client ${name} has no permission to publish to ${quote(topic)}`);
}
