/**
 * The module of topic rewriting: rules `publish|subscribe|all FILTER REGEX TOPIC`, of which the first whose filter matches
 * decides. If its regular expression matches, `$1` to `$9` stand for its groups, and `%c` and `%u` for the client. It
 * happens behind the permissions, which are asked about what the client named.
 */

import type { ClientIdentity } from '../../ports/access.ts';
import type { PluginDefinition } from '../../ports/plugin.ts';
import { quote } from '../../std/shorten.ts';
import { matches, topicFilterProblem, topicNameProblem } from '../../topic/name.ts';
import { parseFilter } from '../../topic/share.ts';
import { definePlugin } from '../define.ts';
import { pluginError } from '../failure.ts';

const options = { rules: { kind: 'list', default: [], sentence: 'Rules, in their order.' } } as const;

interface Rule {
  readonly on: string;
  readonly filter: string;
  readonly pattern: RegExp;
  readonly target: string;
}

const RULES_MAX = 1000;
const PATTERN_LENGTH_MAX = 1000;

/** A longer topic is not rewritten, so that no pattern has much to look at. */
const TOPIC_LENGTH_MAX = 1024;

/** A pattern that takes longer than this for a topic made to be hard is refused at load. */
const PATTERN_MS_MAX = 50;

const PATTERN_ATTEMPTS = 3;

/** Topics that make patterns go back and forth, where they do. */
const probes: readonly string[] = ['a', 'a/', '/', '0', 'a1', '-', 'ab/'].map(
  (piece) => `${piece.repeat(Math.floor(64 / piece.length))}!`,
);

function parseRule(text: string): Rule {
  const fail = (problem: string): never => {
    throw pluginError('OPTIONS', `Topic rewriting: the rule ${quote(text)} ${problem}`);
  };
  const [on = '', filter = '', source = '', target = '', ...rest] = text.trim().split(/\s+/);
  if (target === '' || rest.length > 0) fail('has to be: publish, subscribe or all, a filter, a pattern, a topic');
  if (!['publish', 'subscribe', 'all'].includes(on)) fail('begins with something else than publish, subscribe or all');
  const problem = topicFilterProblem(filter);
  if (problem !== undefined) fail(`has the filter ${quote(filter)}, which ${problem}`);
  if (source.length > PATTERN_LENGTH_MAX) fail(`has a pattern of more than ${PATTERN_LENGTH_MAX} characters`);
  let pattern: RegExp;
  try {
    pattern = new RegExp(source);
  } catch (error) {
    return fail(`has a pattern that cannot be: ${(error as Error).message}`);
  }
  if (!isQuick(pattern))
    fail(`has a pattern that takes more than ${PATTERN_MS_MAX} ms; make its repetitions unambiguous`);
  return { on, filter, pattern, target };
}

function isQuick(pattern: RegExp): boolean {
  // From short to long: one that explodes is caught before it takes seconds.
  const own = [...new Set(pattern.source.replaceAll(/[^A-Za-z0-9_/-]/g, ''))].slice(0, 30);
  for (let length = 8; length <= 64; length += 4) {
    for (const probe of [...probes, ...own.map((letter) => letter.repeat(64))]) {
      if (!isQuickAt(pattern, `${probe.slice(0, length)}!`)) return false;
    }
  }
  return true;
}

/** On a busy machine the process may have waited for its turn meanwhile, so what was slow once is asked again. */
function isQuickAt(pattern: RegExp, topic: string): boolean {
  for (let attempt = 0; attempt < PATTERN_ATTEMPTS; attempt++) {
    const from = performance.now();
    pattern.test(topic);
    if (performance.now() - from <= PATTERN_MS_MAX) return true;
  }
  return false;
}

/** What comes of a topic or filter; itself where no rule concerns it. */
function rewritten(
  rules: readonly Rule[],
  on: 'publish' | 'subscribe',
  topic: string,
  client: ClientIdentity | undefined,
): string {
  if (topic.length > TOPIC_LENGTH_MAX) return topic;
  const rule = rules.find((one) => (one.on === on || one.on === 'all') && matches(one.filter, topic));
  const found = rule?.pattern.exec(topic);
  if (rule === undefined || found === undefined || found === null) return topic;
  // In one go: what a client has named is never looked at for placeholders.
  return rule.target.replaceAll(/\$([1-9])|%([cu])/g, (_whole, group: string | undefined, letter: string) => {
    if (group !== undefined) return found[Number(group)] ?? '';
    return (letter === 'c' ? client?.clientId : client?.username) ?? '';
  });
}

/** A filter keeps its `$share/group/`. */
function rewrittenFilter(rules: readonly Rule[], filter: string, client: ClientIdentity): string {
  const parsed = parseFilter(filter);
  if (typeof parsed === 'string') return filter;
  const after = rewritten(rules, 'subscribe', parsed.filter, client);
  if (after === parsed.filter || topicFilterProblem(after) !== undefined) return filter;
  return filter.slice(0, filter.length - parsed.filter.length) + after;
}

export function rewriteModule(): PluginDefinition<typeof options> {
  let rules: readonly Rule[] = [];
  return definePlugin({
    name: 'rewrite',
    description: 'Topic rewriting',
    options,
    start: ({ options }) => {
      if (options.rules.length > RULES_MAX)
        throw pluginError('OPTIONS', `Topic rewriting: more than ${RULES_MAX} rules`);
      rules = options.rules.map(parseRule);
    },
    hooks: {
      'message.publish': ({ message, client }) => {
        const topic = rewritten(rules, 'publish', message.topic, client);
        return topic === message.topic || topicNameProblem(topic) !== undefined ? undefined : { topic };
      },
      'client.subscribe': ({ client, subscriptions }) =>
        subscriptions.map(({ filter }) => ({ filter: rewrittenFilter(rules, filter, client) })),
      'client.unsubscribe': ({ client, filters }) => filters.map((filter) => rewrittenFilter(rules, filter, client)),
    },
  });
}
