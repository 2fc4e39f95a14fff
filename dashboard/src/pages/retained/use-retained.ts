/** The retained message of a topic, if there is one: that there is none is an answer, and no error. */

import { queryOf } from '../../api/client.ts';
import type { Absent, RetainedMessage } from '../../api/types.ts';
import { type Query, useQuery } from '../../api/use-query.ts';

interface Retained extends Query<RetainedMessage> {
  /** Whether it is certain that there is none. */
  readonly isMissing: boolean;
}

export function useRetained(topic: string, everySeconds?: number): Retained {
  // Filters are chosen in trees as well; they have no message.
  const isTopic = topic !== '' && !/[+#]/.test(topic);
  const query = useQuery<RetainedMessage | Absent>(
    isTopic ? `/retained/message${queryOf({ topic, tellAbsence: true })}` : undefined,
    everySeconds,
  );
  const { data } = query;
  const isAbsent = data !== undefined && 'absent' in data;
  return { ...query, data: isAbsent ? undefined : data, isMissing: !isTopic || isAbsent };
}
