/**
 * What a mosquitto.conf says, with the files it includes: each option under the broker, listener, connection or plugin it
 * belongs to. Nothing is translated here, and mistakes are collected, not thrown.
 */

import { join, resolve } from 'node:path';
import type { Origin } from '../error.ts';
import { nearest } from '../nearest.ts';
import type { Reading } from '../reading.ts';
import { quoted } from '../value.ts';
import type { Keyword, KeywordScope, KeywordValue } from './keyword.ts';
import { findKeyword, keywordNames } from './keywords.ts';
import { type ConfLine, includedFiles, linesOf } from './lines.ts';
import { readKeywordValue, wordsOf } from './value.ts';

/** What the reader needs of the machine. */
export interface ConfWorld {
  /** Throws when the file cannot be read. */
  readText(file: string): string;
  /** Names in a folder. Throws when it cannot be read. */
  list(folder: string): readonly string[];
  /** Where relative paths begin. */
  readonly workingDirectory: string;
  readonly hostName: string;
  /** Addresses of a network interface; empty when there is none of that name. */
  addressesOf(networkInterface: string): readonly string[];
}

export interface Given {
  readonly keyword: Keyword;
  /** As it was written, which may be an alias. */
  readonly name: string;
  readonly value: KeywordValue;
  readonly origin: Origin;
}

/** Options of one broker, listener, connection or plugin. */
export class Section {
  readonly #given = new Map<string, Given[]>();

  add(given: Given): void {
    const before = this.#given.get(given.keyword.name);
    if (before === undefined) this.#given.set(given.keyword.name, [given]);
    else before.push(given);
  }

  /** The last one. */
  get(name: string): Given | undefined {
    return this.#given.get(name)?.at(-1);
  }

  all(name: string): readonly Given[] {
    return this.#given.get(name) ?? [];
  }

  get size(): number {
    return this.#given.size;
  }

  /** The last of each. */
  *each(): Generator<Given> {
    for (const given of this.#given.values()) yield given.at(-1)!;
  }
}

export interface ConfListener {
  /** Undefined for the default listener, which options before any `listener` line describe. */
  readonly words: readonly string[] | undefined;
  readonly origin: Origin;
  readonly options: Section;
  /** Of logins and permissions, where `per_listener_settings` is true. */
  readonly security: Section;
  readonly plugins: ConfPlugin[];
}

export interface ConfBridge {
  readonly name: string;
  readonly origin: Origin;
  readonly options: Section;
}

export interface ConfPlugin {
  readonly path: string;
  readonly origin: Origin;
  /** By their names without `plugin_opt_`. */
  readonly options: Map<string, Given>;
}

/** Files beyond this are another kind of folder. */
const FILES_MAX = 1000;
const TEXT_LENGTH_MAX = 1024 * 1024;

/** What a file has said so far; each file begins anew. */
interface Place {
  listener: ConfListener;
  bridge: ConfBridge | undefined;
  plugin: ConfPlugin | undefined;
  readonly file: string;
  readonly isMain: boolean;
}

export class Conf {
  readonly general: Section = new Section();
  /** Of logins and permissions everywhere. */
  readonly security: Section = new Section();
  readonly plugins: ConfPlugin[] = [];
  readonly defaultListener: ConfListener = newListener(undefined, { kind: 'default' });
  readonly listeners: ConfListener[] = [];
  readonly bridges: ConfBridge[] = [];
  /** Everything that was understood, in its order. */
  readonly given: Given[] = [];
  readonly #reading: Reading;
  readonly #world: ConfWorld;
  #files = 0;
  #securityGiven: Given | undefined;

  constructor(reading: Reading, world: ConfWorld) {
    this.#reading = reading;
    this.#world = world;
  }

  /** Whether logins and permissions are each listener's own. */
  get isPerListener(): boolean {
    return this.general.get('per_listener_settings')?.value === true;
  }

  /** @param file as the operator wrote it */
  read(text: string, file: string): void {
    this.#file(text, { file, isMain: true, listener: this.defaultListener, bridge: undefined, plugin: undefined });
  }

  #file(text: string, place: Place): void {
    const { file } = place;
    if (text.length > TEXT_LENGTH_MAX) {
      const got = `has ${text.length} characters; the limit is ${TEXT_LENGTH_MAX}. Is this a configuration file?`;
      this.#reading.problem({ kind: 'file', file, line: 0 }, got);
      return;
    }
    for (const line of linesOf(text)) this.#line(line, place);
  }

