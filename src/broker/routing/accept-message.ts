/**
 * The one way by which a message enters the broker, whoever published it: a client, a will, the program around us.
 * Permission has been checked; what happens here is retaining and routing.
 */

import type { Message } from '../../packet/message.ts';
import type { ClientIdentity } from '../../ports/access.ts';
import type { BrokerContext } from '../context.ts';
import type { RouteMemory } from './router.ts';

/**
 * Retains and routes a message.
 * @param publisher whose right to have it retained may be asked about again; undefined for a superuser and where there
 *   is none
 * @param askedTopic the topic that was permitted, where a hook has made another of it since
 * @returns the number of receivers, or -1 when the message is refused because a limit forbids to retain it and
 *   `refusable` says that its publisher can be told
 */
export function acceptMessage(
  context: BrokerContext,
  message: Message,
  client: ClientIdentity | undefined,
  refusable: boolean,
  publisher: ClientIdentity | undefined,
  askedTopic: string,
  memory?: RouteMemory,
): number {
  if (message.retain && !context.retained.apply(message, publisher, askedTopic) && refusable) return -1;
  // Before its deliveries, so that whoever traces it knows when it came.
  if (context.events.wantsPublished) context.events.emit('published', { message, client });
  // Whoever was asked for permission may have taken longer than the message lives [MQTT-3.3.2-5].
  const isExpired = message.expiresAtMs !== 0 && message.expiresAtMs <= context.now();
  const receivers = isExpired ? 0 : context.router.route(message, memory);
  if (isExpired) context.counters.drop('expired');
  else if (receivers === 0) context.messageDropped(message, message.publisher, 'no_subscriber');
  return receivers;
}
