/**
 * Shared subscriptions: which member of a group gets a message (section 4.8.2). Members with a connection that can
 * take the message come first; a group whose members are all away lets one of them keep it.
 */

import type { Message } from '../../packet/message.ts';
import type { Random } from '../../ports/clock.ts';
import type { SharedStrategy } from '../options.ts';
import type { SharedGroup, Subscription } from '../session/subscription.ts';

/** Chooses one of `candidates`, which is not empty. */
type Choose = (
  group: SharedGroup,
  candidates: readonly Subscription[],
  message: Message,
  random: Random,
) => Subscription;

const strategies: Record<SharedStrategy, Choose> = {
  random: (_group, candidates, _message, random) => candidates[random.integer(candidates.length)]!,
  round_robin: (group, candidates) => {
    group.cursor = (group.cursor + 1) % group.members.length;
    // A group may have thousands of members of which half are away: each is looked for in constant time.
    const able = candidates === group.members ? undefined : new Set(candidates);
    // The member at the cursor, or the next one after it that can take the message.
    for (let i = 0; i < group.members.length; i++) {
      const position = (group.cursor + i) % group.members.length;
      const member = group.members[position]!;
      if (able === undefined || able.has(member)) {
        group.cursor = position;
        return member;
      }
    }
    return candidates[0]!;
  },
  sticky: (group, candidates, _message, random) => {
    if (group.sticky === undefined || !candidates.includes(group.sticky)) {
      group.sticky = candidates[random.integer(candidates.length)]!;
    }
    return group.sticky;
  },
  hash_client: (_group, candidates, message) => candidates[hash(message.publisher) % candidates.length]!,
  hash_topic: (_group, candidates, message) => candidates[hash(message.topic) % candidates.length]!,
};

const NOBODY: ReadonlySet<Subscription> = new Set();

/**
 * The member that gets `message`, or undefined when there is none. A member without a connection is chosen only when
 * no member has one, and never for QoS 0, which it could not keep.
 */
export function chooseMember(
  group: SharedGroup,
  strategy: SharedStrategy,
  message: Message,
  random: Random,
  except: ReadonlySet<Subscription> = NOBODY,
): Subscription | undefined {
  let candidates: readonly Subscription[] = group.members;
  if (!areAllAble(group.members, except)) {
    const others = group.members.filter((member) => !except.has(member));
    const connected = others.filter(isConnected);
    candidates = connected.length > 0 ? connected : others.filter((member) => Math.min(member.qos, message.qos) > 0);
  }
  return candidates.length === 0 ? undefined : strategies[strategy](group, candidates, message, random);
}

/** Asked for each message, so without a function made for it. */
function areAllAble(members: readonly Subscription[], except: ReadonlySet<Subscription>): boolean {
  for (let i = 0; i < members.length; i++) {
    const member = members[i]!;
    if (!isConnected(member) || (except.size > 0 && except.has(member))) return false;
  }
  return true;
}

function isConnected(member: Subscription): boolean {
  return member.session.connection !== undefined;
}

export function addMember(group: SharedGroup, member: Subscription): void {
  group.members.push(member);
}

export function removeMember(group: SharedGroup, member: Subscription): void {
  const position = group.members.indexOf(member);
  if (position < 0) return;
  group.members.splice(position, 1);
  if (group.cursor >= position) group.cursor--;
  if (group.sticky === member) group.sticky = undefined;
}

/** FNV-1a over the UTF-16 units: the same name always goes the same way. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}
