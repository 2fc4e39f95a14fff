/**
 * What the terms of acl.conf mean: who may or may not do what with which topics. A term that means nothing is an error
 * with its line, since a rule that is skipped changes what the others allow.
 */

import { topicFilterProblem } from '../../topic/name.ts';
import { LineProblem } from '../rules/line-problem.ts';
import { type Network, parseNetwork } from '../rules/network.ts';
import { TopicPattern } from '../rules/topic-pattern.ts';
import { readTerms, type Term } from './terms.ts';

/** Whom a rule speaks of. */
export type Who =
  | { readonly kind: 'all' }
  | { readonly kind: 'username' | 'clientId'; readonly name: string }
  | { readonly kind: 'address'; readonly networks: readonly Network[] }
  | { readonly kind: 'every' | 'some'; readonly of: readonly Who[] };

export interface AclRule {
  readonly effect: 'allow' | 'deny';
  readonly who: Who;
  readonly action: 'publish' | 'subscribe' | 'all';
  /** Undefined for every topic: `{allow, all}.` */
  readonly topics: readonly TopicPattern[] | undefined;
  readonly line: number;
  /** The rule as it is written, on one line. */
  readonly text: string;
}

const ACTIONS: ReadonlyMap<string, AclRule['action']> = new Map([
  ['publish', 'publish'],
  ['subscribe', 'subscribe'],
  ['pubsub', 'all'],
]);

const ALL: Who = { kind: 'all' };
const CONDITIONS =
  'all, {user, "name"}, {client, "id"}, {ipaddr, "10.0.0.0/8"}, {ipaddrs, [...]}, {\'and\', [...]}, {\'or\', [...]}';

/**
 * The rules in the order of the file; none for a file that holds comments only.
 * @throws LineProblem with the line of the first thing that is wrong
 */
export function parseRules(source: string): AclRule[] {
  return readTerms(source).map(({ term, text }) => ({ ...ruleOf(term), line: term.line, text }));
}

function ruleOf(term: Term): Omit<AclRule, 'line' | 'text'> {
  const items = term.kind === 'tuple' ? term.items : [];
  const [effectTerm, whoTerm, actionTerm, topicsTerm] = items;
  if (effectTerm === undefined || whoTerm === undefined || (items.length !== 2 && items.length !== 4)) {
    throw problem(term, 'a rule is {allow, all}. or {allow, Who, publish, ["topic"]}., or the same with deny');
  }
  const effect = atomOf(effectTerm);
  if (effect !== 'allow' && effect !== 'deny') {
    throw problem(effectTerm, `a rule begins with allow or deny; got ${shown(effectTerm)}`);
  }
  if (actionTerm === undefined || topicsTerm === undefined) {
    if (atomOf(whoTerm) === 'all') return { effect, who: ALL, action: 'all', topics: undefined };
    throw problem(whoTerm, `a rule without topics speaks of all; got ${shown(whoTerm)}`);
  }
  const action = ACTIONS.get(atomOf(actionTerm) ?? '');
  if (action === undefined) throw problem(actionTerm, `got ${shown(actionTerm)}; allowed: publish, subscribe, pubsub`);
  return { effect, who: whoOf(whoTerm), action, topics: topicsOf(topicsTerm) };
}

function whoOf(term: Term): Who {
  if (atomOf(term) === 'all') return ALL;
  const items = term.kind === 'tuple' ? term.items : [];
  const [kind, value] = items;
  if (kind === undefined || value === undefined || items.length !== 2) {
    throw problem(term, `got ${shown(term)} for whom the rule speaks of; allowed: ${CONDITIONS}`);
  }
  switch (atomOf(kind)) {
    case 'user':
      return nameOf('username', value);
    case 'client':
      return nameOf('clientId', value);
    case 'ipaddr':
      return { kind: 'address', networks: [networkOf(value)] };
    case 'ipaddrs':
      return { kind: 'address', networks: listOf(value, 'addresses').map(networkOf) };
    case 'and':
      return { kind: 'every', of: listOf(value, 'conditions').map(whoOf) };
    case 'or':
      return { kind: 'some', of: listOf(value, 'conditions').map(whoOf) };
    default:
      throw problem(kind, `got ${shown(kind)} for whom the rule speaks of; allowed: ${CONDITIONS}`);
  }
}

function nameOf(kind: 'username' | 'clientId', term: Term): Who {
  if (atomOf(term) === 'all') return ALL;
  if (term.kind === 'text') return { kind, name: term.text };
  throw problem(term, `a name is a text in double quotes, or all; got ${shown(term)}`);
}

function networkOf(term: Term): Network {
  if (term.kind !== 'text') throw problem(term, `an address is a text in double quotes; got ${shown(term)}`);
  const network = parseNetwork(term.text);
  if ('problem' in network) throw problem(term, `"${term.text}" cannot be used: ${network.problem}`);
  return network;
}

function topicsOf(term: Term): TopicPattern[] {
  // A binary alone is one topic; a string alone would be a list of characters to EMQX, which is never what was meant.
  if (term.kind === 'text' && term.binary) return [topicOf(term)];
  if (term.kind === 'text') throw problem(term, `topics stand in a list: ["${term.text}"]`);
  return listOf(term, 'topics').map(topicOf);
}

function topicOf(term: Term): TopicPattern {
  if (term.kind === 'text') {
    const wrong = topicFilterProblem(term.text);
    if (wrong !== undefined) throw problem(term, `the topic "${term.text}" ${wrong}`);
    return new TopicPattern(term.text);
  }
  const [kind, value, ...rest] = term.kind === 'tuple' ? term.items : [];
  if (kind === undefined || atomOf(kind) !== 'eq' || value?.kind !== 'text' || rest.length > 0) {
    throw problem(
      term,
      `a topic is a text in double quotes, or {eq, "text"} for the text as it stands; got ${shown(term)}`,
    );
  }
  return new TopicPattern(value.text, { literal: true });
}

function listOf(term: Term, what: string): readonly Term[] {
  if (term.kind === 'list') return term.items;
  throw problem(term, `${what} stand in a list: [...]; got ${shown(term)}`);
}

function atomOf(term: Term): string | undefined {
  return term.kind === 'atom' ? term.text : undefined;
}

function shown(term: Term): string {
  switch (term.kind) {
    case 'tuple':
      return '{...}';
    case 'list':
      return '[...]';
    case 'text':
      return `"${term.text}"`;
    default:
      return term.text;
  }
}

function problem({ line }: Term, text: string): LineProblem {
  return new LineProblem(line, text);
}
