/** The rows of what is counted beyond what costs nothing. */

import { defaultBrokerOptions as broker } from '../../broker/options.ts';
import type { OptionRow } from '../../ports/option.ts';

export const metricsRows: readonly OptionRow[] = [
  {
    name: 'metrics.top_topics',
    type: { kind: 'boolean' },
    default: broker.topTopics,
    reloadable: false,
    sentence:
      'Whether it is counted which topics have most messages, which costs some hundred nanoseconds for each message; ' +
      'it can be switched on and off while the broker runs, too.',
  },
  {
    name: 'metrics.top_topics_max',
    type: { kind: 'integer', min: 10, max: 10_000 },
    default: broker.topTopicsMax,
    unit: 'topics',
    reloadable: false,
    sentence: 'Topics that are counted at the same time; one that is seldom makes room for one that is new.',
  },
];
