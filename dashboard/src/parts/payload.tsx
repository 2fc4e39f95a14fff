/** What a message carries, as text where it is text, and laid out where it is JSON. */

import type { ReactNode } from 'react';
import { useText } from '../language/language.tsx';
import classes from './payload.module.css';
import { CHARACTERS_SHOWN, changedLines, type LineKind, laidOut } from './payload-text.ts';
import { Copy } from './values.tsx';

const signs: Readonly<Record<LineKind, string>> = { same: '  ', removed: '- ', added: '+ ' };

export function Payload({ text, before }: { readonly text: string; readonly before?: string }): ReactNode {
  const t = useText();
  const shown = laidOut(text.slice(0, CHARACTERS_SHOWN));
  if (text === '') return <p className={classes['note']}>{t('The message is empty')}</p>;
  const lines = before === undefined ? undefined : changedLines(laidOut(before.slice(0, CHARACTERS_SHOWN)), shown);
  return (
    <div className={classes['payload']}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable with the keyboard */}
      <pre className={classes['text']} tabIndex={0} dir="auto">
        {lines === undefined
          ? shown
          : lines.map(({ text: line, kind, number }) => (
              <span key={number} className={classes[kind]}>
                {signs[kind]}
                {line}
                {'\n'}
              </span>
            ))}
        {text.length > CHARACTERS_SHOWN ? '\n…' : ''}
      </pre>
      <span className={classes['copy']}>
        <Copy text={text} label={t('Copy the whole payload')} />
      </span>
    </div>
  );
}
