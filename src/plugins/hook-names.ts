/** All hooks by name, with what they are: told afterwards, or asked beforehand. */

import { nearest } from '../config/nearest.ts';
import type { FilterName, HookName } from '../ports/plugin.ts';

export type EventHookName = Exclude<HookName, FilterName>;

const kinds: Readonly<Record<HookName, 'event' | 'filter'>> = {
  'client.connect': 'filter',
  'client.connack': 'event',
  'client.connected': 'event',
  'client.disconnected': 'event',
  'client.authenticate': 'filter',
  'client.check_acl': 'filter',
  'client.subscribe': 'filter',
  'client.unsubscribe': 'filter',
  'session.created': 'event',
  'session.subscribed': 'event',
  'session.unsubscribed': 'event',
  'session.resumed': 'event',
  'session.discarded': 'event',
  'session.takenover': 'event',
  'session.terminated': 'event',
  'message.publish': 'filter',
  'message.delivered': 'event',
  'message.acked': 'event',
  'message.dropped': 'event',
};

export const hookNames: readonly HookName[] = Object.keys(kinds) as HookName[];

export function isHookName(name: string): name is HookName {
  return Object.hasOwn(kinds, name);
}

export function isEventHook(name: HookName): name is EventHookName {
  return kinds[name] === 'event';
}

/** `did you mean "message.publish"?`, or all names there are. */
export function hookHint(name: string): string {
  const near = nearest(name, hookNames);
  return near === undefined ? `there are ${hookNames.join(', ')}` : `did you mean "${near}"?`;
}
