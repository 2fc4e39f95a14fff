/**
 * The rules of one acl_file, ready to be asked, with Mosquitto's order: the client's own topics, then the patterns; in
 * each of them what forbids comes first, and then the first rule that grants the access wanted. A client with `+` or `#`
 * in a name is refused whatever reaches the patterns.
 */

import type { ClientIdentity, Permission } from '../../ports/access.ts';
import type { FileAccess, FileRule, ParsedFile } from './parse-rules.ts';

export type WantedAccess = 'read' | 'write';

export interface Decision {
  readonly answer: Permission;
  /** The rule that decided, or in words what did. */
  readonly because: FileRule | string;
}

const DANGEROUS = /[+#]/;
const UNMATCHED: Decision = { answer: 'ignore', because: 'no rule speaks of it' };

const GRANTS: Readonly<Record<FileAccess, readonly WantedAccess[]>> = {
  read: ['read'],
  write: ['write'],
  readwrite: ['read', 'write'],
  deny: [],
};

/** The rules of one list by what they do. */
interface Sorted {
  readonly deny: readonly FileRule[];
  readonly read: readonly FileRule[];
  readonly write: readonly FileRule[];
}

export class FileRules {
  readonly size: number;
  readonly #ofUser: ReadonlyMap<string, Sorted>;
  readonly #ofAnonymous: Sorted;
  readonly #patterns: Sorted | undefined;

  constructor({ ofUser, ofAnonymous, patterns, size }: ParsedFile) {
    this.size = size;
    this.#ofUser = new Map([...ofUser].map(([name, rules]) => [name, sorted(rules)]));
    this.#ofAnonymous = sorted(ofAnonymous);
    this.#patterns = patterns.length === 0 ? undefined : sorted(patterns);
  }

  /** `ignore` when no rule speaks of the topic. */
  decide(client: ClientIdentity, wanted: WantedAccess, topic: string): Decision {
    const own = client.username === undefined ? this.#ofAnonymous : this.#ofUser.get(client.username);
    const decided = own && decideBy(own, client, wanted, topic);
    if (decided !== undefined) return decided;
    if (this.#patterns === undefined) return UNMATCHED;
    const name = dangerousName(client);
    if (name !== undefined)
      return { answer: 'deny', because: `${name} has + or # in it, which no pattern may be filled with` };
    return decideBy(this.#patterns, client, wanted, topic) ?? UNMATCHED;
  }
}

function sorted(rules: readonly FileRule[]): Sorted {
  const granting = (wanted: WantedAccess): FileRule[] => rules.filter(({ access }) => GRANTS[access].includes(wanted));
  return { deny: rules.filter(({ access }) => access === 'deny'), read: granting('read'), write: granting('write') };
}

function decideBy(rules: Sorted, client: ClientIdentity, wanted: WantedAccess, topic: string): Decision | undefined {
  for (const rule of rules.deny)
    if (rule.pattern.covers(topic, client, 'deny')) return { answer: 'deny', because: rule };
  for (const rule of rules[wanted])
    if (rule.pattern.covers(topic, client, 'allow')) return { answer: 'allow', because: rule };
  return undefined;
}

function dangerousName({ username, clientId }: ClientIdentity): string | undefined {
  if (username !== undefined && DANGEROUS.test(username)) return 'the user name';
  return DANGEROUS.test(clientId) ? 'the Client Identifier' : undefined;
}
