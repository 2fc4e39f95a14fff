/**
 * The permissions of the built-in database. Those of the Client Identifier are asked first, then those of the user
 * name, then those of everybody; among each, the newest first. A wildcard in the first level speaks of no topic that
 * begins with `$`. All this is as in EMQX 4.3.
 */

import { InvalidRequest } from '../../broker/invalid-request.ts';
import type {
  AccessRequest,
  ClientIdentity,
  ExplainedPermission,
  Permission,
  PermissionRule,
} from '../../ports/access.ts';
import type { BuiltinPermission, Page, PermissionTarget, UserKind } from '../../ports/builtin-users.ts';
import type { Clock } from '../../ports/clock.ts';
import { Lru } from '../../std/lru.ts';
import { quote } from '../../std/shorten.ts';
import { topicFilterProblem } from '../../topic/name.ts';
import { type CompiledRule, ruleText, speaksOf } from '../rules/permission-rules.ts';
import { TopicPattern } from '../rules/topic-pattern.ts';
import type { RecordTable } from './record-table.ts';
import { decodePermissions, encodePermissions, isWellFormed, permissionKey, permissionPrefix } from './records.ts';
import { checkName, pageOptions } from './user-table.ts';

const PERMISSIONS_MAX = 1000;

/** Targets whose rules are kept ready, and what they may weigh: characters of names, and much for each rule. */
const READY_MAX = 10_000;
const READY_WEIGHT_MAX = 10_000_000;
const RULE_WEIGHT = 500;

const EVERYBODY: PermissionTarget = { kind: 'all' };

export class PermissionTable {
  readonly #table: RecordTable;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #changed: () => void;
  readonly #ready = new Lru<string, readonly CompiledRule[]>({ entriesMax: READY_MAX, weightMax: READY_WEIGHT_MAX });

  /** @param changed called after every change of a permission */
  constructor(table: RecordTable, clock: Pick<Clock, 'now'>, changed: () => void) {
    this.#table = table;
    this.#clock = clock;
    this.#changed = changed;
  }

  decide(client: ClientIdentity, request: AccessRequest): Permission {
    return this.#find(client, request)?.rule.effect ?? 'ignore';
  }

  explain(client: ClientIdentity, request: AccessRequest): ExplainedPermission {
    const found = this.#find(client, request);
    if (found === undefined)
      return { answer: 'ignore', because: 'no permission of this client or of all speaks of it' };
    const { target, rule } = found;
    const whose = target.kind === 'all' ? 'all' : `${target.kind} ${quote(target.name)}`;
    return { answer: rule.effect, because: `of ${whose}: ${ruleText(rule)}` };
  }

  list(target: PermissionTarget): BuiltinPermission[] {
    return decodePermissions(this.#table.get(permissionKey(target)));
  }

  names(kind: UserKind, page: Page = {}): string[] {
    return [...this.#table.range(permissionPrefix(kind), pageOptions(page))].map(({ name }) => name);
  }

  async add(target: PermissionTarget, rule: PermissionRule): Promise<void> {
    const key = this.#key(target);
    const problem = topicFilterProblem(rule.topic);
    if (problem !== undefined) throw new InvalidRequest(`The topic filter ${quote(rule.topic)} ${problem}.`);
    if (!isWellFormed(rule.topic)) throw new InvalidRequest('A topic filter has half a surrogate pair.');
    await this.#change(target, key, (before) => {
      const others = before.flatMap((one) => without(one, rule.action, rule.topic));
      if (others.length >= PERMISSIONS_MAX) {
        throw new InvalidRequest(`There are ${others.length} permissions already; the limit is ${PERMISSIONS_MAX}.`);
      }
      const { effect, action, topic, literal = false } = rule;
      const createdAtMs = this.#clock.now();
      return [{ effect, action, topic, ...(literal && { literal }), createdAtMs }, ...others];
    });
  }

  async remove(target: PermissionTarget, action: PermissionRule['action'], topic: string): Promise<boolean> {
    return this.#change(target, this.#key(target), (before) => before.flatMap((one) => without(one, action, topic)));
  }

  async removeAll(target: PermissionTarget): Promise<boolean> {
    return this.#change(target, this.#key(target), () => []);
  }

  async #change(
    target: PermissionTarget,
    key: string,
    change: (before: BuiltinPermission[]) => BuiltinPermission[],
  ): Promise<boolean> {
    const hasChanged = await this.#table.change(async () => {
      const before = this.list(target);
      const after = change(before);
      // What stays is the same object, so a list that is as it was has the same members.
      const isSame = after.length === before.length && after.every((one, index) => one === before[index]);
      const value = after.length === 0 ? undefined : encodePermissions(after);
      return { changes: isSame ? new Map() : new Map([[key, value]]), result: !isSame };
    });
    if (hasChanged) {
      this.#ready.delete(key);
      this.#changed();
    }
    return hasChanged;
  }

  #find(
    client: ClientIdentity,
    request: AccessRequest,
  ): { readonly target: PermissionTarget; readonly rule: PermissionRule } | undefined {
    const { clientId, username } = client;
    const targets: PermissionTarget[] = [{ kind: 'client_id', name: clientId }];
    if (username !== undefined) targets.push({ kind: 'username', name: username });
    targets.push(EVERYBODY);
    for (const target of targets) {
      const found = this.#rulesOf(target).find((rule) => speaksOf(rule, client, request));
      if (found !== undefined) return { target, rule: found.rule };
    }
    return undefined;
  }

  #rulesOf(target: PermissionTarget): readonly CompiledRule[] {
    const key = permissionKey(target);
    if (!this.#table.canHold(key)) return [];
    const ready = this.#ready.get(key);
    if (ready !== undefined) return ready;
    const rules = this.list(target).map((rule) => ({
      rule,
      pattern: new TopicPattern(rule.topic, { literal: rule.literal ?? false, dollar: false }),
    }));
    this.#ready.set(key, rules, key.length + rules.length * RULE_WEIGHT);
    return rules;
  }

  #key(target: PermissionTarget): string {
    const key = permissionKey(target);
    if (target.kind !== 'all') checkName(this.#table, key, target.name);
    return key;
  }
}

/** What is left of a permission when what it says about this action and topic is taken away. */
function without(
  permission: BuiltinPermission,
  action: PermissionRule['action'],
  topic: string,
): readonly BuiltinPermission[] {
  if (permission.topic !== topic) return [permission];
  if (action === 'all' || permission.action === action) return [];
  if (permission.action !== 'all') return [permission];
  return [{ ...permission, action: action === 'publish' ? 'subscribe' : 'publish' }];
}
