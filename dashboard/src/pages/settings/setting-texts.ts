/** What is said of options in words: what may be entered, what nothing means, why something cannot be changed here. */

import { useMemo } from 'react';
import type { Problem } from '../../api/client.ts';
import type { Setting } from '../../api/types.ts';
import type { Format } from '../../language/format.ts';
import { type Text, type Translate, useLanguage } from '../../language/language.tsx';
import { useOptionTexts } from '../../language/option-texts.ts';

const fixedTexts: Readonly<Record<NonNullable<Setting['fixed']>, Text>> = {
  path: 'It names a file of the machine, which is said in the configuration alone.',
  overruled: 'A flag or an environment variable says it, which overrules what is changed here.',
  process: 'It says where the broker keeps things or who it runs as, which is said in the configuration alone.',
  code: 'It names a program that would be loaded, which is said in the configuration alone.',
};

export interface SettingTexts {
  sentence(setting: Setting): string;
  /** What happens without a value; undefined where nothing is to be said. */
  unset(setting: Setting): string | undefined;
  /** What may be entered. */
  allowed(setting: Setting): string;
  /** Why it cannot be changed here. */
  fixed(setting: Setting): string;
  origin(setting: Setting): string;
  problem(problem: Problem, setting: Setting | undefined): string;
}

/** What is allowed besides being a text or a list at all. */
function ruleOf(allowedText: string): string {
  if (['a text without control characters', 'a list of texts'].includes(allowedText)) return '';
  return allowedText.replace('a list; each entry ', '');
}

/** Makes the texts for one language. @param option the text of an option in it */
function makeTexts(
  t: Translate,
  format: Format,
  option: (text: string) => string,
  refusal: (code: string, message: string) => string,
  isEnglish: boolean,
): SettingTexts {
  const bound = (type: string, value: number): string => {
    if (type === 'size') return format.bytes(value);
    return type === 'duration' ? format.duration(value) : format.number(value);
  };
  const allowed = ({ type, min, max, zero, unit, allowedText = '' }: Setting): string => {
    const parts: string[] = [];
    if (min !== undefined && max !== undefined) {
      const isEndless = max >= Number.MAX_SAFE_INTEGER || (type === 'duration' && max >= 4_294_967_295);
      const bounds = { min: bound(type, min), max: bound(type, max) };
      parts.push(isEndless ? t('{min} or more', bounds) : t('{min} to {max}', bounds));
      if (unit !== undefined) parts[0] += ` ${option(unit)}`;
    } else if (type === 'string' || type === 'list') parts.push(option(ruleOf(allowedText)));
    if (zero !== undefined) parts.push(t('0 means: {meaning}', { meaning: option(zero) }));
    return parts.filter((one) => one !== '').join(' · ');
  };
  return {
    sentence: ({ sentence }) => option(sentence),
    unset: ({ unset }) => (unset === undefined ? undefined : option(unset)),
    allowed,
    fixed: ({ fixed }) => (fixed === undefined ? '' : t(fixedTexts[fixed])),
    // The folder stands in the title.
    origin: ({ origin }) => (origin === 'default' ? t('the default') : origin.replace(/^\/.*\//, '')),
    problem: (problem, setting) => {
      if (isEnglish || problem.code !== 'wrong_value' || setting === undefined) {
        // The field beside which it stands says already what it is about.
        return refusal(problem.code, problem.message.replace(`${problem.path}: `, ''));
      }
      const may = setting.allowed?.join(', ') ?? allowed(setting);
      return may === ''
        ? refusal(problem.code, problem.message)
        : t('This value does not fit. Allowed: {allowed}', { allowed: may });
    },
  };
}

export function useSettingTexts(format: Format): SettingTexts {
  const { t, language, refusal } = useLanguage();
  const option = useOptionTexts();
  return useMemo(
    () => makeTexts(t, format, option, refusal, language === 'en'),
    [t, format, option, refusal, language],
  );
}

/** What an option belongs to: its section, or the listener, source, bridge or plugin by its name. */
export function groupOf(path: string): string {
  const [first = '', second, third] = path.split('.', 3);
  if (second === undefined) return 'general';
  const isNamed = ['listeners', 'zones', 'access', 'bridges', 'plugins'].includes(first) && third !== undefined;
  return isNamed ? `${first}.${second}` : first;
}
