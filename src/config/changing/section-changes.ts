/**
 * Sections that are made, changed and removed at run time: listeners, access sources and bridges. What is wanted becomes
 * a draft of all changes that are kept; whether the draft holds is the business of `RunTimeSettings`.
 */

import { entryNamePattern, findOption } from '../catalog.ts';
import type { Loaded } from '../load.ts';
import type { Assignment } from '../reading.ts';
import { type OptionValues, Settings } from '../settings.ts';
import { type ChangeProblem, conflict, readChange } from './read-change.ts';

/** What there can be more or fewer of while the broker runs. */
export const changingCollections = ['listeners', 'access', 'bridges'] as const;
export type ChangingCollection = (typeof changingCollections)[number];

export interface SectionChange {
  readonly collection: ChangingCollection;
  readonly name: string;
  readonly action: 'make' | 'change' | 'remove';
  /** Values by the names of options within the section; null takes one back. Nothing for a removal. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** All changes as they would be kept. */
export interface Draft {
  readonly next: Map<string, Pick<Assignment, 'path' | 'row' | 'value'>>;
  readonly made: ReadonlySet<string>;
}

type OpenDraft = Draft & { readonly made: Set<string> };

/** A draft, or why there is none. */
export function draftOf(change: SectionChange, given: Loaded): Draft | { readonly refused: readonly ChangeProblem[] } {
  const { collection, name, action, options } = change;
  const path = `${collection}.${name}`;
  const problem = problemOf(change, given);
  if (problem !== undefined) return { refused: [conflict(problem)] };
  const draft: OpenDraft = { next: new Map(given.changes), made: new Set(given.made) };
  if (collection === 'listeners') keepDefaultListeners(draft, given);
  if (action === 'remove') {
    removeSection(draft, path, given);
    return draft;
  }
  if (action === 'make') draft.made.add(path);
  const refused: ChangeProblem[] = [];
  for (const [option, raw] of Object.entries(options)) {
    const full = `${path}.${option}`;
    const read = raw === null && findOption(full) !== undefined ? undefined : readChange(given, full, raw, true);
    if (read === undefined) draft.next.delete(full);
    else if ('message' in read) refused.push(read);
    else draft.next.set(full, read);
  }
  return refused.length > 0 ? { refused } : draft;
}

function problemOf({ collection, name, action }: SectionChange, given: Loaded): string | undefined {
  const { settings, listeners } = given;
  const path = `${collection}.${name}`;
  if (!new RegExp(`^${entryNamePattern}$`).test(name)) {
    return `${JSON.stringify(name.slice(0, 64))} is no name; allowed: up to 32 of a-z, 0-9, - and single _, beginning with a letter`;
  }
  if (collection === 'listeners' && settings.ports.length > 0) {
    return '-p says where the broker listens, which wins over all listeners; start it without -p first';
  }
  const entry = settings.entries.get(collection)?.get(name);
  const isThere = entry !== undefined || (collection === 'listeners' && listeners.some((one) => one.name === name));
  if (action === 'make') return isThere ? `there is a section ${path} already` : undefined;
  if (!isThere) return `there is no section ${path}`;
  if (action === 'change') return undefined;
  const origins = [...(entry?.all.values() ?? [])].map(({ origin }) => origin);
  const above = origins.find(({ kind }) => kind === 'environment' || kind === 'flag');
  if (above !== undefined) return `${path} is said by environment variables or flags, which win; remove it there`;
  if (collection === 'listeners' && listeners.length === 1) {
    return `${name} is the only listener; without any, the broker would open its usual ones. Make another one first`;
  }
  return undefined;
}

/** Listeners that nobody configured are there only as long as nobody configures any: the first change writes them down. */
function keepDefaultListeners({ next, made }: OpenDraft, { listeners }: Loaded): void {
  for (const { name, transport, unconfigured } of listeners) {
    if (!unconfigured) continue;
    const path = `listeners.${name}.transport`;
    made.add(`listeners.${name}`);
    next.set(path, { path, row: findOption(path)!.row, value: transport });
  }
}

function removeSection({ next, made }: OpenDraft, path: string, { settings }: Loaded): void {
  for (const option of [...next.keys()]) if (option.startsWith(`${path}.`)) next.delete(option);
  if (made.delete(path)) return;
  const { row, value } = settings.get('removed_sections');
  const removed = [...new Set([...((value as readonly string[] | undefined) ?? []), path])];
  next.set(row.name, { path: row.name, row, value: removed });
}

/**
 * What is in effect when a section of those that are given has been opened, changed or closed.
 * @param running what was in effect before
 */
export function withSection(running: Loaded, given: Loaded, { collection, name }: SectionChange): Loaded {
  const { settings } = running;
  const wanted = given.settings.entries.get(collection) ?? new Map<string, OptionValues>();
  const before = settings.entries.get(collection) ?? new Map<string, OptionValues>();
  const isKnown = (one: string): boolean =>
    one === name || before.has(one) || (collection === 'listeners' && running.listeners.some((it) => it.name === one));
  const after = new Map<string, OptionValues>();
  for (const [one, values] of wanted) {
    if (isKnown(one)) after.set(one, one === name ? values : (before.get(one) ?? values));
  }
  for (const [one, values] of before) if (one !== name && !after.has(one)) after.set(one, values);
  const { sections, ports, warnings, all } = given.settings;
  const removed = all.get('removed_sections')!;
  const entries = new Map(settings.entries).set(collection, after);
  return {
    ...running,
    settings: new Settings(new Map(settings.all).set('removed_sections', removed), entries, sections, ports, warnings),
    listeners: collection === 'listeners' ? merged(running.listeners, given.listeners, name) : running.listeners,
    sources: collection === 'access' ? merged(running.sources, given.sources, name) : running.sources,
  };
}

/** As given for the one of this name, the others as they were, in the order that is given. */
function merged<T extends { readonly name: string }>(running: readonly T[], given: readonly T[], name: string): T[] {
  const isOther = (one: T): boolean => one.name !== name;
  const kept = given.flatMap((one) => (isOther(one) ? running.filter((it) => it.name === one.name) : [one]));
  const lost = running.filter((one) => isOther(one) && !kept.some((it) => it.name === one.name));
  return [...kept, ...lost];
}
