/**
 * What the broker waits for on behalf of one client: a login, a permission, a hook, a commit. Meanwhile the client is
 * not read, so its silence is not its own. Those who are asked are other people's code: an answer that does not come in
 * time counts as a failure, lest a client that is gone be kept for ever.
 */

import type { Connection } from './connection.ts';

/** Whoever was asked has not answered within `answer_seconds_max`. */
class AnswerOverdue extends Error {
  override readonly name = 'AnswerOverdue';
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
  let isOver = false;
  const finish = (go: () => void): void => {
    if (isOver) return;
    isOver = true;
    stopWaiting();
    deadline.resume();
    connection.guard(go);
    link.release();
  };
  link.hold();
  deadline.suspend();
  const stopWaiting = context.clock.after(answerSecondsMax * 1000, () => {
    context.counters.limit('answer_seconds');
    finish(() => otherwise(new AnswerOverdue(`no answer within ${answerSecondsMax} s (answer_seconds_max)`)));
  });
  value.then(
    (result) => finish(() => then(result)),
    (error: unknown) => finish(() => otherwise(error)),
  );
}
