/** Chinese for the texts of options, by their English form. Loaded by the views that show options. */

import { accessSentences } from './options/access.ts';
import { brokerSentences } from './options/broker.ts';
import { listenerSentences } from './options/listeners.ts';
import { partSentences } from './options/parts.ts';
import { valueTexts } from './options/values.ts';

/** What an option of a zone does without a value. */
const asAnother = /^as (\S+) says$/;

/** Undefined for a text that is not here. */
export function optionInChinese(text: string): string | undefined {
  const other = asAnother.exec(text)?.[1];
  return optionTexts.get(text) ?? (other === undefined ? undefined : `按 ${other}`);
}

export const optionTexts: ReadonlyMap<string, string> = new Map(
  [brokerSentences, listenerSentences, accessSentences, partSentences, valueTexts].flatMap(Object.entries<string>),
);
