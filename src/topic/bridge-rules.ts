/**
 * Which topics cross a bridge, in which direction, and what they are called on the other side. A rule is written as on a
 * `topic` line of mosquitto.conf: `PATTERN [out|in|both [QOS [LOCAL-PREFIX [REMOTE-PREFIX]]]]`. Pure: text in, names out.
 */

import { matches, topicFilterProblem } from './name.ts';
import { parseFilter } from './share.ts';

type Qos = 0 | 1 | 2;

export type Direction = 'in' | 'out' | 'both';

export interface TopicRule {
  /** A topic filter, or empty where the prefixes alone are the two topics. */
  readonly pattern: string;
  readonly direction: Direction;
  /** Highest QoS in either direction. */
  readonly qos: Qos;
  /** Before the pattern on this broker; empty for none. */
  readonly localPrefix: string;
  /** Before the pattern on the other broker; empty for none. */
  readonly remotePrefix: string;
}

const directions: ReadonlyMap<string, Direction> = new Map([
  ['in', 'in'],
  ['out', 'out'],
  ['both', 'both'],
]);

const qosByText: ReadonlyMap<string, Qos> = new Map([
  ['0', 0],
  ['1', 1],
  ['2', 2],
]);

/** Words between blanks; a word in double quotes may hold blanks or be empty. */
function wordsOf(text: string): string[] {
  return [...text.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

/** The rule, or what is wrong with it, in words that follow the text. */
export function parseTopicRule(text: string): TopicRule | { readonly problem: string } {
  const [pattern, ...rest] = wordsOf(text);
  if (pattern === undefined) return { problem: 'has no topic' };
  // As in Mosquitto, a later word that begins with # is the beginning of a remark.
  const remark = rest.findIndex((word) => word.startsWith('#'));
  const words = remark < 0 ? rest : rest.slice(0, remark);
  const [directionWord = 'out', qosWord = '0', localPrefix = '', remotePrefix = ''] = words;
  const direction = directions.get(directionWord.toLowerCase());
  if (direction === undefined) return { problem: `has the direction "${directionWord}"; allowed: in, out, both` };
  const qos = qosByText.get(qosWord);
  if (qos === undefined) return { problem: `has the QoS "${qosWord}"; allowed: 0, 1, 2` };
  if (words.length > 4) return { problem: 'has more words than topic, direction, QoS, local prefix and remote prefix' };
  const rule: TopicRule = { pattern, direction, qos, localPrefix, remotePrefix };
  const problem = topicRuleProblem(rule);
  return problem === undefined ? rule : { problem };
}

/** What is wrong with a rule, in words that follow it, or undefined. */
function topicRuleProblem({ pattern, localPrefix, remotePrefix }: TopicRule): string | undefined {
  if (pattern === '' && (localPrefix === '' || remotePrefix === '')) {
    return 'has an empty topic, which needs both a local and a remote prefix';
  }
  for (const prefix of [localPrefix, remotePrefix]) {
    if (/[+#\0]/.test(prefix)) return `has the prefix "${prefix}"; a prefix has no wildcards`;
  }
  for (const prefix of [localPrefix, remotePrefix]) {
    const filter = prefixed(prefix, pattern);
    const parsed = parseFilter(filter);
    if (typeof parsed === 'string') return `means the topic filter "${filter}", which ${parsed}`;
    const problem = topicFilterProblem(parsed.filter);
    if (problem !== undefined) return `means the topic filter "${filter}", which ${problem}`;
  }
  return undefined;
}

/** A prefix goes before the filter of a shared subscription, not before `$share/NAME/`. */
function prefixed(prefix: string, pattern: string): string {
  const shared = /^(\$share\/[^/]*\/|\$queue\/)(.*)$/s.exec(pattern);
  return shared === null ? prefix + pattern : `${shared[1]}${prefix}${shared[2]}`;
}

/** The filter that is compared with topic names. */
function matchedFilter(filter: string): string {
  const parsed = parseFilter(filter);
  return typeof parsed === 'string' ? filter : parsed.filter;
}

interface Mapping {
  readonly filter: string;
  readonly from: string;
  readonly to: string;
}

/** All rules of one bridge. The first that matches says what a topic is called on the other side. */
export class TopicMap {
  /** What is subscribed to here, with the highest QoS of its rules. */
  readonly localFilters: ReadonlyMap<string, Qos>;
  /** What is subscribed to there. */
  readonly remoteFilters: ReadonlyMap<string, Qos>;
  /** Filters there of rules that only go out: a former configuration may have subscribed to them. */
  readonly unwantedRemoteFilters: readonly string[];
  readonly #outward: readonly Mapping[];
  readonly #inward: readonly Mapping[];
  /** Filters that match what goes out, as it is called there. */
  readonly #outgoingThere: readonly string[];
  /** Filters that match what comes in, as it is called here. */
  readonly #incomingHere: readonly string[];

  constructor(rules: readonly TopicRule[]) {
    const outgoing = rules.filter(({ direction }) => direction !== 'in');
    const incoming = rules.filter(({ direction }) => direction !== 'out');
    this.localFilters = filtersOf(outgoing, ({ localPrefix }) => localPrefix);
    this.remoteFilters = filtersOf(incoming, ({ remotePrefix }) => remotePrefix);
    const { remoteFilters } = this;
    this.unwantedRemoteFilters = [...filtersOf(outgoing, ({ remotePrefix }) => remotePrefix).keys()].filter(
      (filter) => !remoteFilters.has(filter),
    );
    this.#outgoingThere = outgoing.map(({ pattern, remotePrefix }) => matchedFilter(prefixed(remotePrefix, pattern)));
    this.#incomingHere = incoming.map(({ pattern, localPrefix }) => matchedFilter(prefixed(localPrefix, pattern)));
    this.#outward = outgoing.map(({ pattern, localPrefix, remotePrefix }) => ({
      filter: matchedFilter(prefixed(localPrefix, pattern)),
      from: localPrefix,
      to: remotePrefix,
    }));
    this.#inward = incoming.map(({ pattern, localPrefix, remotePrefix }) => ({
      filter: matchedFilter(prefixed(remotePrefix, pattern)),
      from: remotePrefix,
      to: localPrefix,
    }));
  }

  /** Whether something that goes out may be under a name that is subscribed to there. */
  get mayReturn(): boolean {
    const incoming = this.#subscribedThere();
    return this.#outgoingThere.some((filter) => incoming.some((other) => filtersMeet(filter, other)));
  }

  /** How many subscriptions there match a topic; those that are shared with others are not counted. */
  remoteMatches(topic: string): number {
    return this.#subscribedThere().filter((filter) => matches(filter, topic)).length;
  }

  /** Whether something that comes in by these rules may go out by others. */
  leadsInto(other: TopicMap): boolean {
    const going = [...other.localFilters.keys()].map(matchedFilter);
    return this.#incomingHere.some((filter) => going.some((wanted) => filtersMeet(filter, wanted)));
  }

  #subscribedThere(): string[] {
    return [...this.remoteFilters.keys()].filter((filter) => !isShared(filter));
  }

  /** What a topic of this broker is called there; undefined when no rule sends it. */
  toRemote(topic: string): string | undefined {
    return mapped(this.#outward, topic);
  }

  /** What a topic of the other broker is called here; undefined when no rule takes it. */
  toLocal(topic: string): string | undefined {
    return mapped(this.#inward, topic);
  }
}

function isShared(filter: string): boolean {
  return filter.startsWith('$share/') || filter.startsWith('$queue/');
}

/** Whether there is a topic that both filters match; for filters that begin with a wildcard, one without $. */
function filtersMeet(one: string, other: string): boolean {
  const [a, b] = [one.split('/'), other.split('/')];
  for (let i = 0; ; i++) {
    if (a[i] === '#' || b[i] === '#') return true;
    if (a[i] === undefined || b[i] === undefined) return a[i] === b[i];
    if (a[i] !== b[i] && a[i] !== '+' && b[i] !== '+') return false;
  }
}

function filtersOf(rules: readonly TopicRule[], prefixOf: (rule: TopicRule) => string): Map<string, Qos> {
  const filters = new Map<string, Qos>();
  for (const rule of rules) {
    const filter = prefixed(prefixOf(rule), rule.pattern);
    filters.set(filter, Math.max(rule.qos, filters.get(filter) ?? 0) as Qos);
  }
  return filters;
}

function mapped(mappings: readonly Mapping[], topic: string): string | undefined {
  for (const { filter, from, to } of mappings) {
    // A wildcard matches a topic that ends before the prefix does: `a/#` with the prefix `a/` matches `a`.
    if (!matches(filter, topic) || !topic.startsWith(from)) continue;
    const name = to + topic.slice(from.length);
    if (name !== '') return name;
  }
  return undefined;
}

/** What EMQX 4 says of a bridge's topics, with `${node}` replaced already. */
export interface ForwardsAndSubscriptions {
  /** Topic filters here. */
  readonly forwards: readonly string[];
  /** Before the topics of what goes out. */
  readonly forwardMountpoint: string;
  readonly subscriptions: readonly { readonly topic: string; readonly qos: number }[];
  /** Before the topics of what comes in. */
  readonly receiveMountpoint: string;
}

/** The same as rules in words. What EMQX forwards it sends at QoS 1 at most. */
export function rulesOfForwards(said: ForwardsAndSubscriptions): string[] {
  const quoted = (text: string): string => `"${text}"`;
  return [
    ...said.forwards.map((filter) => `${quoted(filter)} out 1 "" ${quoted(said.forwardMountpoint)}`),
    ...said.subscriptions.map(({ topic, qos }) => `${quoted(topic)} in ${qos} ${quoted(said.receiveMountpoint)} ""`),
  ];
}
