/**
 * The language of the page. Texts are looked up by their English form; the Chinese ones are loaded when they are wanted.
 * A text that `zh.ts` does not have is refused by the compiler.
 */

import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from 'react';
import { loaded } from '../api/client.ts';
import type { Text } from './zh.ts';

export type { Text } from './zh.ts';
export type Language = 'en' | 'zh';
/** Values for `{name}` in a text. */
export type Values = Readonly<Record<string, string | number>>;
export type Translate = (text: Text, values?: Values) => string;

interface LanguageChoice {
  readonly language: Language;
  readonly t: Translate;
  /** What the broker reports (alarms, reasons, descriptions), in the language of the page as far as it is known there. */
  readonly report: (text: string) => string;
  /** Why the broker refused a request. */
  readonly refusal: (code: string, message: string) => string;
  choose(language: Language): void;
}

const STORAGE_KEY = 'hoopoe.language';

function wanted(): Language {
  const kept = localStorage.getItem(STORAGE_KEY);
  if (kept === 'en' || kept === 'zh') return kept;
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

/** The Chinese texts; undefined for English, which needs none. */
type Texts = typeof import('./zh.ts') | undefined;

async function load(language: Language): Promise<Texts> {
  return language === 'zh' ? await loaded(() => import('./zh.ts')) : undefined;
}

function fill(text: string, values: Values | undefined): string {
  if (values === undefined) return text;
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    return value === undefined ? whole : String(value);
  });
}

const LanguageContext = createContext<LanguageChoice | undefined>(undefined);

interface Loaded {
  readonly language: Language;
  readonly texts: Texts;
}

export function LanguageProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const [loaded, setLoaded] = useState<Loaded>();
  const choose = useCallback((language: Language) => {
    localStorage.setItem(STORAGE_KEY, language);
    void load(language).then((texts) => setLoaded({ language, texts }));
  }, []);
  useEffect(() => {
    const language = wanted();
    // Without its texts the page is at least usable in English.
    load(language).then(
      (texts) => setLoaded({ language, texts }),
      () => setLoaded({ language: 'en', texts: undefined }),
    );
  }, []);
  useEffect(() => {
    if (loaded !== undefined) document.documentElement.lang = loaded.language === 'zh' ? 'zh-CN' : 'en';
  }, [loaded]);
  const value = useMemo<LanguageChoice | undefined>(() => {
    if (loaded === undefined) return undefined;
    const { language, texts } = loaded;
    return {
      language,
      choose,
      t: (text, values) => fill(texts?.zh[text] ?? text, values),
      report: (text) => texts?.reportInChinese(text) ?? text,
      refusal: (code, message) => texts?.refusalInChinese(code, message) ?? message,
    };
  }, [loaded, choose]);
  if (value === undefined) return null;
  return <LanguageContext value={value}>{children}</LanguageContext>;
}

export function useLanguage(): LanguageChoice {
  const choice = useContext(LanguageContext);
  if (choice === undefined) throw new TypeError('useLanguage needs a LanguageProvider above it');
  return choice;
}

export function useText(): Translate {
  return useLanguage().t;
}

/** What the broker reports, in the language of the page. */
export function useReport(): LanguageChoice['report'] {
  return useLanguage().report;
}
