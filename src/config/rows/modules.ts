/** The rows of the modules that come with the broker: delayed messages, topic rewriting, subscriptions, topic metrics. */

import type { OptionRow } from '../../ports/option.ts';

export const moduleRows: readonly OptionRow[] = [
  {
    name: 'modules.delayed.enabled',
    type: { kind: 'boolean' },
    default: false,
    reloadable: false,
    sentence:
      'Whether messages to $delayed/SECONDS/TOPIC are kept and published later; their publisher needs permission for both.',
  },
  {
    name: 'modules.delayed.messages_max',
    type: { kind: 'integer', min: 1, max: 10_000_000 },
    default: 100_000,
    reloadable: false,
    sentence: 'Delayed messages that may wait; one more is refused with 0x97.',
  },
  {
    name: 'modules.delayed.bytes_max',
    type: { kind: 'size', min: 1024, max: 1_099_511_627_776 },
    default: 268_435_456,
    reloadable: false,
    sentence: 'Bytes that they may take together in the store.',
  },
  {
    name: 'modules.rewrite.rules',
    type: { kind: 'list' },
    default: [],
    reloadable: false,
    sentence:
      'Rules "publish|subscribe|all FILTER REGEX TOPIC": the first whose filter matches decides, and where its regular ' +
      'expression matches, $1 to $9 are its groups and %c and %u the client; permissions are asked for the topic as it was.',
    emqx: 'module.rewrite.rule',
  },
  {
    name: 'modules.auto_subscribe.topics',
    type: { kind: 'list' },
    default: [],
    reloadable: false,
    sentence:
      'Subscriptions that each client gets, as "TOPIC [QOS [NO_LOCAL [RETAIN_AS_PUBLISHED [RETAIN_HANDLING]]]]"; whole ' +
      'levels %c and %u stand for its identifier and user name.',
    emqx: 'module.subscription.$n.topic',
  },
  {
    name: 'modules.topic_metrics.enabled',
    type: { kind: 'boolean' },
    default: false,
    reloadable: false,
    sentence: 'Whether messages are counted on chosen topics.',
  },
  {
    name: 'modules.topic_metrics.topics',
    type: { kind: 'list' },
    default: [],
    reloadable: false,
    sentence: 'Topic names that are counted from the start, at most 512; others can be added at run time.',
  },
];
