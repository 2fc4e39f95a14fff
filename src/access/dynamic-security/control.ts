/** Takes the payload of a control message apart, runs its commands one after another, and puts the answer together. */

import type { Bytes } from '../../packet/types.ts';
import { clientCommands } from './client-commands.ts';
import { type CommandContext, CommandProblem, type CommandRow } from './command.ts';
import { groupCommands } from './group-commands.ts';
import { arrayField, type JsonObject, objectOf, textField } from './json.ts';
import { roleCommands } from './role-commands.ts';

const commands: ReadonlyMap<string, CommandRow> = new Map([...clientCommands, ...groupCommands, ...roleCommands]);

/** Far more than any tool sends at once; a batch is worked off in one turn. */
const COMMANDS_MAX = 1000;

export interface Outcome {
  /** The answer, as JSON. */
  readonly text: string;
  /** Whether something has changed, so that it has to be stored. */
  readonly isChanged: boolean;
}

/** Never throws for what a client sends. */
export function runCommands(payload: Bytes, context: CommandContext): Outcome {
  const list = commandsOf(payload);
  if (typeof list === 'string')
    return { text: answer([{ command: 'Unknown command', error: list }]), isChanged: false };
  let isChanged = false;
  const responses = list.slice(0, COMMANDS_MAX).map((item) => {
    const object = objectOf(item);
    if (object === undefined) return { command: 'Unknown command', error: 'Command not an object' };
    const name = textField(object, 'command');
    if (name === undefined) return { command: 'Unknown command', error: 'Missing command' };
    const { response, changed } = runCommand(name, object, context);
    isChanged ||= changed;
    return response;
  });
  return { text: answer(responses), isChanged };
}

function answer(responses: readonly object[]): string {
  return JSON.stringify({ responses });
}

function commandsOf(payload: Bytes): readonly unknown[] | string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
  } catch {
    return 'Payload not valid JSON';
  }
  const root = objectOf(parsed);
  return (root && arrayField(root, 'commands')) ?? 'Invalid/missing commands';
}

function runCommand(
  name: string,
  command: JsonObject,
  context: CommandContext,
): { response: object; changed: boolean } {
  const correlation = textField(command, 'correlationData');
  const withCorrelation = correlation === undefined ? {} : { correlationData: correlation };
  const row = commands.get(name);
  if (row === undefined) {
    return { response: { command: name, error: 'Unknown command', ...withCorrelation }, changed: false };
  }
  try {
    const data = row.run(command, context);
    const response = { command: name, ...(data !== undefined && { data }), ...withCorrelation };
    return { response, changed: row.changes };
  } catch (problem) {
    if (!(problem instanceof CommandProblem)) throw problem;
    return { response: { command: name, error: problem.message, ...withCorrelation }, changed: false };
  }
}
