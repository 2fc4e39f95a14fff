/** Every option as people look at it: value, default, where the value was written, what it decides and how to change it. */

import type { OptionRow, OptionType, OptionValue } from '../../ports/option.ts';
import type { Collection } from '../collections.ts';
import { defaultOrigin, originText } from '../error.ts';
import type { Loaded } from '../load.ts';
import type { Effective, OptionValues } from '../settings.ts';
import { allowedText, valueText } from '../value.ts';
import { type FixedReason, fixedReason } from './kept-changes.ts';

export interface ShownSetting {
  readonly path: string;
  /** In effect, as an operator would write it; undefined where nothing is set. Secrets only say that they are set. */
  readonly value: string | undefined;
  /** The entries of a list. */
  readonly values: readonly string[] | undefined;
  /** A count, bytes or seconds. */
  readonly number: number | undefined;
  readonly default: string | undefined;
  readonly isDefault: boolean;
  readonly origin: string;
  readonly sentence: string;
  readonly type: string;
  /** The values of a choice. */
  readonly allowed: readonly string[] | undefined;
  /** What may be written, for people. */
  readonly allowedText: string;
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly unit: string | undefined;
  /** What 0 means where it does not mean nothing at all. */
  readonly zero: string | undefined;
  /** What happens without a value. */
  readonly unset: string | undefined;
  readonly reloadable: boolean;
  readonly secret: boolean;
  /** Whether it was changed at run time, so that this can be taken back. */
  readonly changed: boolean;
  /** What will hold after a restart where that is another value; null for none. */
  readonly pending: string | null | undefined;
  readonly editable: boolean;
  /** Why it cannot be changed at run time. */
  readonly fixed: FixedReason | 'overruled' | undefined;
}

/** Options of the broker first, then those of each named section that fit what it is. */
export function shownSettings(started: Loaded, given: Loaded): ShownSetting[] {
  const shown = (before: OptionValues, now: OptionValues, fits: (row: OptionRow) => boolean): ShownSetting[] =>
    [...now.all]
      .filter(([, { row, origin }]) => origin.kind !== 'default' || fits(row))
      .map(([name, effective]) => shownSetting(before.get(name), effective, given));
  const items = shown(started.settings, given.settings, () => true);
  for (const [collection, sections] of given.settings.entries) {
    for (const [name, now] of sections) {
      const before = started.settings.entries.get(collection)?.get(name);
      // A section that came with a reload is not there yet.
      if (before !== undefined) items.push(...shown(before, now, fitting(collection, name, given)));
    }
  }
  return items;
}

/**
 * The options of a section that there is not yet, as they are by default; paths have `NAME` for its name.
 * @param kind of an access source, or the transport of a listener; it means nothing to a bridge
 */
export function blankSettings(collection: Collection, kind: string, given: Loaded): ShownSetting[] {
  const fits = rowsOfKind(collection.name, kind);
  return collection.rows.filter(fits).map((row) => {
    const path = `${collection.name}.NAME.${row.name}`;
    const effective = { row, path, value: row.default, origin: defaultOrigin };
    return shownSetting(effective, effective, given);
  });
}

/** Which rows mean something to a section: those of its transport, or of its kind. */
function fitting(collection: string, name: string, { listeners, sources }: Loaded): (row: OptionRow) => boolean {
  if (collection === 'listeners') {
    return rowsOfKind(collection, listeners.find((listener) => listener.name === name)?.transport);
  }
  return rowsOfKind(collection, sources.find((source) => source.name === name)?.kind);
}

function rowsOfKind(collection: string, kind: string | undefined): (row: OptionRow) => boolean {
  if (collection === 'listeners') {
    return ({ transports }) =>
      kind !== undefined && (transports as readonly string[] | undefined)?.includes(kind) !== false;
  }
  if (collection !== 'access') return () => true;
  return ({ name: row }) => kind !== undefined && (!row.includes('.') || row.startsWith(`${kind}.`));
}

function shownSetting(before: Effective, now: Effective, given: Loaded): ShownSetting {
  const { row, path } = now;
  const { type, sentence, unset, unit, zero, reloadable } = row;
  const { value, origin } = reloadable ? now : before;
  const isPending = JSON.stringify(value) !== JSON.stringify(now.value);
  const fixed = fixedReason(path, row) ?? (isOverruled(given, now) ? 'overruled' : undefined);
  return {
    path,
    value: textOf(type, value),
    values: type.kind === 'list' ? (value as readonly string[] | undefined) : undefined,
    number: typeof value === 'number' ? value : undefined,
    default: textOf(type, row.default),
    isDefault: origin.kind === 'default',
    origin: originText(origin),
    sentence,
    type: type.kind,
    allowed: type.kind === 'one-of' ? type.values : undefined,
    allowedText: allowedText(type),
    min: 'min' in type ? type.min : undefined,
    max: 'max' in type ? type.max : undefined,
    unit,
    zero,
    unset,
    reloadable,
    secret: type.kind === 'secret',
    changed: given.changes.has(path),
    pending: isPending ? (textOf(type, now.value) ?? null) : undefined,
    editable: fixed === undefined,
    fixed,
  };
}

function textOf(type: OptionType, value: OptionValue | undefined): string | undefined {
  return value === undefined ? undefined : valueText(type, value);
}

/** Whether a flag or a variable says it, or `-p` stands for all listeners, so that a change would do nothing. */
export function isOverruled({ settings }: Pick<Loaded, 'settings'>, { path, origin }: Effective): boolean {
  return (
    origin.kind === 'environment' ||
    origin.kind === 'flag' ||
    (settings.ports.length > 0 && path.startsWith('listeners.'))
  );
}
