/** The options of a plugin: what it declares, what the operator gives, and what comes of both. */

import { nearest } from '../config/nearest.ts';
import type { PluginOption, PluginOptions, PluginValues } from '../ports/plugin.ts';
import type { ShownPluginOption } from '../ports/plugin-administration.ts';
import { quote } from '../std/shorten.ts';
import { pluginError } from './failure.ts';

/** What an operator gives: texts as they are written, or values already. */
export type GivenOptions = ReadonlyMap<string, unknown>;

type Value = string | number | boolean | readonly string[];

const truths: ReadonlyMap<unknown, boolean> = new Map<unknown, boolean>([
  [true, true],
  ['true', true],
  ['on', true],
  ['yes', true],
  [false, false],
  ['false', false],
  ['off', false],
  ['no', false],
]);

/** Undefined for what cannot be such a value. */
const readers: Readonly<Record<PluginOption['kind'], (given: unknown) => Value | undefined>> = {
  text: (given) => (typeof given === 'string' ? given : undefined),
  secret: (given) => (typeof given === 'string' ? given : undefined),
  boolean: (given) => truths.get(given),
  number: (given) => {
    const number = typeof given === 'string' && given.trim() !== '' ? Number(given) : given;
    return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
  },
  list: listOf,
};

function listOf(given: unknown): readonly string[] | undefined {
  if (Array.isArray(given)) return given.every((one) => typeof one === 'string') ? given : undefined;
  if (typeof given !== 'string') return undefined;
  if (!given.trimStart().startsWith('[')) return given === '' ? [] : given.split(',').map((one) => one.trim());
  try {
    const list: unknown = JSON.parse(given);
    return Array.isArray(list) ? list.map(String) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * @throws BackendError `PLUGIN_OPTIONS` that names the option; values of secrets are never in it
 */
export function pluginValues<O extends PluginOptions>(
  plugin: string,
  declared: O,
  given: GivenOptions,
): PluginValues<O> {
  const fail = (text: string): never => {
    throw pluginError('OPTIONS', `Plugin ${plugin}: ${text}`);
  };
  for (const name of given.keys()) {
    if (Object.hasOwn(declared, name)) continue;
    const names = Object.keys(declared);
    const near = nearest(name, names);
    const known = names.length === 0 ? 'it has none' : `it has ${names.join(', ')}`;
    fail(`unknown option ${quote(name)}; ${near === undefined ? known : `did you mean ${near}?`}`);
  }
  const values = new Map<string, Value>();
  for (const [name, option] of Object.entries(declared)) {
    const raw = given.get(name);
    const value = raw === undefined ? option.default : readers[option.kind](raw);
    if (value === undefined && raw === undefined) fail(`the option ${name} is missing; it has no default`);
    if (value === undefined) {
      const shown = option.kind === 'secret' ? '' : ` ${quote(String(raw))}`;
      return fail(`the option ${name} got${shown}; it has to be a ${option.kind}`);
    }
    if (option.kind === 'number') checkRange(name, option, value as number, fail);
    values.set(name, value);
  }
  return Object.freeze(Object.fromEntries(values)) as PluginValues<O>;
}

function checkRange(
  name: string,
  { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY }: Extract<PluginOption, { kind: 'number' }>,
  value: number,
  fail: (text: string) => never,
): void {
  if (value < min || value > max) fail(`the option ${name} got ${value}; allowed: ${min} to ${max}`);
}

/** Options as operators see them: of a secret only whether it is set. */
export function shownOptions(declared: PluginOptions, values: PluginValues<PluginOptions>): ShownPluginOption[] {
  return Object.entries(declared).map(([name, option]) => {
    const { kind, sentence } = option;
    const isSecret = kind === 'secret';
    return {
      name,
      type: kind,
      ...(sentence !== undefined && { sentence }),
      ...(isSecret && { secret: true }),
      ...(!isSecret && { value: values[name] }),
      ...(!isSecret && option.default !== undefined && { default: option.default }),
    };
  });
}

/** `name=value` lines as a map. @throws BackendError `PLUGIN_OPTIONS` */
export function givenOptions(plugin: string, lines: readonly string[]): GivenOptions {
  const given = new Map<string, unknown>();
  for (const line of lines) {
    const at = line.indexOf('=');
    if (at < 1) throw pluginError('OPTIONS', `Plugin ${plugin}: got an option without a name; allowed: name=value`);
    given.set(line.slice(0, at).trim(), line.slice(at + 1).trim());
  }
  return given;
}
