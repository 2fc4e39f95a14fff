/** Clients, groups and roles as they are held in memory. Names are keys of Maps: whoever commands chooses them. */

/** What a rule of a role speaks of. */
export type AclType =
  | 'publishClientSend'
  | 'publishClientReceive'
  | 'subscribeLiteral'
  | 'subscribePattern'
  | 'unsubscribeLiteral'
  | 'unsubscribePattern';

/** In the order in which Mosquitto lists them. */
export const aclTypes: readonly AclType[] = [
  'publishClientSend',
  'publishClientReceive',
  'subscribeLiteral',
  'subscribePattern',
  'unsubscribeLiteral',
  'unsubscribePattern',
];

/** What `setDefaultACLAccess` speaks of. */
export type DefaultAclType = 'publishClientSend' | 'publishClientReceive' | 'subscribe' | 'unsubscribe';

export const defaultAclTypes: readonly DefaultAclType[] = [
  'publishClientSend',
  'publishClientReceive',
  'subscribe',
  'unsubscribe',
];

export interface Acl {
  readonly type: AclType;
  readonly topic: string;
  readonly priority: number;
  readonly allow: boolean;
}

/** Priority of a role or group where none was given, which is not written down. */
export const NO_PRIORITY = -1;

/** A name with what it weighs; the highest comes first, and equal ones by name. */
export type Priorities = Map<string, number>;

export interface StoredHash {
  /** PBKDF2-HMAC-SHA512 of 64 bytes, as base64. */
  readonly hash: string;
  /** As base64. */
  readonly salt: string;
  readonly iterations: number;
}

export interface Described {
  textname: string | undefined;
  textdescription: string | undefined;
}

export interface Client extends Described {
  readonly username: string;
  /** Undefined lets nobody in. */
  password: StoredHash | undefined;
  /** The one Client Identifier that it may use. */
  clientid: string | undefined;
  disabled: boolean;
  roles: Priorities;
  groups: Priorities;
}

export interface Group extends Described {
  readonly groupname: string;
  roles: Priorities;
  /** Its members are those clients that have it among their groups. */
}

export interface Role extends Described {
  readonly rolename: string;
  acls: Acl[];
}

export interface Model {
  readonly clients: Map<string, Client>;
  readonly groups: Map<string, Group>;
  readonly roles: Map<string, Role>;
  readonly defaults: Map<DefaultAclType, boolean>;
  /** Group of the clients that give no user name. */
  anonymousGroup: string | undefined;
}

export function emptyModel(): Model {
  return {
    clients: new Map(),
    groups: new Map(),
    roles: new Map(),
    defaults: new Map([
      ['publishClientSend', false],
      ['publishClientReceive', true],
      ['subscribe', false],
      ['unsubscribe', true],
    ]),
    anonymousGroup: undefined,
  };
}

/** By priority, highest first, then by name. */
export function inOrder(priorities: Priorities): [name: string, priority: number][] {
  return [...priorities].sort(([one, high], [other, low]) => low - high || compare(one, other));
}

/** Values by their names. */
export function byName<T>(items: ReadonlyMap<string, T>): T[] {
  return [...items].sort(([one], [other]) => compare(one, other)).map(([, item]) => item);
}

/** Rules by kind, then by priority, highest first, in the order in which they were given. */
export function aclsInOrder(acls: readonly Acl[]): Acl[] {
  return aclTypes.flatMap((type) =>
    acls.filter((acl) => acl.type === type).sort((one, other) => other.priority - one.priority),
  );
}

/** User names of the members of a group, by name. */
export function membersOf(model: Model, groupname: string): string[] {
  return byName(model.clients).flatMap(({ username, groups }) => (groups.has(groupname) ? [username] : []));
}

/** As bytes, so that the order is that of Mosquitto. */
function compare(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}
