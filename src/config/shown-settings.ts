/** Every option as people look at it: value, default, where the value was written, and what it decides. */

import { originText } from './error.ts';
import type { Loaded } from './load.ts';
import type { Effective } from './settings.ts';
import { valueText } from './value.ts';

export interface ShownSetting {
  readonly path: string;
  /** As an operator would write it; undefined where nothing is set. Secrets only say that they are set. */
  readonly value: string | undefined;
  readonly default: string | undefined;
  readonly isDefault: boolean;
  readonly origin: string;
  readonly sentence: string;
  readonly type: string;
  /** The values of a choice. */
  readonly allowed: readonly string[] | undefined;
  /** What happens without a value. */
  readonly unset: string | undefined;
  readonly reloadable: boolean;
  readonly secret: boolean;
}

/** Options of the broker first, then those of each named section. */
export function shownSettings({ settings }: Pick<Loaded, 'settings'>): ShownSetting[] {
  const shown = [...settings.all.values()].map(shownSetting);
  for (const entries of settings.entries.values()) {
    for (const values of entries.values()) {
      for (const effective of values.all.values()) {
        // A section has rows for every kind; those that nobody wrote say nothing.
        if (effective.origin.kind !== 'default') shown.push(shownSetting(effective));
      }
    }
  }
  return shown;
}

function shownSetting({ row, path, value, origin }: Effective): ShownSetting {
  const { type, sentence, unset, reloadable } = row;
  return {
    path,
    value: value === undefined ? undefined : valueText(type, value),
    default: row.default === undefined ? undefined : valueText(type, row.default),
    isDefault: origin.kind === 'default',
    origin: originText(origin),
    sentence,
    type: type.kind,
    allowed: type.kind === 'one-of' ? type.values : undefined,
    unset,
    reloadable,
    secret: type.kind === 'secret',
  };
}
