/** Single values: times, states, texts of clients, and the button that copies them. */

import { ActionIcon, Tooltip } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { NOTHING, useFormat } from '../language/format.ts';
import { useText } from '../language/language.tsx';
import { useNow } from './now.ts';
import classes from './values.module.css';

/** How long ago or how far off, with the exact time beside it for whoever points at it or reads with a screen reader. */
export function Time({
  at,
  isExactShown = false,
}: {
  readonly at: string | number | undefined | null;
  readonly isExactShown?: boolean;
}): ReactNode {
  const format = useFormat();
  const nowMs = useNow();
  if (at === undefined || at === null || at === '' || at === 0) return <span>{NOTHING}</span>;
  const exact = format.exact(at);
  return (
    <time className={isExactShown ? '' : classes['time']} dateTime={new Date(at).toISOString()} title={exact}>
      {format.relative(at, nowMs)}
      {isExactShown ? (
        <span className={classes['soft']}> · {exact}</span>
      ) : (
        <span className="visually-hidden">, {exact}</span>
      )}
    </time>
  );
}

export type Tone = 'good' | 'bad' | 'warn' | 'info' | 'plain';

export function Tag({ tone = 'plain', children }: { readonly tone?: Tone; readonly children: ReactNode }): ReactNode {
  return <span className={`${classes['tag']} ${classes[tone]}`}>{children}</span>;
}

/** Text that a client or an operator wrote: in a fixed width, whole in its title, never anything but text. */
export function Mono({ text, isWrapped = false }: { readonly text: string; readonly isWrapped?: boolean }): ReactNode {
  return (
    <span className={`${classes['mono']} ${isWrapped ? classes['wrapped'] : ''}`} title={text} dir="auto">
      {text}
    </span>
  );
}

/** Copying works on pages that came by plain HTTP from another machine too, where there is no clipboard interface. */
async function copy(text: string): Promise<void> {
  if (navigator.clipboard !== undefined) return navigator.clipboard.writeText(text);
  const area = document.createElement('textarea');
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}

interface CopyProps {
  readonly text: string;
  readonly label?: string;
  /** Whether it stands among the buttons of a list and not beside a text. */
  readonly isTool?: boolean;
}

export function Copy({ text, label, isTool = false }: CopyProps): ReactNode {
  const t = useText();
  const [isCopied, setCopied] = useState(false);
  const name = isCopied ? t('Copied') : (label ?? t('Copy'));
  const Icon = isCopied ? IconCheck : IconCopy;
  return (
    <Tooltip label={name}>
      <ActionIcon
        className={classes['copy'] ?? ''}
        {...(isTool ? { variant: 'default', size: '36' } : { variant: 'subtle', color: 'gray', size: 'sm' })}
        aria-label={name}
        onClick={(event) => {
          event.stopPropagation();
          void copy(text).then(() => {
            setCopied(true);
            setTimeout(() => setCopied(false), 1500);
          });
        }}
      >
        <Icon size={isTool ? 18 : 14} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}

/** Names and values, one under the other. */
export function Facts({ rows }: { readonly rows: readonly (readonly [string, ReactNode])[] }): ReactNode {
  return (
    <dl className={classes['facts']}>
      {rows.map(([name, value]) => (
        <div key={name} className={classes['fact']}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A command or another text to be copied as a whole. */
export function CodeBlock({ text }: { readonly text: string }): ReactNode {
  return (
    <div className={classes['codeBlock']}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable with the keyboard */}
      <pre tabIndex={0}>{text}</pre>
      <Copy text={text} />
    </div>
  );
}
