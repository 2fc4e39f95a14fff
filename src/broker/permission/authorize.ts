/**
 * Asks whether a client may do something: rules that hold for everybody first, then the chain behind `Access`. Answers
 * that had to be waited for are remembered for a while; those that come at once cost less than remembering them.
 */

import type { Message } from '../../packet/message.ts';
import type { Qos } from '../../packet/types.ts';
import type { Action, ClientIdentity } from '../../ports/access.ts';
import { isPromiseLike } from '../../std/promise-like.ts';
import { quote } from '../../std/shorten.ts';
import { readsBridgeList } from '../../topic/bridge-list.ts';
import { isDelayedTopic, parseDelayedTopic } from '../../topic/delayed.ts';
import { isReservedToPublish } from '../../topic/reserved.ts';
import { PermissionCache } from '../connection/permission-cache.ts';
import type { BrokerContext } from '../context.ts';

/** Whoever wants to do something. */
export interface Asker {
  readonly context: BrokerContext;
  readonly identity: ClientIdentity;
  readonly superuser: boolean;
  /** Answers that it had to wait for; made with the first. */
  permissions: PermissionCache | undefined;
}

/**
 * @param topic name or filter, mountpoint applied, without what makes a subscription a shared one
 * @throws whatever a source throws that cannot answer, at once or later
 */
export function ask(
  asker: Asker,
  action: Action,
  topic: string,
  qos: Qos,
  retain: boolean,
): boolean | Promise<boolean> {
  if (action === 'publish') {
    if (isReservedToPublish(topic, asker.identity.clientId)) return false;
    if (isDelayedTopic(topic)) return askDelayed(asker, topic, qos, retain);
  }
  // Without the list messages could go round, and a rule about `$SYS` does not mean that.
  if (readsBridgeList(action, topic)) return true;
  return askChain(asker, action, topic, qos, retain);
}

/** Whoever may not publish to a topic may not have it done later either. */
function askDelayed(asker: Asker, topic: string, qos: Qos, retain: boolean): boolean | Promise<boolean> {
  const delayed = parseDelayedTopic(topic);
  if (delayed === undefined) return askChain(asker, 'publish', topic, qos, retain);
  const later = ask(asker, 'publish', delayed.topic, qos, retain);
  const now = (): boolean | Promise<boolean> => askChain(asker, 'publish', topic, qos, retain);
  if (typeof later === 'boolean') return later && now();
  // One after the other: of two questions at once, the failure of one could be left with nobody to hear of it.
  return later.then((yes) => yes && now());
}

function askChain(asker: Asker, action: Action, topic: string, qos: Qos, retain: boolean): boolean | Promise<boolean> {
  if (asker.superuser) return true;
  const { access } = asker.context;
  const { revision } = access;
  const known = asker.permissions?.get(action, topic, qos, retain, revision);
  if (known !== undefined) {
    asker.context.counters.permissionsRemembered++;
    return known;
  }
  const answer = access.authorize(asker.identity, action, topic, qos, retain);
  if (!isPromiseLike(answer)) return answer === true;
  const { identity } = asker;
  return answer.then((late) => {
    // Who has become somebody else meanwhile must not find the answers of whom it was. A message on its way has no time
    // to wait for one, and whether it goes must not depend on whether somebody asked before.
    if (asker.identity === identity && action !== 'receive')
      remember(asker).set(action, topic, qos, retain, revision, late === true);
    return late === true;
  });
}

function remember(asker: Asker): PermissionCache {
  const { options, clock } = asker.context;
  asker.permissions ??= new PermissionCache(
    options.permissionCacheEntriesMax,
    options.permissionCacheSecondsMax,
    clock,
  );
  return asker.permissions;
}

/** As `ask`; what cannot be answered is not allowed. */
export function authorize(
  asker: Asker,
  action: Action,
  topic: string,
  qos: Qos,
  retain: boolean,
): boolean | Promise<boolean> {
  try {
    const answer = ask(asker, action, topic, qos, retain);
    return typeof answer === 'boolean' ? answer : answer.catch((error: unknown) => denied(asker, topic, error));
  } catch (error) {
    return denied(asker, topic, error);
  }
}

/** Whoever should have answered could not: nothing is allowed on a guess. */
function denied(asker: Asker, topic: string, error: unknown): false {
  const cause = error instanceof Error ? error.message : String(error);
  // That a source fails is told once by the chain; here it is told which topic it cost.
  asker.context.log.debug('A permission could not be checked', {
    client: asker.identity.clientId,
    topic: quote(topic),
    cause,
  });
  return false;
}

/** Whether a message may go to a client, where a source says so of every message. It must answer at once. */
export function mayReceive(asker: Asker, message: Message, qos: Qos, retain: boolean): boolean {
  if (!asker.context.access.checksDelivery) return true;
  const answer = authorize(asker, 'receive', message.topic, qos, retain);
  return answer === true;
}
