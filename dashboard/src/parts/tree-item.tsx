/**
 * The frame of a tree of topics, and one line of it. Used with the keyboard as trees are: up and down, right to open,
 * left to close, Enter to choose.
 */

import { IconChevronRight } from '@tabler/icons-react';
import type { KeyboardEvent, ReactNode } from 'react';
import { useFormat } from '../language/format.ts';
import { useText } from '../language/language.tsx';
import classes from './topic-tree.module.css';

export function TreeFrame({ label, children }: { readonly label: string; readonly children: ReactNode }): ReactNode {
  return (
    <div className={classes['tree']} role="tree" aria-label={label} onKeyDown={moveFocus} tabIndex={-1}>
      {children}
    </div>
  );
}

interface TreeItemProps {
  readonly level: string;
  /** From 1. */
  readonly depth: number;
  readonly count: number;
  /** Whether there is something on exactly this topic. */
  readonly isLeaf: boolean;
  readonly hasChildren: boolean;
  readonly isOpen: boolean;
  readonly isChosen: boolean;
  /** Said after the name. */
  readonly value?: string;
  readonly choose: () => void;
  readonly toggle: (isOpen: boolean) => void;
}

export function TreeItem(props: TreeItemProps): ReactNode {
  const { level, depth, count, isLeaf, hasChildren, isOpen, isChosen, value, choose, toggle } = props;
  const t = useText();
  const format = useFormat();
  return (
    <div
      role="treeitem"
      className={classes['item']}
      aria-level={depth}
      aria-selected={isChosen}
      {...(hasChildren && { 'aria-expanded': isOpen })}
      tabIndex={0}
      style={{ paddingLeft: 6 + Math.min(depth - 1, 30) * 18 }}
      onClick={() => {
        choose();
        if (hasChildren && (isChosen || !isOpen)) toggle(!isOpen);
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter' || event.key === ' ') choose();
        else if (event.key === 'ArrowRight' && hasChildren && !isOpen) toggle(true);
        else if (event.key === 'ArrowLeft' && isOpen) toggle(false);
        else return;
        event.preventDefault();
        event.stopPropagation();
      }}
    >
      <IconChevronRight
        size={14}
        aria-hidden
        className={`${classes['arrow']} ${isOpen ? classes['open'] : ''} ${hasChildren ? '' : classes['none']}`}
      />
      <span className={classes['level']} dir="auto">
        {level === '' ? <i>{t('(empty level)')}</i> : level}
      </span>
      {value !== undefined && <span className={classes['value']}>= {value}</span>}
      {hasChildren && count > 0 && <span className={classes['count']}>{format.number(count)}</span>}
      {isLeaf && <span className={classes['leaf']} title={t('There is a message on exactly this topic')} />}
    </div>
  );
}

/** Up, down, and left to the parent; opening and closing is the item's own. */
function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>('[role=treeitem]')];
  const at = items.indexOf(document.activeElement as HTMLElement);
  const current = items[at];
  if (current === undefined) return;
  let next: HTMLElement | undefined;
  if (event.key === 'ArrowDown' || event.key === 'ArrowRight') next = items[at + 1];
  else if (event.key === 'ArrowUp') next = items[at - 1];
  else if (event.key === 'Home') next = items[0];
  else if (event.key === 'End') next = items.at(-1);
  else if (event.key === 'ArrowLeft') {
    const depth = Number(current.ariaLevel);
    next = items.slice(0, at).findLast((one) => Number(one.ariaLevel) < depth);
  } else return;
  event.preventDefault();
  next?.focus();
}
