/** Limits on topic names and filters, the same for PUBLISH, SUBSCRIBE, UNSUBSCRIBE and wills. */

import { ProtocolError } from '../../packet/error.ts';
import { countLevels, TOPIC_BYTES_MAX } from '../../topic/name.ts';
import type { Counters } from '../counters.ts';
import type { BrokerOptions } from '../options.ts';

type TopicLimits = Pick<BrokerOptions, 'topicLevelsMax' | 'topicBytesMax'>;

/** What is wrong with the size of a topic, mountpoint included, or undefined. Counts the limit that was hit. */
export function topicLimitProblem(limits: TopicLimits, counters: Counters, topic: string): string | undefined {
  const { topicLevelsMax } = limits;
  const topicBytesMax = Math.min(limits.topicBytesMax, TOPIC_BYTES_MAX);
  // A UTF-16 unit takes at most three bytes in UTF-8, so short topics need not be measured.
  if (topic.length * 3 > topicBytesMax && Buffer.byteLength(topic) > topicBytesMax) {
    counters.limit('topic_bytes');
    return `a topic of ${Buffer.byteLength(topic)} bytes; the limit is ${topicBytesMax} (topic_bytes_max)`;
  }
  if (topic.length >= topicLevelsMax && countLevels(topic) > topicLevelsMax) {
    counters.limit('topic_levels');
    return `a topic of ${countLevels(topic)} levels; the limit is ${topicLevelsMax} (topic_levels_max)`;
  }
  return undefined;
}

/** @throws ProtocolError with `reasonCode` when a limit is exceeded */
export function checkTopic(limits: TopicLimits, counters: Counters, topic: string, reasonCode: number): void {
  const problem = topicLimitProblem(limits, counters, topic);
  if (problem !== undefined) throw new ProtocolError(reasonCode, '', `The packet has ${problem}`);
}
