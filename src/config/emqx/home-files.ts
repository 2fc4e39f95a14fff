/** The files of a home directory: where each is, and their lines as keys. Reads through a function, so that a test has no disk. */

import { isAbsolute, join } from 'node:path';
import type { ConfigProblem, Origin } from '../error.ts';
import type { KeyTable } from './key-table.ts';
import { cutLines } from './lines.ts';

/** Whoever includes more has a circle. */
const includesMax = 64;

/** Names of a plugin's file in 4.3, in 2.3, and with dashes. */
function pluginFileNames(plugin: string): string[] {
  const old = plugin.replace(/^emqx_/, 'emq_');
  return [plugin, old, plugin.replaceAll('_', '-'), old.replaceAll('_', '-')].map((name) => `${name}.conf`);
}

export class HomeFiles {
  readonly problems: ConfigProblem[] = [];
  readonly #directory: string;
  readonly #readText: (file: string) => string | undefined;
  #includes = 0;

  constructor(directory: string, readText: (file: string) => string | undefined) {
    this.#directory = directory;
    this.#readText = readText;
  }

  /** The main file, and whether its name is that of EMQTT 2.3. */
  mainFile(): { path: string; legacy: boolean } | undefined {
    for (const name of ['emqx.conf', 'emq.conf']) {
      const path = join('etc', name);
      if (this.textOf(path) !== undefined) return { path, legacy: name === 'emq.conf' };
    }
    return undefined;
  }

  /** Takes the keys of a file, and of those it includes. */
  read(file: string, keys: KeyTable): void {
    const path = this.#pathOf(file);
    const text = this.textOf(file);
    if (text === undefined) return;
    const { lines, problems } = cutLines(text, path);
    this.problems.push(...problems);
    for (const line of lines) {
      if ('key' in line) keys.write(line.key, line.value, line.origin);
      else this.#include(line.include, file, line.origin, keys);
    }
  }

  /** A file beside the one that includes it, or one below the home directory. */
  #include(name: string, from: string, origin: Origin, keys: KeyTable): void {
    if (++this.#includes > includesMax) {
      if (this.#includes === includesMax + 1) {
        this.problems.push({ origin, text: `includes more than ${includesMax} files; do they include each other?` });
      }
      return;
    }
    const candidates = [name, join(from, '..', name)];
    const file = candidates.find((one) => this.textOf(one) !== undefined);
    if (file === undefined) this.problems.push({ origin, text: `include: there is no file ${JSON.stringify(name)}` });
    else this.read(file, keys);
  }

  hasPluginFile(plugin: string): boolean {
    return this.#pluginFile(plugin, 'etc/plugins') !== undefined;
  }

  /** Takes the keys of a plugin's file, where there is one: without it, what holds without keys holds. */
  readPlugin(plugin: string, keys: KeyTable): void {
    const file = this.#pluginFile(plugin, keys.text('plugins.etc_dir') ?? 'etc/plugins');
    if (file !== undefined) this.read(file, keys);
  }

  #pluginFile(plugin: string, folder: string): string | undefined {
    return pluginFileNames(plugin)
      .map((name) => join(folder, name))
      .find((file) => this.textOf(file) !== undefined);
  }

  /** The text of a file below the home directory; undefined where there is none. What cannot be read is a problem. */
  textOf(file: string): string | undefined {
    try {
      return this.#readText(this.#pathOf(file));
    } catch (error) {
      const text = `cannot be read: ${(error as Error).message}`;
      if (!this.problems.some((problem) => problem.text === text)) this.problem(file, 0, text);
      return undefined;
    }
  }

  problem(file: string, line: number, text: string): void {
    this.problems.push({ origin: this.origin(file, line), text });
  }

  origin(file: string, line: number = 0): Origin {
    return { kind: 'file', file: this.#pathOf(file), line };
  }

  #pathOf(file: string): string {
    return isAbsolute(file) ? file : join(this.#directory, file);
  }
}