  #line({ name, rest, line }: ConfLine, place: Place): void {
    const origin: Origin = { kind: 'file', file: place.file, line };
    const keyword = findKeyword(name);
    if (keyword === undefined) {
      this.#reading.problem(origin, unknownText(name));
      return;
    }
    const reading = readKeywordValue(name, keyword.type, rest);
    if ('problem' in reading) {
      this.#reading.problem(origin, reading.problem);
      return;
    }
    if (reading.warning !== undefined) this.#reading.warnings.push({ origin, text: reading.warning });
    this.#take({ keyword, name, value: reading.value, origin }, place);
  }

  #take(given: Given, place: Place): void {
    const { name } = given.keyword;
    this.given.push(given);
    if (name === 'include_dir') this.#include(given, place);
    else if (name === 'listener') place.listener = this.#listener(given);
    else if (name === 'connection') place.bridge = this.#bridge(given);
    else if (name === 'plugin') place.plugin = this.#plugin(given, place);
    else if (name === 'plugin_opt_*') this.#pluginOption(given, place);
    else this.#option(given, place);
  }

  #option(given: Given, place: Place): void {
    const section = this.#sectionOf(given.keyword.scope, place);
    if (section === undefined) {
      const before = given.keyword.scope === 'bridge' ? 'connection' : 'plugin';
      const kind = before === 'connection' ? 'bridge' : 'plugin';
      this.#reading.problem(
        given.origin,
        `Invalid ${kind} configuration: ${given.name} needs a ${before} line before it`,
      );
      return;
    }
    const isText = typeof given.value === 'string' && given.keyword.type.kind !== 'word';
    const isKept = given.keyword.isRepeatable === true || given.keyword.type.kind === 'ignored';
    if (isText && !isKept && section.get(given.keyword.name) !== undefined) {
      this.#reading.problem(given.origin, `Duplicate ${given.name} value in configuration`);
      return;
    }
    if (given.keyword.scope === 'security') this.#securityGiven ??= given;
    if (given.keyword.name === 'per_listener_settings' && this.#securityGiven !== undefined) {
      const text = `per_listener_settings must be set before any other security settings; ${this.#securityGiven.name} is before it`;
      this.#reading.problem(given.origin, text);
      return;
    }
    section.add(given);
  }

  #sectionOf(scope: KeywordScope, place: Place): Section | undefined {
    switch (scope) {
      case 'general':
        return this.general;
      case 'security':
        return this.isPerListener ? place.listener.security : this.security;
      case 'listener':
        return place.listener.options;
      case 'bridge':
        return place.bridge?.options;
      case 'plugin':
        return place.plugin === undefined ? undefined : this.general;
    }
  }

  #listener(given: Given): ConfListener {
    const listener = newListener(wordsOf(String(given.value)), given.origin);
    this.listeners.push(listener);
    return listener;
  }

  #bridge(given: Given): ConfBridge {
    const name = String(given.value);
    if (this.bridges.some((bridge) => bridge.name === name)) {
      this.#reading.problem(given.origin, `Duplicate bridge name ${quoted(name)}`);
    }
    const bridge: ConfBridge = { name, origin: given.origin, options: new Section() };
    this.bridges.push(bridge);
    return bridge;
  }

  #plugin(given: Given, { listener }: Place): ConfPlugin {
    this.#securityGiven ??= given;
    const plugin: ConfPlugin = { path: String(given.value), origin: given.origin, options: new Map() };
    (this.isPerListener ? listener.plugins : this.plugins).push(plugin);
    return plugin;
  }

  #pluginOption(given: Given, { plugin }: Place): void {
    if (plugin === undefined) {
      this.#reading.problem(given.origin, `Invalid plugin configuration: ${given.name} needs a plugin line before it`);
      return;
    }
    const name = given.name.replace(/^(plugin|auth)_opt_/, '');
    if (plugin.options.has(name)) {
      this.#reading.problem(given.origin, `Duplicate ${given.name} value in configuration`);
      return;
    }
    plugin.options.set(name, given);
  }

  #include(given: Given, place: Place): void {
    const folder = resolve(this.#world.workingDirectory, String(given.value));
    if (!place.isMain) {
      this.#reading.problem(given.origin, 'include_dir is allowed in the main file only');
      return;
    }
    let names: string[];
    try {
      names = includedFiles(this.#world.list(folder));
    } catch (error) {
      const text = `Unable to open include_dir ${quoted(folder)}: ${(error as Error).message}; make the folder, or remove the line`;
      this.#reading.problem(given.origin, text);
      return;
    }
    for (const name of names) {
      if (++this.#files > FILES_MAX) {
        this.#reading.problem(given.origin, `include_dir has more than ${FILES_MAX} files`);
        return;
      }
      const file = join(folder, name);
      try {
        const listener = this.defaultListener;
        this.#file(this.#world.readText(file), { file, isMain: false, listener, bridge: undefined, plugin: undefined });
      } catch (error) {
        this.#reading.problem(given.origin, `Unable to open ${quoted(file)}: ${(error as Error).message}`);
      }
    }
  }
}

function newListener(words: readonly string[] | undefined, origin: Origin): ConfListener {
  return { words, origin, options: new Section(), security: new Section(), plugins: [] };
}

/** What to say about a line whose first word is no option. */
function unknownText(name: string): string {
  const text = `Unknown configuration variable ${quoted(name)}`;
  if (/^\t/.test(name)) return `${text}: the line begins with a tab; begin it with the name of the option`;
  if (name.includes('\t')) return `${text}: a tab is no blank here; separate name and value by a blank`;
  if (/[:=]/.test(name)) return `${text}; mosquitto.conf has NAME VALUE, without a colon or an equals sign`;
  const near = nearest(name, keywordNames);
  return near === undefined ? text : `${text}; did you mean ${near}?`;
}
