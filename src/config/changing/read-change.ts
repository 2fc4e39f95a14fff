/** From what an operator wants of one option to a value that can be kept, or to what is wrong with it. */

import { findOption, unknownOptionText } from '../catalog.ts';
import { defaultOrigin, originText } from '../error.ts';
import type { Loaded } from '../load.ts';
import type { Assignment } from '../reading.ts';
import type { Effective, Settings } from '../settings.ts';
import { allowedText, quoted, readValue } from '../value.ts';
import { fixedReason, fixedTexts } from './kept-changes.ts';
import { isOverruled } from './shown-settings.ts';

export interface ChangeProblem {
  /** Left out where no option alone is to blame. */
  readonly path?: string;
  readonly code: 'unknown_option' | 'wrong_value' | 'not_editable' | 'overruled' | 'conflict' | 'not_open';
  readonly message: string;
  readonly allowedText?: string;
}

export interface ChangeResult {
  readonly path: string;
  /** `unchanged`: the broker runs with this value already. */
  readonly outcome: 'applied' | 'needs_restart' | 'unchanged';
  /** As an operator would write it; left out for no value. */
  readonly value?: string;
}

/** @param isNew whether the option may be of a section that there is not yet */
export function readChange(
  given: Pick<Loaded, 'settings'>,
  path: string,
  raw: unknown,
  isNew: boolean = false,
): Assignment | ChangeProblem {
  const option = findOption(path);
  if (option === undefined)
    return { path: path.slice(0, 200), code: 'unknown_option', message: unknownOptionText(path, quoted(path)) };
  const { row, entry } = option;
  const held =
    effectiveOf(given.settings, path) ?? (isNew ? { row, path, value: row.default, origin: defaultOrigin } : undefined);
  if (held === undefined) {
    const message = `the configuration has no ${entry?.collection.entry} ${entry?.name}; make it first`;
    return { path, code: 'unknown_option', message };
  }
  const fixed = fixedReason(path, row);
  if (fixed !== undefined) return { path, code: 'not_editable', message: `${path} ${fixedTexts[fixed]}` };
  if (isOverruled(given, held)) {
    const isSaidBelow = held.origin.kind === 'environment' || held.origin.kind === 'flag';
    const by = isSaidBelow ? originText(held.origin) : '-p';
    return { path, code: 'overruled', message: `${path} is said by ${by}, which wins; change it there` };
  }
  const reading = readValue(row.type, raw, '');
  if ('value' in reading) return { ...option, path, value: reading.value, origin: held.origin };
  return { path, code: 'wrong_value', message: `${path}: ${reading.problem}`, allowedText: allowedText(row.type) };
}

/** Undefined where there is no such option, or no such section. */
export function effectiveOf(settings: Settings, path: string): Effective | undefined {
  const option = findOption(path);
  if (option === undefined) return undefined;
  const { row, entry } = option;
  if (entry === undefined) return settings.get(row.name);
  return settings.entries.get(entry.collection.name)?.get(entry.name)?.get(row.name);
}

export function conflict(message: string, path?: string): ChangeProblem {
  return { ...(path !== undefined && { path }), code: 'conflict', message };
}
