/** All texts of the page: the English ones, by which they are looked up, and the Chinese ones. */

export { refusalInChinese, reportInChinese } from './zh/broker/broker-texts.ts';

import { sectionTexts } from './zh/sections.ts';
import { sentences } from './zh/sentences.ts';
import { settingTexts } from './zh/settings.ts';
import { words } from './zh/words.ts';

/** A text as it is written in the program, which is its English form. */
export type Text = keyof typeof words | keyof typeof sentences | keyof typeof settingTexts | keyof typeof sectionTexts;

export const zh: Readonly<Record<Text, string>> = { ...words, ...sentences, ...settingTexts, ...sectionTexts };
