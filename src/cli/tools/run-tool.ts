/** What pub, sub and rr have in common around their work: reading what was typed, the help, and mistakes. */

import { type ClientOptions, type ToolKind, ToolUsageError } from './options/client-options.ts';
import { parseTool, standingOptions } from './options/parse.ts';
import { usageText, versionText } from './options/usage.ts';
import { ToolFailure } from './stream.ts';
import { flushed, type Tool, type ToolIo } from './tool.ts';

/** What the tool does with what was typed; gives the exit code. */
export type Work = (options: ClientOptions, io: ToolIo) => Promise<number>;

/** A tool of this kind. Its standing options are in a file of its name. */
export function toolOf(kind: ToolKind, work: Work): Tool {
  return async (argv, name, io) => {
    const isNative = !name.startsWith('mosquitto');
    const code = await runTool(kind, work, argv, name, isNative, io);
    await flushed(io.stdout);
    await flushed(io.stderr);
    return code;
  };
}

async function runTool(
  kind: ToolKind,
  work: Work,
  argv: readonly string[],
  name: string,
  isNative: boolean,
  io: ToolIo,
): Promise<number> {
  try {
    const standing = standingOptions(name.replace(' ', '_'), io.environment);
    const { options, asks } = parseTool(kind, isNative, argv, standing);
    if (asks === 'version') io.stdout.write(versionText(name));
    if (asks === 'help') io.stdout.write(usageText(kind, name, isNative));
    // Scripts of these tools know help as exit code 1; a newcomer's shell knows it as success.
    if (asks !== undefined) return isNative ? 0 : 1;
    if (options.password !== undefined && options.username === undefined && options.version < 5) {
      throw new ToolFailure('Error: Problem setting username and/or password.');
    }
    return await work(options, io);
  } catch (error) {
    if (error instanceof ToolFailure) {
      io.stderr.write(`${error.message}\n`);
      return 1;
    }
    if (!(error instanceof ToolUsageError)) throw error;
    const { message, blankLines, showsUsage } = error;
    if (showsUsage) {
      io.stderr.write(`${message}\n`);
      io.stdout.write(usageText(kind, name, isNative));
    } else {
      const hint = blankLines < 0 ? '\n' : `${'\n'.repeat(blankLines)}\nUse '${name} --help' to see usage.\n`;
      io.stderr.write(message + hint);
    }
    return 1;
  }
}

/** Prints errors unless `--quiet` was said. */
export function complainer({ isQuiet }: ClientOptions, io: ToolIo): (text: string) => void {
  return (text) => {
    if (!isQuiet) io.stderr.write(`${text}\n`);
  };
}

/** Whether to colour: as asked, otherwise on a terminal of somebody who has not said no. */
export function usesColour({ isNative, hasColour }: ClientOptions, io: ToolIo): boolean {
  if (!isNative) return false;
  return hasColour ?? (io.stdout.isTTY === true && !io.environment['NO_COLOR'] && io.environment['TERM'] !== 'dumb');
}
