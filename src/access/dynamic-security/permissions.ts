/**
 * What a client may do by its roles and by those of its groups: the client's own go first, each by priority, and the first
 * rule that speaks of the topic decides. Where none does, the default of the action holds.
 */

import type { AccessRequest, Action, ExplainedPermission } from '../../ports/access.ts';
import { TopicPattern } from '../rules/topic-pattern.ts';
import {
  type Acl,
  type AclType,
  aclsInOrder,
  type DefaultAclType,
  inOrder,
  type Model,
  type Priorities,
} from './model.ts';

interface Rule {
  readonly pattern: TopicPattern;
  readonly allow: boolean;
  /** Where it stands, for operators. */
  readonly role: string;
}

/** What is asked by, for each action; a literal filter goes before patterns. */
const typesOf: Readonly<Record<Action, readonly AclType[]>> = {
  publish: ['publishClientSend'],
  receive: ['publishClientReceive'],
  subscribe: ['subscribeLiteral', 'subscribePattern'],
};

const defaultOf: Readonly<Record<Action, DefaultAclType>> = {
  publish: 'publishClientSend',
  receive: 'publishClientReceive',
  subscribe: 'subscribe',
};

const CONTROL = '$CONTROL';

/** Rules of one client by what they speak of, in the order in which they are asked. */
type Rules = Readonly<Record<Action, readonly Rule[]>>;

interface Asker {
  readonly clientId: string;
  readonly username: string | undefined;
}

/** The rules of a model; made anew when the model has changed. */
export class Permissions {
  readonly #model: Model;
  /** By role. */
  readonly #compiled = new Map<string, Rules>();
  /** By user name; undefined for clients without one. */
  readonly #byUser = new Map<string | undefined, Rules>();

  constructor(model: Model) {
    this.#model = model;
  }

  decide(client: Asker, request: AccessRequest): boolean {
    return this.#find(client, request) ?? this.#byDefault(request);
  }

  explain(client: Asker, request: AccessRequest): ExplainedPermission {
    const rule = this.#ruleFor(client, request);
    if (rule !== undefined) {
      const { pattern, allow, role } = rule;
      return { answer: allow ? 'allow' : 'deny', because: `role ${role}: ${allow ? 'allow' : 'deny'} ${pattern.text}` };
    }
    if (!this.#knows(client)) return { answer: 'deny', because: 'the file knows no client of that user name' };
    const answer = this.#byDefault(request) ? 'allow' : 'deny';
    return { answer, because: `no role speaks of it, and the default of ${defaultOf[request.action]} is ${answer}` };
  }

  #find(client: Asker, request: AccessRequest): boolean | undefined {
    if (!this.#knows(client)) return false;
    return this.#ruleFor(client, request)?.allow;
  }

  #knows({ username }: Asker): boolean {
    return username === undefined || this.#model.clients.has(username);
  }

  /** Control topics must be granted by a rule. */
  #byDefault({ action, topic }: AccessRequest): boolean {
    return (this.#model.defaults.get(defaultOf[action]) ?? false) && !topic.startsWith(CONTROL);
  }

  #ruleFor(client: Asker, { action, topic }: AccessRequest): Rule | undefined {
    return this.#rulesOf(client.username)[action].find(({ pattern, allow }) =>
      pattern.covers(topic, client, allow ? 'allow' : 'deny'),
    );
  }

  #rulesOf(username: string | undefined): Rules {
    let rules = this.#byUser.get(username);
    if (rules === undefined) {
      rules = joined(this.#rolesOf(username).map((role) => this.#compile(role)));
      // What clients without an account ask for is the same for all of them, and accounts are counted.
      if (username === undefined || this.#model.clients.has(username)) this.#byUser.set(username, rules);
    }
    return rules;
  }

  /** In the order in which they are asked. */
  #rolesOf(username: string | undefined): string[] {
    const { clients, groups, anonymousGroup } = this.#model;
    const ofGroup = (name: string): Priorities => groups.get(name)?.roles ?? new Map();
    if (username === undefined) return anonymousGroup === undefined ? [] : names(ofGroup(anonymousGroup));
    const client = clients.get(username);
    if (client === undefined) return [];
    return [...names(client.roles), ...names(client.groups).flatMap((group) => names(ofGroup(group)))];
  }

  #compile(name: string): Rules {
    let rules = this.#compiled.get(name);
    if (rules === undefined) {
      const acls = aclsInOrder(this.#model.roles.get(name)?.acls ?? []);
      const of = (action: Action): Rule[] =>
        typesOf[action].flatMap((type) => acls.filter((acl) => acl.type === type).map((acl) => ruleOf(acl, name)));
      rules = { publish: of('publish'), receive: of('receive'), subscribe: of('subscribe') };
      this.#compiled.set(name, rules);
    }
    return rules;
  }
}

function names(priorities: Priorities): string[] {
  return inOrder(priorities).map(([name]) => name);
}

function ruleOf({ type, topic, allow }: Acl, role: string): Rule {
  const isLiteral = type === 'subscribeLiteral' || type === 'unsubscribeLiteral';
  const pattern = new TopicPattern(topic, { literal: isLiteral, dollar: false, placeholders: 'anywhere' });
  return { pattern, allow, role };
}

function joined(all: readonly Rules[]): Rules {
  return {
    publish: all.flatMap(({ publish }) => publish),
    receive: all.flatMap(({ receive }) => receive),
    subscribe: all.flatMap(({ subscribe }) => subscribe),
  };
}
