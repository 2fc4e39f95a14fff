/** Commands about groups, and about the one of clients that give no user name. */

import { clientOf, roleOf } from './client-commands.ts';
import {
  type Command,
  type CommandContext,
  CommandProblem,
  type CommandRow,
  describe,
  descriptionOf,
  isVerbose,
  pageOf,
  priorityOf,
  required,
  rolesOf,
} from './command.ts';
import { descriptionForm, priorityForm } from './file-form.ts';
import { arrayField, type JsonObject, objectOf, textField } from './json.ts';
import { byName, type Group, type Model, membersOf, type Priorities } from './model.ts';

function groupOf(command: JsonObject, { groups }: Model): Group {
  const group = groups.get(required(command, 'groupname'));
  if (group === undefined) throw new CommandProblem('Group not found');
  return group;
}

/** What the members of a group may do has changed. */
function endMembers({ model, ended }: CommandContext, groupname: string): void {
  for (const username of membersOf(model, groupname)) ended.add(username);
  if (model.anonymousGroup === groupname) ended.add(undefined);
}

const createGroup: Command = (command, { model }) => {
  const groupname = required(command, 'groupname');
  const description = descriptionOf(command);
  if (model.groups.has(groupname)) throw new CommandProblem('Group already exists');
  model.groups.set(groupname, {
    groupname,
    ...description,
    roles: rolesOf(command, model, 'Internal error') ?? new Map(),
  });
  return undefined;
};

const deleteGroup: Command = (command, context) => {
  const { model } = context;
  const { groupname } = groupOf(command, model);
  if (model.anonymousGroup === groupname) throw new CommandProblem('Deleting the anonymous group is forbidden');
  endMembers(context, groupname);
  model.groups.delete(groupname);
  for (const client of model.clients.values()) client.groups.delete(groupname);
  return undefined;
};

const modifyGroup: Command = (command, context) => {
  const { model } = context;
  const group = groupOf(command, model);
  const roles = rolesOf(command, model, 'Internal error');
  const members = arrayField(command, 'clients');
  describe(group, command);
  group.roles = roles ?? group.roles;
  endMembers(context, group.groupname);
  if (members === undefined) return undefined;
  for (const client of model.clients.values()) client.groups.delete(group.groupname);
  for (const item of members) {
    const member = objectOf(item);
    const client = member && model.clients.get(textField(member, 'username') ?? '');
    if (member !== undefined && client !== undefined) client.groups.set(group.groupname, priorityOf(member));
  }
  endMembers(context, group.groupname);
  return undefined;
};

const addGroupClient: Command = (command, { model, ended }) => {
  const { username, groupname } = memberNames(command);
  const client = clientOf({ username }, model);
  groupOf({ groupname }, model);
  if (client.groups.has(groupname)) throw new CommandProblem('Client is already in this group');
  client.groups.set(groupname, priorityOf(command));
  ended.add(username);
  return undefined;
};

const removeGroupClient: Command = (command, { model, ended }) => {
  const { username, groupname } = memberNames(command);
  const client = clientOf({ username }, model);
  groupOf({ groupname }, model);
  if (client.groups.delete(groupname)) ended.add(username);
  return undefined;
};

function memberNames(command: JsonObject): { username: string; groupname: string } {
  return { username: required(command, 'username'), groupname: required(command, 'groupname') };
}

const addGroupRole: Command = (command, context) => {
  const { group, rolename } = roleNames(command, context.model);
  if (group.roles.has(rolename)) throw new CommandProblem('Group is already in this role');
  group.roles.set(rolename, priorityOf(command));
  endMembers(context, group.groupname);
  return undefined;
};

const removeGroupRole: Command = (command, context) => {
  const { group, rolename } = roleNames(command, context.model);
  if (group.roles.delete(rolename)) endMembers(context, group.groupname);
  return undefined;
};

function roleNames(command: JsonObject, model: Model): { group: Group; rolename: string } {
  const groupname = required(command, 'groupname');
  const rolename = required(command, 'rolename');
  const group = groupOf({ groupname }, model);
  roleOf({ rolename }, model);
  return { group, rolename };
}

const setAnonymousGroup: Command = (command, { model, ended }) => {
  model.anonymousGroup = groupOf(command, model).groupname;
  ended.add(undefined);
  return undefined;
};

const getAnonymousGroup: Command = (_command, { model }) => ({ group: { groupname: model.anonymousGroup ?? '' } });

function groupForm(model: Model, { groupname, roles, ...description }: Group): object {
  return {
    groupname,
    ...descriptionForm(description),
    clients: membersOf(model, groupname).map((username) => ({ username })),
    roles: priorityForm(roles as Priorities, 'rolename'),
  };
}

const getGroup: Command = (command, { model }) => ({ group: groupForm(model, groupOf(command, model)) });

const listGroups: Command = (command, { model }) =>
  pageOf(command, byName(model.groups), 'groups', (group) =>
    isVerbose(command) ? groupForm(model, group) : group.groupname,
  );

export const groupCommands: readonly (readonly [name: string, row: CommandRow])[] = [
  ['createGroup', { run: createGroup, changes: true }],
  ['deleteGroup', { run: deleteGroup, changes: true }],
  ['getGroup', { run: getGroup, changes: false }],
  ['listGroups', { run: listGroups, changes: false }],
  ['modifyGroup', { run: modifyGroup, changes: true }],
  ['addGroupClient', { run: addGroupClient, changes: true }],
  ['removeGroupClient', { run: removeGroupClient, changes: true }],
  ['addGroupRole', { run: addGroupRole, changes: true }],
  ['removeGroupRole', { run: removeGroupRole, changes: true }],
  ['setAnonymousGroup', { run: setAnonymousGroup, changes: true }],
  ['getAnonymousGroup', { run: getAnonymousGroup, changes: false }],
];
