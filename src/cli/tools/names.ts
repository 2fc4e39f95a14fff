/**
 * Other names that the executable answers to. A link of such a name, or the name as the first word, makes it that
 * command; `hoopoe names --install DIR` makes the links.
 */

import { lstatSync, mkdirSync, readlinkSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { Tool } from './tool.ts';

/** Tools: commands that read their own arguments and write bytes. By the name that is typed. */
const tools: ReadonlyMap<string, () => Promise<Tool>> = new Map<string, () => Promise<Tool>>([
  ['pub', async () => (await import('./pub.ts')).pub],
  ['sub', async () => (await import('./sub.ts')).sub],
  ['rr', async () => (await import('./rr.ts')).rr],
  ['bench', async () => (await import('./bench/bench.ts')).bench],
  ['passwd', async () => (await import('./passwd/passwd.ts')).passwd],
  ['names', async () => names],
  ['mosquitto_passwd', async () => (await import('./passwd/passwd.ts')).passwd],
  ['mosquitto_pub', async () => (await import('./pub.ts')).pub],
  ['mosquitto_sub', async () => (await import('./sub.ts')).sub],
  ['mosquitto_rr', async () => (await import('./rr.ts')).rr],
]);

/** Names of other programs that a link may have. */
export const linkNames: readonly string[] = [
  'mosquitto',
  'mosquitto_passwd',
  'mosquitto_pub',
  'mosquitto_rr',
  'mosquitto_sub',
  'emqx',
  'emqx_ctl',
  'emqttd',
  'emqttd_ctl',
];

/** What was typed, with the name of the link as its first word where the program was called by one. */
export function argumentsByName(program: string | undefined, argv: readonly string[]): readonly string[] {
  const name = basename(program ?? '').replace(/\.(exe|cmd|js|mjs)$/i, '');
  return linkNames.includes(name) ? [name, ...argv] : argv;
}

/** A tool, what it is called in its own texts, and what is meant for it. */
export interface ToolCall {
  readonly name: string;
  readonly argv: readonly string[];
  load(): Promise<Tool>;
}

/** The tool that the first word names, or undefined. */
export function toolCall(argv: readonly string[]): ToolCall | undefined {
  const [word = '', ...rest] = argv;
  const load = tools.get(word);
  if (load === undefined) return undefined;
  return { name: linkNames.includes(word) ? word : `hoopoe ${word}`, argv: rest, load };
}

const names: Tool = async (argv, name, io) => {
  const [flag, directory, ...rest] = argv;
  const isForced = rest[0] === '--force';
  if (argv.length === 0) {
    io.stdout.write(`${linkNames.join('\n')}\n`);
    return 0;
  }
  if (flag === '--install' && directory !== undefined && rest.length <= (isForced ? 1 : 0)) {
    const program = process.argv[1];
    if (program !== undefined) return install(realpathSync(program), resolve(directory), isForced, io);
  }
  io.stderr.write(`Usage: ${name} [--install DIRECTORY [--force]]\n`);
  return flag === '--help' ? 0 : 1;
};

/** Makes the links. What is there already and is none of ours stays, unless `isForced`. */
function install(
  program: string,
  directory: string,
  isForced: boolean,
  io: { stdout: { write(text: string): unknown }; stderr: { write(text: string): unknown } },
): number {
  let refused = 0;
  try {
    mkdirSync(directory, { recursive: true });
    for (const name of linkNames) {
      const path = join(directory, process.platform === 'win32' ? `${name}.cmd` : name);
      const found = targetOf(path);
      if (found === program) continue;
      if (found !== undefined && !isForced) {
        io.stderr.write(`${path} exists and is another program; --force replaces it\n`);
        refused++;
        continue;
      }
      rmSync(path, { force: true });
      // Windows makes links for administrators only.
      if (process.platform === 'win32') writeFileSync(path, `@node "${program}" ${name} %*\r\n`);
      else symlinkSync(program, path);
      io.stdout.write(`${path} -> ${program}\n`);
    }
  } catch (error) {
    io.stderr.write(`${(error as Error).message}\n`);
    return 1;
  }
  return refused === 0 ? 0 : 1;
}

/** Where a link leads; its own path for what is no link; undefined when nothing is there. */
function targetOf(path: string): string | undefined {
  try {
    if (!lstatSync(path).isSymbolicLink()) return path;
    return resolve(path, '..', readlinkSync(path));
  } catch {
    return undefined;
  }
}
