/**
 * Permissions that a token or an answer gives a client, in the two forms that EMQX knows:
 *
 * - `{"pub": ["a/b"], "sub": ["a/#"], "all": []}` (EMQX 4.3): what is named is allowed, and nothing else
 * - `[{"permission": "allow", "action": "publish", "topic": "a/b"}]` (EMQX 5): the first that speaks of a request
 *   decides, and where none does the permission sources are asked
 *
 * What cannot be understood in full is not used at all, because a rule that is left out, or a condition of it, may
 * allow what was not meant.
 */

import type { PermissionRule } from '../../ports/access.ts';

export type GivenRules = readonly PermissionRule[] | { readonly problem: string };

/** Far more than anybody writes; each is compared with every topic that is new to a client. */
const RULES_MAX = 1000;
const TEXT_BYTES_MAX = 65_535;
const HALF_PAIR = /\p{Surrogate}/u;

/** The keys of EMQX 4.3 and what they speak of. */
const lists: ReadonlyMap<string, PermissionRule['action']> = new Map([
  ['pub', 'publish'],
  ['sub', 'subscribe'],
  ['all', 'all'],
]);

const KNOWN_KEYS: ReadonlySet<string> = new Set(['permission', 'action', 'topic', 'topics']);

/** @param value what JSON gave */
export function readGivenRules(value: unknown): GivenRules {
  if (typeof value !== 'object' || value === null) return { problem: 'permissions are a list or an object' };
  const rules: PermissionRule[] = [];
  const problem = Array.isArray(value) ? addRules(rules, value) : addLists(rules, value);
  if (problem !== undefined) return { problem };
  return rules.length > RULES_MAX ? { problem: `got ${rules.length} permissions; the limit is ${RULES_MAX}` } : rules;
}

function addLists(rules: PermissionRule[], value: object): string | undefined {
  const given = new Map<string, unknown>(Object.entries(value));
  for (const [key, action] of lists) {
    const topics = given.get(key) ?? [];
    if (!Array.isArray(topics)) return `${key} is no list of topics`;
    const problem = addTopics(rules, 'allow', action, topics);
    if (problem !== undefined) return problem;
  }
  // Not in one rule for all actions: what a client may subscribe to it may also receive.
  rules.push({ effect: 'deny', action: 'publish', topic: '#' }, { effect: 'deny', action: 'subscribe', topic: '#' });
  return undefined;
}

function addRules(rules: PermissionRule[], value: readonly unknown[]): string | undefined {
  for (const one of value) {
    if (typeof one !== 'object' || one === null || Array.isArray(one)) return 'a permission is no object';
    const given = new Map<string, unknown>(Object.entries(one));
    const unknown = [...given.keys()].find((key) => !KNOWN_KEYS.has(key));
    if (unknown !== undefined) return 'a permission has a condition other than permission, action, topic and topics';
    const effect = given.get('permission');
    const action = given.get('action') ?? 'all';
    if (effect !== 'allow' && effect !== 'deny') return 'the permission of a rule is neither allow nor deny';
    if (action !== 'publish' && action !== 'subscribe' && action !== 'all') {
      return 'the action of a permission is none of publish, subscribe and all';
    }
    const several = given.get('topics') ?? [];
    const topics: unknown = given.has('topic') ? [given.get('topic')] : [];
    if (!Array.isArray(several) || !Array.isArray(topics)) return 'the topics of a permission are no list';
    if (topics.length + several.length === 0) return 'a permission names no topic';
    const problem = addTopics(rules, effect, action, [...topics, ...several]);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function addTopics(
  rules: PermissionRule[],
  effect: 'allow' | 'deny',
  action: PermissionRule['action'],
  topics: readonly unknown[],
): string | undefined {
  for (const written of topics) {
    if (typeof written !== 'string' || written === '') return 'a topic is no text';
    if (HALF_PAIR.test(written) || written.includes('\0') || Buffer.byteLength(written) > TEXT_BYTES_MAX)
      return 'a topic is none of MQTT';
    const literal = written.startsWith('eq ');
    const topic = literal ? written.slice(3) : withShortNames(written);
    if (topic === undefined) return 'a topic has a placeholder that is unknown here';
    rules.push({ effect, action, topic, ...(literal && { literal }) });
  }
  return undefined;
}

const shortNames: ReadonlyMap<string, string> = new Map([
  ['clientid', '%c'],
  ['username', '%u'],
]);

/** The placeholders of EMQX 5 in the form of EMQX 4. Undefined for one that there is none of, or that is no whole level. */
function withShortNames(topic: string): string | undefined {
  const levels = topic.split('/').map((level) => {
    const isLong = level.startsWith('${') && level.endsWith('}');
    return (isLong ? shortNames.get(level.slice(2, -1)) : undefined) ?? level;
  });
  return levels.some((level) => level.includes('${')) ? undefined : levels.join('/');
}

/** Whether a value can be the user name of a client: a text that MQTT can carry, and not an empty one. */
export function isGivenUsername(value: unknown): value is string {
  if (typeof value !== 'string' || value === '' || HALF_PAIR.test(value) || value.includes('\0')) return false;
  return Buffer.byteLength(value) <= TEXT_BYTES_MAX;
}
