/**
 * The chain that the sections of `access` make: one kind for each, in the order in which sources are asked. Checks the
 * sections and opens nothing.
 */

import type { ConfigProblem, Origin } from './error.ts';
import { nearest } from './nearest.ts';
import { type AccessKind, accessKinds } from './rows/access/kinds.ts';
import type { OptionValues, Settings } from './settings.ts';
import { quoted } from './value.ts';

/** One source of the chain. */
export interface SourceSettings {
  readonly name: string;
  readonly kind: string;
  readonly onFailure: 'deny' | 'ignore';
  readonly answerSecondsMax: number;
  /** Undefined for that of all sources. */
  readonly refusalCode: 'bad_credentials' | 'not_authorized' | undefined;
  /** Listeners whose clients it is asked about; undefined for all. */
  readonly listeners: readonly string[] | undefined;
  /** Whether it decides about logins. */
  readonly checksLogins: boolean;
  /** The rows of its kind, named without the kind. */
  readonly options: OptionValues;
  /** All rows of the section. */
  readonly values: OptionValues;
  /** Where the section is written. */
  readonly origin: Origin;
}

const kindsByName: ReadonlyMap<string, AccessKind> = new Map(accessKinds.map((one) => [one.kind, one]));

/**
 * The sources that are switched on, in their order, with what is wrong with any section.
 * @param isWhole whether everything that was written was understood; what is missing is a mistake only then
 * @param withDisabled whether those that are switched off are wanted too
 */
export function planAccess(
  settings: Settings,
  isWhole: boolean,
  withDisabled: boolean = false,
): { sources: SourceSettings[]; problems: ConfigProblem[] } {
  const problems: ConfigProblem[] = [];
  const planned: { source: SourceSettings; order: number }[] = [];
  for (const [name, values] of settings.access) {
    const origin = originOf(name, values, settings);
    const kind = kindOf(name, values, origin, settings, problems);
    if (kind === 'none' && isWhole) {
      const allowed = `allowed: options below one of ${[...kindsByName.keys()].join(', ')}`;
      problems.push({ origin, text: `access.${name} has no kind; ${allowed}` });
    }
    if (kind === 'none' || kind === 'several' || !(withDisabled || values.boolean('enabled'))) continue;
    const options = values.under(`${kind.kind}.`);
    const listeners = values.list('listeners');
    const source: SourceSettings = {
      name,
      kind: kind.kind,
      onFailure: values.text('on_failure') as 'deny' | 'ignore',
      answerSecondsMax: values.number('answer_seconds_max'),
      refusalCode: values.optionalText('refusal_code') as SourceSettings['refusalCode'],
      listeners: listeners.length === 0 ? undefined : listeners,
      checksLogins: kind.checksLogins(options),
      options,
      values,
      origin,
    };
    planned.push({ source, order: values.number('order') });
  }
  // Sorting keeps the order in which equal ones are written.
  planned.sort((one, other) => one.order - other.order);
  return { sources: planned.map(({ source }) => source), problems };
}

/** The one kind of a section; several are a problem. */
function kindOf(
  name: string,
  values: OptionValues,
  origin: Origin,
  settings: Settings,
  problems: ConfigProblem[],
): AccessKind | 'none' | 'several' {
  const given = new Map<string, Origin>();
  const type = values.get('type');
  if (type.value !== undefined) given.set(values.text('type'), type.origin);
  for (const { kind } of accessKinds) {
    const mentioned = settings.sections.get(`access.${name}.${kind}`);
    const option = [...values.all].find(([row, one]) => row.startsWith(`${kind}.`) && one.origin.kind !== 'default');
    const where = mentioned ?? option?.[1].origin;
    if (where !== undefined && !given.has(kind)) given.set(kind, where);
  }
  const [first, second] = [...given.keys()];
  if (first === undefined) return 'none';
  if (second !== undefined) {
    const text = `access.${name} is to be ${first} and ${second}; give each source a section of its own`;
    problems.push({ origin: given.get(second) ?? origin, text });
    return 'several';
  }
  return kindsByName.get(first) ?? 'none';
}

/** Where the section is written, for problems about what is not written. */
function originOf(name: string, values: OptionValues, settings: Settings): Origin {
  const section = settings.sections.get(`access.${name}`);
  if (section !== undefined) return section;
  const origins = [...values.all.values()].map(({ origin }) => origin);
  return origins.find(({ kind }) => kind !== 'default') ?? { kind: 'default' };
}

/** Problems with the names by which listeners and sources speak of each other. */
export function checkReferences(
  settings: Settings,
  listeners: readonly { readonly name: string; readonly values: OptionValues }[],
): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const check = (values: OptionValues, option: string, known: readonly string[], what: string): void => {
    const { value, origin, path } = values.get(option);
    for (const name of (value as readonly string[] | undefined) ?? []) {
      if (known.includes(name)) continue;
      const near = nearest(name, known);
      const names = known.length === 0 ? `there is none` : `there are ${known.join(', ')}`;
      const hint = near === undefined ? names : `did you mean ${near}?`;
      problems.push({ origin, text: `${path}: got ${what} ${quoted(name)}; ${hint}` });
    }
  };
  const sourceNames = [...settings.access.keys()];
  for (const { values } of listeners) check(values, 'sources', sourceNames, 'access source');
  // With -p the listeners of the file are not opened, and a source that is for one of them is no mistake.
  const listenerNames = [...new Set([...listeners.map(({ name }) => name), ...settings.listeners.keys()])];
  for (const values of settings.access.values()) check(values, 'listeners', listenerNames, 'listener');
  return problems;
}

/** Whether clients of a listener have a source of logins to be known by. */
export function hasLogins(sources: readonly SourceSettings[], listener: string, values: OptionValues): boolean {
  if (!values.boolean('check_logins')) return false;
  return sources.some((source) => source.checksLogins && isUsedAt(source, listener, values));
}

/** Whether a source is asked about the clients of a listener: both may choose. */
export function isUsedAt(source: SourceSettings, listener: string, values: OptionValues): boolean {
  const chosen = values.get('sources').value as readonly string[] | undefined;
  return (chosen?.includes(source.name) ?? true) && (source.listeners?.includes(listener) ?? true);
}
