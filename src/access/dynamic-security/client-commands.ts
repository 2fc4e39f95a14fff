/** Commands about clients. */

import {
  type Command,
  type CommandContext,
  CommandProblem,
  type CommandRow,
  describe,
  descriptionOf,
  isVerbose,
  optional,
  pageOf,
  priorityOf,
  required,
  rolesOf,
} from './command.ts';
import { descriptionForm, priorityForm } from './file-form.ts';
import { arrayField, type JsonObject, objectOf, textField } from './json.ts';
import { byName, type Client, type Model, type Priorities, type Role } from './model.ts';

const BAD_ROLES = "'roles' not an array or missing/invalid rolename";

export function clientOf(command: JsonObject, { clients }: Model): Client {
  const client = clients.get(required(command, 'username'));
  if (client === undefined) throw new CommandProblem('Client not found');
  return client;
}

export function roleOf(command: JsonObject, { roles }: Model): Role {
  const role = roles.get(required(command, 'rolename'));
  if (role === undefined) throw new CommandProblem('Role not found');
  return role;
}

/** Groups of a list of them; undefined where there is no list. */
function groupsOf(command: JsonObject, { groups }: Model): Priorities | undefined {
  const list = arrayField(command, 'groups');
  if (list === undefined) return undefined;
  const given: Priorities = new Map();
  for (const item of list) {
    const object = objectOf(item);
    const groupname = object && textField(object, 'groupname');
    if (object === undefined || groupname === undefined) continue;
    if (!groups.has(groupname)) throw new CommandProblem('Group not found');
    given.set(groupname, priorityOf(object));
  }
  return given;
}

const createClient: Command = (command, { model, newPassword }) => {
  const username = required(command, 'username');
  const password = optional(command, 'password', 'Invalid/missing password');
  const clientid = optional(command, 'clientid', 'Invalid/missing client id');
  const description = descriptionOf(command);
  if (model.clients.has(username)) throw new CommandProblem('Client already exists');
  model.clients.set(username, {
    username,
    ...description,
    roles: rolesOf(command, model, BAD_ROLES) ?? new Map(),
    groups: groupsOf(command, model) ?? new Map(),
    // Nobody comes in with an empty password, so there is none to store.
    password: password === undefined || password === '' ? undefined : newPassword(password),
    clientid: clientid === '' ? undefined : clientid,
    disabled: false,
  });
  return undefined;
};

const deleteClient: Command = (command, { model, ended }) => {
  const { username } = clientOf(command, model);
  model.clients.delete(username);
  ended.add(username);
  return undefined;
};

const setClientPassword: Command = (command, { model, newPassword, ended }) => {
  required(command, 'username');
  const password = required(command, 'password');
  if (password === '') throw new CommandProblem('Empty password is not allowed');
  const client = clientOf(command, model);
  client.password = newPassword(password);
  ended.add(client.username);
  return undefined;
};

const setClientId: Command = (command, { model, ended }) => {
  required(command, 'username');
  const clientid = optional(command, 'clientid', 'Invalid/missing client ID');
  const client = clientOf(command, model);
  client.clientid = clientid === '' ? undefined : clientid;
  ended.add(client.username);
  return undefined;
};

const modifyClient: Command = (command, { model, newPassword, ended }) => {
  const client = clientOf(command, model);
  const roles = rolesOf(command, model, BAD_ROLES);
  const groups = groupsOf(command, model);
  const password = textField(command, 'password');
  if (password !== undefined && password !== '') client.password = newPassword(password);
  const clientid = textField(command, 'clientid');
  if (clientid !== undefined) client.clientid = clientid === '' ? undefined : clientid;
  describe(client, command);
  client.roles = roles ?? client.roles;
  client.groups = groups ?? client.groups;
  ended.add(client.username);
  return undefined;
};

/** Nobody gets in any more, and who is in goes. */
const disableClient: Command = (command, { model, ended }) => {
  const client = clientOf(command, model);
  client.disabled = true;
  ended.add(client.username);
  return undefined;
};

const enableClient: Command = (command, { model }) => {
  clientOf(command, model).disabled = false;
  return undefined;
};

const addClientRole: Command = (command, { model, ended }) => {
  const { username, rolename } = namesOf(command);
  const client = clientOf({ username }, model);
  roleOf({ rolename }, model);
  if (client.roles.has(rolename)) throw new CommandProblem('Internal error');
  client.roles.set(rolename, priorityOf(command));
  ended.add(username);
  return undefined;
};

const removeClientRole: Command = (command, { model, ended }) => {
  const { username, rolename } = namesOf(command);
  const client = clientOf({ username }, model);
  roleOf({ rolename }, model);
  if (client.roles.delete(rolename)) ended.add(username);
  return undefined;
};

function namesOf(command: JsonObject): { username: string; rolename: string } {
  return { username: required(command, 'username'), rolename: required(command, 'rolename') };
}

function clientForm({ username, clientid, disabled, roles, groups, ...description }: Client): object {
  return {
    username,
    ...(clientid !== undefined && { clientid }),
    ...descriptionForm(description),
    ...(disabled && { disabled }),
    roles: priorityForm(roles, 'rolename'),
    groups: priorityForm(groups, 'groupname'),
  };
}

const getClient: Command = (command, { model }) => ({ client: clientForm(clientOf(command, model)) });

const listClients: Command = (command, { model }: CommandContext) =>
  pageOf(command, byName(model.clients), 'clients', (client) =>
    isVerbose(command) ? clientForm(client) : client.username,
  );

export const clientCommands: readonly (readonly [name: string, row: CommandRow])[] = [
  ['createClient', { run: createClient, changes: true }],
  ['deleteClient', { run: deleteClient, changes: true }],
  ['getClient', { run: getClient, changes: false }],
  ['listClients', { run: listClients, changes: false }],
  ['modifyClient', { run: modifyClient, changes: true }],
  ['setClientPassword', { run: setClientPassword, changes: true }],
  ['setClientId', { run: setClientId, changes: true }],
  ['enableClient', { run: enableClient, changes: true }],
  ['disableClient', { run: disableClient, changes: true }],
  ['addClientRole', { run: addClientRole, changes: true }],
  ['removeClientRole', { run: removeClientRole, changes: true }],
];
