/** Which of the subscriptions of a session its client may not have any more. */

import { attempt } from '../../std/attempt.ts';
import type { Session } from '../session/session.ts';
import type { Subscription } from '../session/subscription.ts';
import { type Asker, ask } from './authorize.ts';

/** Asked about before others get their turn. */
const FILTERS_PER_TURN = 200;

/**
 * An answer at once where few are asked about and everybody knows at once.
 * @returns those that are forbidden; the promise rejects when somebody who has to be asked cannot answer
 */
export function findForbidden(asker: Asker, session: Session): Subscription[] | Promise<Subscription[]> {
  return askFrom(0, [...session.subscriptions.values()], asker, []);
}

function askFrom(
  first: number,
  subscriptions: readonly Subscription[],
  asker: Asker,
  forbidden: Subscription[],
): Subscription[] | Promise<Subscription[]> {
  const end = Math.min(subscriptions.length, first + FILTERS_PER_TURN);
  const late: Promise<void>[] = [];
  for (let i = first; i < end; i++) {
    const subscription = subscriptions[i]!;
    const answer = attempt(() => ask(asker, 'subscribe', subscription.filter, subscription.qos, false));
    if (typeof answer !== 'boolean') {
      late.push(
        answer.then((yes) => {
          if (!yes) forbidden.push(subscription);
        }),
      );
    } else if (!answer) {
      forbidden.push(subscription);
    }
  }
  const isAll = end === subscriptions.length;
  if (isAll && late.length === 0) return forbidden;
  if (!isAll) late.push(new Promise((resolve) => asker.context.clock.soon(resolve)));
  return Promise.all(late).then(() => (isAll ? forbidden : askFrom(end, subscriptions, asker, forbidden)));
}
