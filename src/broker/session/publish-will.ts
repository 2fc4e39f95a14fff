/**
 * Publishes a will when its time has come. The right to do so was checked at CONNECT; where rules have changed since, it
 * is checked again, because a right that was taken away must not live on in a will.
 */

import type { Message } from '../../packet/message.ts';
import type { ClientIdentity } from '../../ports/access.ts';
import { isPromiseLike } from '../../std/promise-like.ts';
import type { BrokerContext } from '../context.ts';
import { authorize } from '../permission/authorize.ts';
import { acceptMessage } from '../routing/accept-message.ts';
import { filterMessage } from '../routing/filter-message.ts';
import type { SessionWill, WillOwner } from './session.ts';

/** A promise, which never rejects, where somebody has to be asked first. */
export function publishWill(context: BrokerContext, { message, owner }: SessionWill): void | Promise<void> {
  const { access } = context;
  if (owner.revision === access.revision) return send(context, message, owner);
  const { identity, superuser } = owner;
  const asker = { context, identity, superuser, permissions: undefined };
  const answer = authorize(asker, 'publish', message.topic, message.qos, message.retain);
  const answered = (allowed: boolean): void | Promise<void> => {
    if (allowed) return send(context, message, owner);
    context.messageDropped(message, identity.clientId, 'not_authorized');
    context.log.info('A will was not published: its client has no permission for it', {
      client: identity.clientId,
      topic: message.topic,
    });
  };
  return isPromiseLike(answer) ? answer.then(answered) : answered(answer);
}

function send(context: BrokerContext, message: Message, owner: WillOwner): void | Promise<void> {
  const { identity, superuser } = owner;
  const publisher = superuser ? undefined : identity;
  const { messageExpiryInterval } = message.properties ?? {};
  if (messageExpiryInterval !== undefined) message.expiresAtMs = context.clock.now() + messageExpiryInterval * 1000;
  context.counters.willsPublished++;
  if (context.hooks.publish === undefined) acceptMessage(context, message, undefined, false, publisher, message.topic);
  else return sendFiltered(context, message, superuser ? { ...identity, superuser } : identity, publisher);
}

/** Hooks are told whose will it is: what one of them keeps for later is then asked about as that client's. */
async function sendFiltered(
  context: BrokerContext,
  will: Message,
  client: ClientIdentity,
  publisher: ClientIdentity | undefined,
): Promise<void> {
  const { topic } = will;
  const answer = await filterMessage(context, will, client, true);
  if (typeof answer !== 'number') acceptMessage(context, answer, undefined, false, publisher, topic);
}
