/** What a command gets and gives, and how its arguments are read. Texts of errors are Mosquitto's: tools compare them. */

import { clamped } from './file-form.ts';
import { arrayField, field, integerField, type JsonObject, objectOf, textField } from './json.ts';
import { type Described, type Model, NO_PRIORITY, type Priorities, type StoredHash } from './model.ts';

/** What a command is answered with instead of data. */
export class CommandProblem extends Error {
  override readonly name = 'CommandProblem';
}

export interface CommandContext {
  readonly model: Model;
  /** Makes what is stored of a new password. */
  readonly newPassword: (password: string) => StoredHash;
  /** Clients whose connections end: undefined for those without a user name. */
  readonly ended: Set<string | undefined>;
}

/** Gives data, or nothing where success is the whole answer. @throws CommandProblem with nothing changed */
export type Command = (command: JsonObject, context: CommandContext) => object | undefined;

/** A command, and whether it changes anything. */
export interface CommandRow {
  readonly run: Command;
  readonly changes: boolean;
}

export function required(command: JsonObject, name: string, problem: string = `Invalid/missing ${name}`): string {
  const text = textField(command, name);
  if (text === undefined) throw new CommandProblem(problem);
  return text;
}

/** @throws CommandProblem for a value that is no text; absent is undefined */
export function optional(command: JsonObject, name: string, problem: string): string | undefined {
  return field(command, name) === undefined ? undefined : required(command, name, problem);
}

export function descriptionOf(command: JsonObject): Described {
  return {
    textname: optional(command, 'textname', 'Invalid/missing textname'),
    textdescription: optional(command, 'textdescription', 'Invalid/missing textdescription'),
  };
}

/** Takes over what is given of a description. */
export function describe(target: Described, command: JsonObject): void {
  target.textname = textField(command, 'textname') ?? target.textname;
  target.textdescription = textField(command, 'textdescription') ?? target.textdescription;
}

export function priorityOf(command: JsonObject, absent: number = NO_PRIORITY): number {
  return clamped(integerField(command, 'priority', absent));
}

/**
 * Roles of a list of them; undefined where there is no list.
 * @param unreadable what to say about something else than a list of names
 */
export function rolesOf(command: JsonObject, { roles }: Model, unreadable: string): Priorities | undefined {
  if (field(command, 'roles') === undefined) return undefined;
  const list = arrayField(command, 'roles');
  if (list === undefined) throw new CommandProblem(unreadable);
  const given: Priorities = new Map();
  for (const item of list) {
    const object = objectOf(item);
    const rolename = object && textField(object, 'rolename');
    if (object === undefined || rolename === undefined) throw new CommandProblem(unreadable);
    if (!roles.has(rolename)) throw new CommandProblem('Role not found');
    given.set(rolename, priorityOf(object));
  }
  return given;
}

/** A part of a list with the number of all: `count` from `offset` on, everything unless given. */
export function pageOf<T>(command: JsonObject, items: readonly T[], name: string, form: (item: T) => unknown): object {
  const offset = Math.max(0, integerField(command, 'offset', 0));
  const count = integerField(command, 'count', -1);
  const page = items.slice(offset, count < 0 ? undefined : offset + count);
  return { totalCount: items.length, [name]: page.map(form) };
}

export function isVerbose(command: JsonObject): boolean {
  return field(command, 'verbose') === true;
}
