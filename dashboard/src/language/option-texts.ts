/** The texts of options in the language of the page. The Chinese ones are loaded when a view first shows options. */

import { useCallback, useEffect, useState } from 'react';
import { loaded } from '../api/client.ts';
import { useLanguage } from './language.tsx';

/** Gives the text itself in English, before the Chinese ones are there, and where there is none. */
export function useOptionTexts(): (text: string) => string {
  const { language } = useLanguage();
  const [inChinese, setInChinese] = useState<{ readonly of: (text: string) => string | undefined }>();
  const isWanted = language === 'zh';
  useEffect(() => {
    if (!isWanted) return;
    let isHere = true;
    // Without them the options are at least shown in English.
    loaded(() => import('./zh/options.ts')).then(
      ({ optionInChinese }) => isHere && setInChinese({ of: optionInChinese }),
      () => {},
    );
    return () => {
      isHere = false;
    };
  }, [isWanted]);
  return useCallback((text) => (isWanted ? (inChinese?.of(text) ?? text) : text), [isWanted, inChinese]);
}
