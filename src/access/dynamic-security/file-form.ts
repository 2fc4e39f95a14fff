/** The file of the plugin: its JSON to the model and back. What is not understood in it is an error, not a guess. */

import { BackendError } from '../../ports/backend-error.ts';
import { arrayField, field, integerField, type JsonObject, objectOf, textField } from './json.ts';
import {
  type Acl,
  aclsInOrder,
  aclTypes,
  byName,
  type Described,
  defaultAclTypes,
  emptyModel,
  inOrder,
  type Model,
  membersOf,
  NO_PRIORITY,
  type Priorities,
  type StoredHash,
} from './model.ts';

const ITERATIONS_MAX = 10_000_000;
const PRIORITY_MAX = 100_000;

/** @throws BackendError `DYNAMIC_SECURITY_INVALID` that says what is wrong where */
export function readModel(text: string, file: string): Model {
  const wrong = (what: string): BackendError =>
    new BackendError(
      'DYNAMIC_SECURITY_INVALID',
      `${file}: ${what}. Mend the file, or make one: mosquitto_ctrl dynsec init`,
    );
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw wrong(`it is no JSON (${(cause as Error).message})`);
  }
  const root = objectOf(parsed);
  if (root === undefined) throw wrong('it holds no object');
  const model = emptyModel();
  readDefaults(model, root);
  for (const role of objectsOf(root, 'roles')) readRole(model, role, wrong);
  for (const group of objectsOf(root, 'groups')) readGroup(model, group, wrong);
  for (const client of objectsOf(root, 'clients')) readClient(model, client, wrong);
  // Both sides may name a membership, and the group's is the one that Mosquitto writes.
  for (const group of objectsOf(root, 'groups')) readMembers(model, group);
  const anonymous = textField(root, 'anonymousGroup');
  if (anonymous !== undefined && anonymous !== '') {
    if (!model.groups.has(anonymous)) throw wrong(`anonymousGroup ${JSON.stringify(anonymous)} is no group of it`);
    model.anonymousGroup = anonymous;
  }
  return model;
}

function objectsOf(object: JsonObject, name: string): JsonObject[] {
  return (arrayField(object, name) ?? []).map(objectOf).filter((item) => item !== undefined);
}

function readDefaults({ defaults }: Model, root: JsonObject): void {
  const given = objectOf(field(root, 'defaultACLAccess'));
  if (given === undefined) return;
  for (const type of defaultAclTypes) {
    const allow = field(given, type);
    if (typeof allow === 'boolean') defaults.set(type, allow);
  }
}

/** The older spelling is that of `mosquitto_ctrl dynsec init`. */
function described(object: JsonObject): Described {
  return {
    textname: textField(object, 'textname') ?? textField(object, 'textName'),
    textdescription: textField(object, 'textdescription') ?? textField(object, 'textDescription'),
  };
}

function readRole(model: Model, object: JsonObject, wrong: (what: string) => Error): void {
  const rolename = textField(object, 'rolename');
  if (rolename === undefined) throw wrong('a role has no rolename');
  model.roles.set(rolename, { rolename, ...described(object), acls: aclsOf(object) });
}

/** The rules of an object; those of no known kind are left out, as Mosquitto does. */
export function aclsOf(object: JsonObject): Acl[] {
  const acls: Acl[] = [];
  for (const one of objectsOf(object, 'acls')) {
    const topic = textField(one, 'topic');
    const type = aclTypes.find((known) => known === textField(one, 'acltype'));
    if (topic === undefined || type === undefined) continue;
    if (acls.some((acl) => acl.type === type && acl.topic === topic)) continue;
    const priority = clamped(integerField(one, 'priority', 0));
    acls.push({ type, topic, priority, allow: field(one, 'allow') === true });
  }
  return acls;
}

function readGroup(model: Model, object: JsonObject, wrong: (what: string) => Error): void {
  const groupname = textField(object, 'groupname');
  if (groupname === undefined) throw wrong('a group has no groupname');
  model.groups.set(groupname, {
    groupname,
    ...described(object),
    roles: known(object, 'roles', 'rolename', model.roles),
  });
}

