/** Limits on topic names and filters, the same for PUBLISH, SUBSCRIBE, UNSUBSCRIBE and wills. */

import { ProtocolError } from '../../packet/error.ts';
import { countLevels, TOPIC_BYTES_MAX } from '../../topic/name.ts';
import type { BrokerContext } from '../context.ts';

/** What is wrong with the size of a topic, mountpoint included, or undefined. Counts the limit that was hit. */
export function topicLimitProblem(context: BrokerContext, topic: string): string | undefined {
  const { topicLevelsMax } = context.options;
  const topicBytesMax = Math.min(context.options.topicBytesMax, TOPIC_BYTES_MAX);
  // A UTF-16 unit takes at most three bytes in UTF-8, so short topics need not be measured.
  if (topic.length * 3 > topicBytesMax && Buffer.byteLength(topic) > topicBytesMax) {
    context.counters.limit('topic_bytes');
    return `a topic of ${Buffer.byteLength(topic)} bytes; the limit is ${topicBytesMax} (topic_bytes_max)`;
  }
  if (topic.length >= topicLevelsMax && countLevels(topic) > topicLevelsMax) {
    context.counters.limit('topic_levels');
    return `a topic of ${countLevels(topic)} levels; the limit is ${topicLevelsMax} (topic_levels_max)`;
  }
  return undefined;
}

/** @throws ProtocolError with `reasonCode` when a limit is exceeded */
export function checkTopic(context: BrokerContext, topic: string, reasonCode: number): void {
  const problem = topicLimitProblem(context, topic);
  if (problem !== undefined) throw new ProtocolError(reasonCode, '', `The packet has ${problem}`);
}
