/** The tools among the commands: for `help`, and run by the program before anything else reads what was typed. */

import type { Command, CommandRow } from '../program.ts';
import { type ToolCall, toolCall } from './names.ts';
import { processIo } from './tool.ts';

function row(name: string, usage: string, sentence: string): CommandRow {
  return { name, usage, sentence, load: async () => commandOf(name) };
}

function commandOf(name: string): Command {
  return async ({ arguments: typed }) => {
    const call = toolCall([name, ...typed.rest]);
    return call === undefined ? 1 : await runTool(call);
  };
}

/** Runs a tool in this process; gives the exit code. */
export async function runTool({ name, argv, load }: ToolCall): Promise<number> {
  const tool = await load();
  const exitCode = await tool(argv, name, processIo());
  // An input that nobody has closed would keep the process.
  process.stdin.destroy();
  return exitCode;
}

export const toolRows: readonly CommandRow[] = [
  row('pub', '-t TOPIC -m MESSAGE ...', 'Publishes messages; "hoopoe pub --help" shows its options.'),
  row('sub', '-t TOPIC ...', 'Subscribes and prints what comes; "hoopoe sub --help" shows its options.'),
  row('rr', '-t TOPIC -e TOPIC -m MESSAGE ...', 'Sends a request and waits for the answer.'),
  row('bench', 'conn | pub | sub ...', 'Loads a broker with many clients and measures it.'),
  row('passwd', '[-c | -D | -U] FILE [USER]', 'Keeps a file of users and passwords in the form of Mosquitto.'),
  row('names', '[--install DIR]', 'Makes links by the names of other brokers and their tools.'),
];
