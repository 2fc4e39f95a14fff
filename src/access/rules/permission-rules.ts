/** Lists of permissions as data: the first rule that speaks of a request decides. */

import type {
  AccessRequest,
  ClientIdentity,
  ExplainedPermission,
  Permission,
  PermissionRule,
} from '../../ports/access.ts';
import { TopicPattern } from './topic-pattern.ts';

/** A rule that is ready to be asked. Make it once, ask it often. */
export interface CompiledRule {
  readonly rule: PermissionRule;
  readonly pattern: TopicPattern;
}

export function compileRule(rule: PermissionRule): CompiledRule {
  return { rule, pattern: new TopicPattern(rule.topic, { literal: rule.literal ?? false }) };
}

export function speaksOf({ rule, pattern }: CompiledRule, client: ClientIdentity, request: AccessRequest): boolean {
  if (rule.action !== 'all' && rule.action !== request.action) return false;
  return pattern.covers(request.topic, client, rule.effect);
}

/** The answer of the first rule that speaks of the request; `ignore` when none does. */
export function decide(rules: readonly CompiledRule[], client: ClientIdentity, request: AccessRequest): Permission {
  return rules.find((rule) => speaksOf(rule, client, request))?.rule.effect ?? 'ignore';
}

/** The same with the rule in words. */
export function explain(
  rules: readonly CompiledRule[],
  client: ClientIdentity,
  request: AccessRequest,
): ExplainedPermission {
  const found = rules.find((rule) => speaksOf(rule, client, request));
  return found === undefined
    ? { answer: 'ignore', because: `none of ${rules.length} rules speaks of it` }
    : { answer: found.rule.effect, because: ruleText(found.rule) };
}

/** `deny subscribe eq #`. */
export function ruleText({ effect, action, topic, literal }: PermissionRule): string {
  return `${effect} ${action} ${literal === true ? 'eq ' : ''}${topic}`;
}
