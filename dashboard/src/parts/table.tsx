/** A table with a header that stays, columns that can be hidden, and figures in line. */

import { ActionIcon, Menu, Tooltip } from '@mantine/core';
import { IconArrowDown, IconArrowsSort, IconArrowUp, IconColumns3 } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { useText } from '../language/language.tsx';
import classes from './table.module.css';

export interface Column<T> {
  readonly key: string;
  readonly title: string;
  readonly render: (row: T) => ReactNode;
  /** The same as text, for the filter and for copying. */
  readonly text?: (row: T) => string;
  /** What the list is sorted by when the header is clicked; not sortable unless given. */
  readonly sortBy?: string;
  readonly isNumeric?: boolean;
  /** Whether it is left out until somebody asks for it. */
  readonly isExtra?: boolean;
  /** Whether it takes the room that is left and cuts what does not fit. */
  readonly isWide?: boolean;
  /** Whether it is read as a sentence: it takes the room that is left and goes on in further lines. */
  readonly isText?: boolean;
}

export interface Sorting {
  readonly by: string;
  readonly isDescending: boolean;
  change(by: string): void;
}

interface TableProps<T> {
  /** What the table holds, for screen readers. */
  readonly label: string;
  readonly columns: readonly Column<T>[];
  readonly rows: readonly T[];
  readonly rowKey: (row: T) => string | number;
  readonly sorting?: Sorting;
  /** Whether the rows belong to an older question. */
  readonly isStale?: boolean;
  /** Whether cells have several lines. */
  readonly isRoomy?: boolean;
  /** Whether each row becomes a card on a phone, so that what can be done to it is in sight. */
  readonly isCards?: boolean;
}

export function Table<T>(props: TableProps<T>): ReactNode {
  const { label, columns, rows, rowKey, sorting, isStale = false, isRoomy = false, isCards = isRoomy } = props;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable with the keyboard
    <div className={classes['scroll']} role="group" aria-label={label} tabIndex={0}>
      <table
        className={`${classes['table']} ${isRoomy ? classes['roomy'] : ''} ${isCards ? classes['cards'] : ''}`}
        data-stale={isStale || undefined}
        aria-busy={isStale}
      >
        <thead>
          <tr>
            {columns.map((column) => (
              <HeaderCell key={column.key} column={column} sorting={sorting} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)}>
              {columns.map((column) => (
                <td key={column.key} className={cellClass(column)} {...(isCards && { 'data-title': column.title })}>
                  {column.render(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function cellClass<T>({ title, isNumeric = false, isWide = false, isText = false }: Column<T>): string {
  if (title === '') return classes['last'] ?? '';
  return [isNumeric && 'numeric', (isWide || isText) && 'wide', isText && 'text']
    .map((name) => (name === false ? '' : classes[name]))
    .join(' ');
}

function HeaderCell<T>({
  column,
  sorting,
}: {
  readonly column: Column<T>;
  readonly sorting: Sorting | undefined;
}): ReactNode {
  const { title, sortBy } = column;
  if (title === '') {
    return (
      <th scope="col" className={classes['last']}>
        <Unnamed />
      </th>
    );
  }
  if (sortBy === undefined || sorting === undefined) {
    return (
      <th scope="col" className={cellClass(column)}>
        {title}
      </th>
    );
  }
  const isSorted = sorting.by === sortBy;
  const Icon = isSorted ? (sorting.isDescending ? IconArrowDown : IconArrowUp) : IconArrowsSort;
  return (
    <th
      scope="col"
      className={cellClass(column)}
      aria-sort={isSorted ? (sorting.isDescending ? 'descending' : 'ascending') : 'none'}
    >
      <button type="button" className={classes['sort']} onClick={() => sorting.change(sortBy)}>
        {title}
        <Icon size={14} aria-hidden className={isSorted ? '' : classes['faint']} />
      </button>
    </th>
  );
}

function Unnamed(): ReactNode {
  const t = useText();
  return <span className="visually-hidden">{t('Actions')}</span>;
}

/** Which columns are shown; kept in this browser. */
export function useColumns<T>(
  id: string,
  columns: readonly Column<T>[],
): { readonly shown: readonly Column<T>[]; readonly isShown: (key: string) => boolean; toggle(key: string): void } {
  const storageKey = `hoopoe.columns.${id}`;
  const [toggled, setToggled] = useState<readonly string[]>(() => (localStorage.getItem(storageKey) ?? '').split(','));
  const isShown = (key: string): boolean => {
    const column = columns.find((one) => one.key === key);
    return (column?.isExtra !== true) !== toggled.includes(key);
  };
  return {
    shown: columns.filter(({ key }) => isShown(key)),
    isShown,
    toggle(key) {
      const next = toggled.includes(key) ? toggled.filter((one) => one !== key) : [...toggled, key];
      localStorage.setItem(storageKey, next.join(','));
      setToggled(next);
    },
  };
}

interface ColumnsMenuProps<T> {
  readonly columns: readonly Column<T>[];
  readonly isShown: (key: string) => boolean;
  readonly toggle: (key: string) => void;
}

export function ColumnsMenu<T>({ columns, isShown, toggle }: ColumnsMenuProps<T>): ReactNode {
  const t = useText();
  return (
    <Menu closeOnItemClick={false} position="bottom-end" withinPortal={false} withInitialFocusPlaceholder={false}>
      <Menu.Target>
        <Tooltip label={t('Columns')}>
          <ActionIcon variant="default" size="36" aria-label={t('Columns')}>
            <IconColumns3 size={18} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        {columns
          .slice(1)
          .filter(({ title }) => title !== '')
          .map(({ key, title }) => (
            <Menu.CheckboxItem key={key} checked={isShown(key)} onChange={() => toggle(key)}>
              {title}
            </Menu.CheckboxItem>
          ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** The rows as text that spreadsheets take. */
export function asTabSeparated<T>(columns: readonly Column<T>[], rows: readonly T[]): string {
  const withText = columns.filter(({ text }) => text !== undefined);
  const clean = (value: string): string => value.replaceAll(/[\t\r\n]+/g, ' ');
  const lines = rows.map((row) => withText.map(({ text }) => clean(text?.(row) ?? '')).join('\t'));
  return [withText.map(({ title }) => title).join('\t'), ...lines].join('\n');
}