function readClient(model: Model, object: JsonObject, wrong: (what: string) => Error): void {
  const username = textField(object, 'username');
  if (username === undefined) throw wrong('a client has no username');
  model.clients.set(username, {
    username,
    ...described(object),
    password: passwordOf(object, username, wrong),
    clientid: textField(object, 'clientid') || undefined,
    disabled: field(object, 'disabled') === true,
    roles: known(object, 'roles', 'rolename', model.roles),
    groups: known(object, 'groups', 'groupname', model.groups),
  });
}

function passwordOf(object: JsonObject, username: string, wrong: (what: string) => Error): StoredHash | undefined {
  const [hash, salt] = [textField(object, 'password'), textField(object, 'salt')];
  if (hash === undefined || salt === undefined) return undefined;
  const iterations = integerField(object, 'iterations', 0);
  const bytes = Buffer.from(hash, 'base64').length;
  if (bytes !== 64 || iterations < 1 || iterations > ITERATIONS_MAX || salt === '') {
    throw wrong(
      `the password of client ${JSON.stringify(username)} is no PBKDF2 hash of 64 bytes with salt and iterations`,
    );
  }
  return { hash, salt, iterations };
}

function readMembers(model: Model, object: JsonObject): void {
  const groupname = textField(object, 'groupname') ?? '';
  for (const member of objectsOf(object, 'clients')) {
    const client = model.clients.get(textField(member, 'username') ?? '');
    client?.groups.set(groupname, clamped(integerField(member, 'priority', NO_PRIORITY)));
  }
}

/** Names that exist, with their priorities. */
function known(object: JsonObject, list: string, name: string, among: ReadonlyMap<string, unknown>): Priorities {
  const priorities: Priorities = new Map();
  for (const one of objectsOf(object, list)) {
    const text = textField(one, name);
    if (text !== undefined && among.has(text))
      priorities.set(text, clamped(integerField(one, 'priority', NO_PRIORITY)));
  }
  return priorities;
}

export function clamped(priority: number): number {
  return Math.max(-PRIORITY_MAX, Math.min(PRIORITY_MAX, priority));
}

/** The file's text, as Mosquitto orders it. */
export function modelText(model: Model): string {
  const { clients, groups, roles, defaults, anonymousGroup } = model;
  const form = {
    defaultACLAccess: Object.fromEntries(defaultAclTypes.map((type) => [type, defaults.get(type) ?? false])),
    clients: byName(clients).map((client) => ({
      username: client.username,
      ...(client.clientid !== undefined && { clientid: client.clientid }),
      ...descriptionForm(client),
      ...(client.disabled && { disabled: true }),
      roles: priorityForm(client.roles, 'rolename'),
      ...(client.password !== undefined && {
        password: client.password.hash,
        salt: client.password.salt,
        iterations: client.password.iterations,
      }),
    })),
    groups: byName(groups).map((group) => ({
      groupname: group.groupname,
      ...descriptionForm(group),
      roles: priorityForm(group.roles, 'rolename'),
      clients: membersOf(model, group.groupname).map((username) => {
        const priority = clients.get(username)?.groups.get(group.groupname) ?? NO_PRIORITY;
        return { username, ...(priority !== NO_PRIORITY && { priority }) };
      }),
    })),
    ...(anonymousGroup !== undefined && { anonymousGroup }),
    roles: byName(roles).map((role) => ({
      rolename: role.rolename,
      ...descriptionForm(role),
      acls: aclForm(role.acls),
    })),
  };
  return `${JSON.stringify(form, undefined, '\t')}\n`;
}

export function descriptionForm({ textname, textdescription }: Described): Record<string, string> {
  return { ...(textname !== undefined && { textname }), ...(textdescription !== undefined && { textdescription }) };
}

export function priorityForm(priorities: Priorities, name: string): Record<string, string | number>[] {
  return inOrder(priorities).map(([text, priority]) => ({
    [name]: text,
    ...(priority !== NO_PRIORITY && { priority }),
  }));
}

export function aclForm(acls: readonly Acl[]): object[] {
  return aclsInOrder(acls).map(({ type, topic, priority, allow }) => ({ acltype: type, topic, priority, allow }));
}
