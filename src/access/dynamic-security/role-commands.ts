/** Commands about roles and their rules, and about what holds where no rule speaks. */

import { topicFilterProblem } from '../../topic/name.ts';
import { roleOf } from './client-commands.ts';
import {
  type Command,
  CommandProblem,
  type CommandRow,
  describe,
  descriptionOf,
  isVerbose,
  pageOf,
  priorityOf,
  required,
} from './command.ts';
import { aclForm, aclsOf, descriptionForm } from './file-form.ts';
import { arrayField, field, type JsonObject, objectOf, textField } from './json.ts';
import { type AclType, aclTypes, byName, defaultAclTypes, type Role } from './model.ts';

const createRole: Command = (command, { model }) => {
  const rolename = required(command, 'rolename');
  const description = descriptionOf(command);
  if (model.roles.has(rolename)) throw new CommandProblem('Role already exists');
  model.roles.set(rolename, { rolename, ...description, acls: aclsOf(command) });
  return undefined;
};

const deleteRole: Command = (command, { model, ended }) => {
  const { rolename } = roleOf(command, model);
  model.roles.delete(rolename);
  const groups = new Set<string>();
  for (const group of model.groups.values()) if (group.roles.delete(rolename)) groups.add(group.groupname);
  for (const client of model.clients.values()) {
    const isConcerned = client.roles.delete(rolename) || [...client.groups.keys()].some((name) => groups.has(name));
    if (isConcerned) ended.add(client.username);
  }
  if (model.anonymousGroup !== undefined && groups.has(model.anonymousGroup)) ended.add(undefined);
  return undefined;
};

const modifyRole: Command = (command, { model }) => {
  const role = model.roles.get(required(command, 'rolename'));
  if (role === undefined) throw new CommandProblem('Role does not exist');
  describe(role, command);
  if (arrayField(command, 'acls') !== undefined) role.acls = aclsOf(command);
  return undefined;
};

const addRoleAcl: Command = (command, { model }) => {
  const { role, type, topic } = aclNames(command, roleOf(command, model));
  if (topicFilterProblem(topic) !== undefined) throw new CommandProblem('Invalid ACL topic');
  if (role.acls.some((acl) => acl.type === type && acl.topic === topic)) {
    throw new CommandProblem('ACL with this topic already exists');
  }
  role.acls.push({ type, topic, priority: priorityOf(command, 0), allow: field(command, 'allow') === true });
  return undefined;
};

const removeRoleAcl: Command = (command, { model }) => {
  const { role, type, topic } = aclNames(command, roleOf(command, model));
  const index = role.acls.findIndex((acl) => acl.type === type && acl.topic === topic);
  if (index < 0) throw new CommandProblem('ACL not found');
  role.acls.splice(index, 1);
  return undefined;
};

function aclNames(command: JsonObject, role: Role): { role: Role; type: AclType; topic: string } {
  const name = required(command, 'acltype');
  const type = aclTypes.find((known) => known === name);
  if (type === undefined) throw new CommandProblem('Unknown acltype');
  return { role, type, topic: required(command, 'topic') };
}

function roleForm({ rolename, acls, ...description }: Role): object {
  return { rolename, ...descriptionForm(description), acls: aclForm(acls) };
}

const getRole: Command = (command, { model }) => ({ role: roleForm(roleOf(command, model)) });

const listRoles: Command = (command, { model }) =>
  pageOf(command, byName(model.roles), 'roles', (role) => (isVerbose(command) ? roleForm(role) : role.rolename));

const setDefaultAclAccess: Command = (command, { model }) => {
  const acls = arrayField(command, 'acls');
  if (acls === undefined) throw new CommandProblem('Missing/invalid actions array');
  for (const item of acls) {
    const acl = objectOf(item);
    const type = acl && defaultAclTypes.find((known) => known === textField(acl, 'acltype'));
    const allow = acl && field(acl, 'allow');
    if (type !== undefined && typeof allow === 'boolean') model.defaults.set(type, allow);
  }
  return undefined;
};

const getDefaultAclAccess: Command = (_command, { model }) => ({
  acls: defaultAclTypes.map((acltype) => ({ acltype, allow: model.defaults.get(acltype) ?? false })),
});

export const roleCommands: readonly (readonly [name: string, row: CommandRow])[] = [
  ['createRole', { run: createRole, changes: true }],
  ['deleteRole', { run: deleteRole, changes: true }],
  ['getRole', { run: getRole, changes: false }],
  ['listRoles', { run: listRoles, changes: false }],
  ['modifyRole', { run: modifyRole, changes: true }],
  ['addRoleACL', { run: addRoleAcl, changes: true }],
  ['removeRoleACL', { run: removeRoleAcl, changes: true }],
  ['setDefaultACLAccess', { run: setDefaultAclAccess, changes: true }],
  ['getDefaultACLAccess', { run: getDefaultAclAccess, changes: false }],
];
