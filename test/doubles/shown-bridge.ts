/** A bridge as it is shown to whoever looks at its figures. */

import { newCounters } from '../../src/bridges/spec.ts';

export const ferry: {
  name: string;
  state: string;
  inflight: number;
  queued: number;
  counters: ReturnType<typeof newCounters>;
} = {
  name: 'ferry',
  state: 'connected',
  inflight: 1,
  queued: 2,
  counters: newCounters(),
};
