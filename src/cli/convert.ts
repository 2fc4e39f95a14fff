/** `hoopoe config convert`: a configuration in the language of another broker as `hoopoe.yaml`, on standard output. */

import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ConfigError } from '../config/error.ts';
import type { Converted } from '../config/yaml-text.ts';
import { UsageError } from './arguments.ts';
import type { Terminal } from './program.ts';

interface Converter {
  /** Of the other broker. */
  readonly name: string;
  /** Whether a file, or a folder without a text, is in its language. */
  recognises(path: string, text: string | undefined): Promise<boolean>;
  /** @throws ConfigError */
  convert(path: string, text: string, terminal: Terminal): Promise<Converted>;
}

/** In the order in which they are asked. */
const converters: readonly Converter[] = [
  {
    name: 'EMQX',
    recognises: async (path) => (await import('../config/emqx/home-folder.ts')).emqxHomeOf(path) !== undefined,
    convert: async (path, _text, { machine }) => {
      const { emqxHomeOf } = await import('../config/emqx/home-folder.ts');
      const { readHomeOnDisk } = await import('../config/emqx/dialect.ts');
      const { convertHome } = await import('../config/emqx/convert.ts');
      const home = readHomeOnDisk(emqxHomeOf(path) ?? path, machine.environment);
      if (home.reading.problems.length > 0) throw new ConfigError(home.reading.problems);
      return convertHome(home);
    },
  },
  {
    name: 'Mosquitto',
    recognises: async (_path, text) =>
      text !== undefined && (await import('../config/mosquitto/dialect.ts')).isMosquittoConf(text),
    convert: async (path, text, { machine }) => {
      const { convertConf } = await import('../config/mosquitto/convert.ts');
      const { confWorld } = await import('../config/mosquitto/world.ts');
      return convertConf(text, path, confWorld(machine.workingDirectory));
    },
  },
];

/** Editors complete and check what says where its schema is. */
const schemaFile = fileURLToPath(new URL('../../packaging/hoopoe.schema.json', import.meta.url));

/** @throws ConfigError, UsageError */
export async function convert(path: string | undefined, terminal: Terminal): Promise<number> {
  if (path === undefined) throw new UsageError('config convert needs a file or folder: hoopoe config convert FILE');
  const text = textOf(path);
  for (const converter of converters) {
    if (!(await converter.recognises(path, text))) continue;
    const { yaml, withoutCounterpart } = await converter.convert(path, text ?? '', terminal);
    terminal.out(`# yaml-language-server: $schema=${schemaFile}\n${yaml}`);
    const count = withoutCounterpart.length;
    if (count > 0)
      terminal.err(`hoopoe: ${count} of ${converter.name}'s options have no counterpart; see the end of the file\n`);
    return 0;
  }
  const known = converters.map(({ name }) => name).join(', ');
  throw new UsageError(`${path} is no configuration of another broker; known: ${known}`);
}

/** Undefined for a folder. */
function textOf(path: string): string | undefined {
  try {
    return statSync(path).isDirectory()
      ? undefined
      : new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
  } catch (error) {
    const text = `cannot be read: ${(error as Error).message}`;
    throw new ConfigError([{ origin: { kind: 'file', file: path, line: 0 }, text }]);
  }
}
