/**
 * What the broker waits for on behalf of one client: a login, a permission, a hook, a commit. Meanwhile the client is
 * not read, so its silence is not its own. Those who are asked are other people's code: an answer that does not come in
 * time counts as a failure, lest a client that is gone be kept for ever.
 */

import type { BrokerOptions } from '../../options.ts';
import type { Connection } from '../connection.ts';

/** Whoever was asked has not answered within `answer_seconds_max`. */
export class AnswerOverdue extends Error {
  override readonly name = 'AnswerOverdue';

  constructor({ answerSecondsMax }: Pick<BrokerOptions, 'answerSecondsMax'>) {
    super(`no answer within ${answerSecondsMax} s (answer_seconds_max)`);
  }
}

/** Goes on with `then` or `otherwise`, of which exactly one is called, and neither once the connection has ended. */
export function awaitAnswer<T>(
  connection: Connection,
  value: PromiseLike<T>,
  then: (value: T) => void,
  otherwise: (error: unknown) => void,
): void {
  const { link, deadline, context } = connection;
  const { answerSecondsMax } = context.options;
  // A wait that follows from another is part of it.
  const askedAtMs = connection.askedAtMs === 0 ? context.clock.monotonic() : connection.askedAtMs;
  let isOver = false;
  const finish = (go: () => void): void => {
    if (isOver) return;
    isOver = true;
    stopWaiting();
    deadline.resume();
    connection.askedAtMs = askedAtMs;
    connection.guard(go);
    connection.askedAtMs = 0;
    link.release();
  };
  link.hold();
  deadline.suspend();
  const stopWaiting = context.clock.after(answerSecondsMax * 1000, () => {
    context.counters.limit('answer_seconds');
    finish(() => otherwise(new AnswerOverdue(context.options)));
  });
  value.then(
    (result) => finish(() => then(result)),
    (error: unknown) => finish(() => otherwise(error)),
  );
}
