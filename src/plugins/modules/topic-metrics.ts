/** The module of topic metrics: messages in, out and dropped on chosen topics, as counts and as rates. */

import type { PluginDefinition } from '../../ports/plugin.ts';
import { quote } from '../../std/shorten.ts';
import { topicNameProblem } from '../../topic/name.ts';
import { definePlugin } from '../define.ts';
import { pluginError } from '../failure.ts';

const options = {
  topics: { kind: 'list', default: [], sentence: 'Topic names that are counted from the start.' },
} as const;

const TOPICS_MAX = 512;

/** How often the rates are worked out. */
const RATE_SECONDS = 5;

const METRICS = [
  'messages.in',
  'messages.out',
  'messages.qos0.in',
  'messages.qos1.in',
  'messages.qos2.in',
  'messages.qos0.out',
  'messages.qos1.out',
  'messages.qos2.out',
  'messages.dropped',
] as const;
type Metric = (typeof METRICS)[number];

interface Counted {
  readonly counts: Map<Metric, number>;
  before: Map<Metric, number>;
  readonly rates: Map<Metric, number>;
  readonly since: string;
}

class TopicMetrics {
  readonly #topics = new Map<string, Counted>();

  /** @throws BackendError */
  add(topic: string, nowMs: number): void {
    const problem = topicNameProblem(topic);
    if (problem !== undefined) throw pluginError('OPTIONS', `Topic metrics: the topic ${quote(topic)} ${problem}`);
    if (this.#topics.has(topic)) throw pluginError('OPTIONS', `Topic metrics: ${quote(topic)} is counted already`);
    if (this.#topics.size >= TOPICS_MAX)
      throw pluginError('RESOURCES', `Topic metrics: ${TOPICS_MAX} topics are the limit`);
    const since = new Date(nowMs).toISOString();
    this.#topics.set(topic, { counts: new Map(), before: new Map(), rates: new Map(), since });
  }

  remove(topic: string): void {
    if (!this.#topics.delete(topic)) throw pluginError('NOT_FOUND', `Topic metrics: ${quote(topic)} is not counted`);
  }

  count(topic: string, ...metrics: readonly Metric[]): void {
    const counted = this.#topics.get(topic);
    if (counted === undefined) return;
    for (const metric of metrics) counted.counts.set(metric, (counted.counts.get(metric) ?? 0) + 1);
  }

  work(): void {
    for (const counted of this.#topics.values()) {
      for (const metric of METRICS) {
        const grown = (counted.counts.get(metric) ?? 0) - (counted.before.get(metric) ?? 0);
        counted.rates.set(metric, grown / RATE_SECONDS);
      }
      counted.before = new Map(counted.counts);
    }
  }

  list(): unknown {
    return [...this.#topics].map(([topic, { counts, rates, since }]) => ({
      topic,
      since,
      metrics: Object.fromEntries(
        METRICS.flatMap((metric) => [
          [`${metric}.count`, counts.get(metric) ?? 0],
          [`${metric}.rate`, rates.get(metric) ?? 0],
        ]),
      ),
    }));
  }
}

export function topicMetricsModule(): PluginDefinition<typeof options> {
  let metrics = new TopicMetrics();
  return definePlugin({
    name: 'topic_metrics',
    description: 'Counts messages on chosen topics',
    options,
    start: (context) => {
      metrics = new TopicMetrics();
      for (const topic of context.options.topics) metrics.add(topic, context.now());
      context.every(RATE_SECONDS, () => metrics.work());
    },
    hooks: {
      'message.publish': {
        handle: ({ message: { topic, qos } }) => metrics.count(topic, 'messages.in', `messages.qos${qos}.in`),
        onFailure: 'open',
      },
      'message.delivered': ({ message: { topic }, qos }) =>
        metrics.count(topic, 'messages.out', `messages.qos${qos}.out`),
      'message.dropped': ({ message: { topic } }) => metrics.count(topic, 'messages.dropped'),
    },
    commands: {
      list: { sentence: 'Lists the topics with their numbers.', run: () => ({ items: metrics.list() }) },
      add: {
        usage: 'TOPIC',
        sentence: 'Counts one topic more.',
        run: ([topic = ''], context) => metrics.add(topic, context.now()),
      },
      remove: { usage: 'TOPIC', sentence: 'Counts a topic no more.', run: ([topic = '']) => metrics.remove(topic) },
    },
  });
}
