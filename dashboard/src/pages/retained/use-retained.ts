/** The retained message of a topic, if there is one: the list is asked first, so that none is no error. */

import { queryOf } from '../../api/client.ts';
import type { List, RetainedMessage, RetainedSummary } from '../../api/types.ts';
import { type Query, useQuery } from '../../api/use-query.ts';

interface Retained extends Query<RetainedMessage> {
  /** Whether it is certain that there is none. */
  readonly isMissing: boolean;
}

export function useRetained(topic: string, everySeconds?: number): Retained {
  // Filters are chosen in trees as well; they have no message.
  const isTopic = topic !== '' && !/[+#]/.test(topic);
  const list = useQuery<List<RetainedSummary>>(
    isTopic ? `/retained${queryOf({ limit: 1, filter: topic })}` : undefined,
    everySeconds,
  );
  const isThere = list.data?.items.some((one) => one.topic === topic) === true;
  const query = useQuery<RetainedMessage>(isThere ? `/retained/message${queryOf({ topic })}` : undefined, everySeconds);
  return {
    ...query,
    data: isThere ? query.data : undefined,
    error: list.error ?? query.error,
    isMissing: !isTopic || (list.data !== undefined && !isThere),
  };
}
