/**
 * Lets the program around the broker change or refuse a message before it is routed, whoever published it: a client,
 * its will, or the program. Hooks are other people's code, so what they answer is made fit for routing here.
 */

import type { Message } from '../../packet/message.ts';
import type { ClientIdentity } from '../../ports/access.ts';
import { attempt } from '../../std/attempt.ts';
import { isPromiseLike } from '../../std/promise-like.ts';
import { quote } from '../../std/shorten.ts';
import { topicNameProblem } from '../../topic/name.ts';
import type { BrokerContext } from '../context.ts';

/**
 * The message to route, 0 where a hook has taken it, or the Reason Code that refuses it; a hook that fails refuses with
 * 0x83 and is logged.
 */
export function filterMessage(
  context: BrokerContext,
  message: Message,
  client: ClientIdentity | undefined,
  isWill: boolean = false,
): Message | number | Promise<Message | number> {
  const { publish } = context.hooks;
  if (publish === undefined) return message;
  const { publisher } = message;
  const answer = attempt(() => publish(message, client, isWill));
  if (!isPromiseLike(answer)) return checked(context, answer, publisher);
  return Promise.resolve(answer).then(
    (late) => checked(context, late, publisher),
    (error: unknown) => {
      const cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
      return failed(context, publisher, cause);
    },
  );
}

function checked(context: BrokerContext, answer: Message | number, publisher: string): Message | number {
  if (answer === 0) return 0;
  if (typeof answer === 'number') {
    if (answer >= 0x80) {
      context.counters.drop('filtered');
      return answer;
    }
    return failed(context, publisher, `it answered ${answer}; allowed: a message, 0, or a Reason Code from 0x80`);
  }
  const problem = topicNameProblem(answer.topic);
  if (problem !== undefined) return failed(context, publisher, `its topic name ${quote(answer.topic)} ${problem}`);
  // The hook may have changed the message itself, so no earlier bytes of it hold any more.
  answer.frameStart = -1;
  answer.encoded = undefined;
  // A message that the hook made is still the client's, and expires as its properties say.
  answer.publisher = publisher;
  const { messageExpiryInterval } = answer.properties ?? {};
  if (messageExpiryInterval !== undefined && answer.expiresAtMs === 0) {
    answer.expiresAtMs = context.now() + messageExpiryInterval * 1000;
  }
  return answer;
}

function failed(context: BrokerContext, client: string, cause: string): number {
  context.log.error('A publish hook failed; the message is refused', { client, cause });
  context.counters.drop('filtered');
  return 0x83;
}
