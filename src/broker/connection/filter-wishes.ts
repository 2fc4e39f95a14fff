/**
 * Lets hooks change or refuse subscriptions and their ends before they take effect. Permission has been given for what
 * the client named; what a hook puts in its place is the operator's doing. Hooks are other people's code, so what they
 * answer is checked here.
 */

import type { SubscriptionRequest } from '../../packet/types.ts';
import { attempt } from '../../std/attempt.ts';
import { isPromiseLike } from '../../std/promise-like.ts';
import type { SubscriptionWish } from '../hooks.ts';
import type { Connection } from './connection.ts';

/** What is subscribed to in the place of each, or the Reason Code that refuses it. Never rejects. */
export function filterSubscriptions(
  connection: Connection,
  wishes: readonly SubscriptionRequest[],
): readonly (SubscriptionWish | number)[] | Promise<readonly (SubscriptionWish | number)[]> {
  const { subscribe } = connection.context.hooks;
  if (subscribe === undefined) return wishes;
  return answerOf(
    connection,
    'subscribe',
    wishes.length,
    attempt(() => subscribe(connection.identity, wishes)),
    (answer) => typeof answer === 'number' || typeof answer?.filter === 'string',
  );
}

/** What is unsubscribed from in the place of each, or the Reason Code that refuses it. Never rejects. */
export function filterUnsubscriptions(
  connection: Connection,
  filters: readonly string[],
): readonly (string | number)[] | Promise<readonly (string | number)[]> {
  const { unsubscribe } = connection.context.hooks;
  if (unsubscribe === undefined) return filters;
  return answerOf(
    connection,
    'unsubscribe',
    filters.length,
    attempt(() => unsubscribe(connection.identity, filters)),
    (answer) => typeof answer === 'number' || typeof answer === 'string',
  );
}

function answerOf<T>(
  connection: Connection,
  hook: string,
  count: number,
  answer: readonly (T | number)[] | Promise<readonly (T | number)[]>,
  isFit: (one: T | number) => boolean,
): readonly (T | number)[] | Promise<readonly (T | number)[]> {
  const checked = (given: readonly (T | number)[]): readonly (T | number)[] => {
    if (Array.isArray(given) && given.length === count && given.every(isFit)) return given;
    return refused(connection, hook, count, `it did not answer with ${count} entries`);
  };
  if (!isPromiseLike(answer)) return checked(answer);
  return answer.then(checked, (error: unknown) => {
    const cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return refused(connection, hook, count, cause);
  });
}

function refused(connection: Connection, hook: string, count: number, cause: string): number[] {
  connection.context.log.error('A hook failed; what it was asked about is refused', {
    hook,
    client: connection.identity.clientId,
    cause,
  });
  return new Array<number>(count).fill(0x83);
}
