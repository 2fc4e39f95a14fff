/**
 * The rules of one acl.conf, ready to be asked: the first that speaks of a client, an action and a topic decides. Rules
 * that name a user or a client are found by the name, so thousands of them cost no more than one; what an address or a
 * combination of conditions says of a client is worked out once for each client.
 */

import type { AccessRequest, ClientIdentity } from '../../ports/access.ts';
import type { AclRule, Who } from './parse-rules.ts';

/** A rule with its place in the file. */
interface Placed {
  readonly rule: AclRule;
  readonly place: number;
  /** Where the answer of its condition is remembered; -1 where asking is as quick. */
  readonly slot: number;
}

const NONE: readonly Placed[] = [];
const NO_VERDICTS = new Uint8Array(0);
const UNKNOWN = 0;
const YES = 1;
const NO = 2;

export class RuleList {
  readonly size: number;
  readonly #publish: Lane;
  readonly #subscribe: Lane;
  readonly #slots: number;
  readonly #verdicts = new WeakMap<ClientIdentity, Uint8Array>();

  constructor(rules: readonly AclRule[]) {
    let slots = 0;
    const placed = rules.map((rule, place): Placed => ({ rule, place, slot: isQuick(rule.who) ? -1 : slots++ }));
    this.size = rules.length;
    this.#slots = slots;
    this.#publish = new Lane(placed.filter(({ rule }) => rule.action !== 'subscribe'));
    this.#subscribe = new Lane(placed.filter(({ rule }) => rule.action !== 'publish'));
  }

  /** The rule that decides, undefined when none speaks of the request. */
  find(client: ClientIdentity, { action, topic }: AccessRequest): AclRule | undefined {
    const lane = action === 'publish' ? this.#publish : this.#subscribe;
    const verdicts = this.#verdictsOf(client);
    const users = lane.ofUsername(client.username);
    const clients = lane.ofClientId(client.clientId);
    const { others } = lane;
    // Through three sorted lists at once, so that the order is the file's.
    let [u, c, o] = [0, 0, 0];
    for (;;) {
      const next = earliest(users[u], clients[c], others[o]);
      if (next === undefined || speaksOf(next, client, topic, verdicts)) return next?.rule;
      if (next === users[u]) u++;
      else if (next === clients[c]) c++;
      else o++;
    }
  }

  #verdictsOf(client: ClientIdentity): Uint8Array {
    let verdicts = this.#slots === 0 ? NO_VERDICTS : this.#verdicts.get(client);
    if (verdicts === undefined) {
      verdicts = new Uint8Array(this.#slots);
      this.#verdicts.set(client, verdicts);
    }
    return verdicts;
  }
}

/** The rules of one action: those of one user, those of one client, and the rest, each in the order of the file. */
class Lane {
  readonly #byUsername = new Map<string, Placed[]>();
  readonly #byClientId = new Map<string, Placed[]>();
  readonly others: Placed[] = [];

  constructor(rules: readonly Placed[]) {
    for (const placed of rules) {
      const { who } = placed.rule;
      if (who.kind === 'username') add(this.#byUsername, who.name, placed);
      else if (who.kind === 'clientId') add(this.#byClientId, who.name, placed);
      else this.others.push(placed);
    }
  }

  ofUsername(username: string | undefined): readonly Placed[] {
    return (username === undefined ? undefined : this.#byUsername.get(username)) ?? NONE;
  }

  ofClientId(clientId: string): readonly Placed[] {
    return this.#byClientId.get(clientId) ?? NONE;
  }
}

/** @param verdicts what is known of the client's conditions; what is found out is added */
function speaksOf({ rule, slot }: Placed, client: ClientIdentity, topic: string, verdicts: Uint8Array): boolean {
  const { topics, effect, who } = rule;
  if (slot < 0) {
    if (who.kind !== 'all' && !includes(who, client)) return false;
  } else {
    if (verdicts[slot] === UNKNOWN) verdicts[slot] = includes(who, client) ? YES : NO;
    if (verdicts[slot] === NO) return false;
  }
  if (topics === undefined) return true;
  for (const pattern of topics) if (pattern.covers(topic, client, effect)) return true;
  return false;
}

function add(map: Map<string, Placed[]>, name: string, placed: Placed): void {
  const list = map.get(name);
  if (list === undefined) map.set(name, [placed]);
  else list.push(placed);
}

function earliest(a: Placed | undefined, b: Placed | undefined, c: Placed | undefined): Placed | undefined {
  const first = a === undefined || (b !== undefined && b.place < a.place) ? b : a;
  return first === undefined || (c !== undefined && c.place < first.place) ? c : first;
}

function isQuick(who: Who): boolean {
  return who.kind === 'all' || who.kind === 'username' || who.kind === 'clientId';
}

function includes(who: Who, client: ClientIdentity): boolean {
  switch (who.kind) {
    case 'all':
      return true;
    case 'username':
      return client.username === who.name;
    case 'clientId':
      return client.clientId === who.name;
    case 'address':
      return who.networks.some((network) => network.has(client.peer.address));
    case 'every':
      return who.of.every((one) => includes(one, client));
    case 'some':
      return who.of.some((one) => includes(one, client));
  }
}
