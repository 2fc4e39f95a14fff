/** Lists with search, filters, sorting, columns and copying. What is looked for stands in the address. */

import { Button, CloseButton, TextInput } from '@mantine/core';
import { IconChevronLeft, IconChevronRight, IconSearch } from '@tabler/icons-react';
import { type ReactNode, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { queryOf } from '../api/client.ts';
import type { List } from '../api/types.ts';
import { type Query, useQuery } from '../api/use-query.ts';
import { useFormat } from '../language/format.ts';
import { useText } from '../language/language.tsx';
import { setParams, useParam } from '../router/router.tsx';
import classes from './list.module.css';
import { Failure, Loading } from './states.tsx';
import { asTabSeparated, type Column, ColumnsMenu, type Sorting, Table, useColumns } from './table.tsx';
import { Copy } from './values.tsx';

const DEBOUNCE_MS = 100;

/** A field whose text goes into the address a moment after the last key. */
export function SearchField({ param = 'q', label }: { readonly param?: string; readonly label: string }): ReactNode {
  const t = useText();
  const [kept] = useParam(param);
  const [typed, setTyped] = useState(kept);
  const sent = useRef(kept);
  useEffect(() => {
    // Somebody went back, or followed a link: the field follows the address.
    if (kept !== sent.current) {
      sent.current = kept;
      setTyped(kept);
    }
  }, [kept]);
  useEffect(() => {
    if (typed === sent.current) return;
    const timer = setTimeout(() => {
      sent.current = typed;
      setParams({ [param]: typed, cursor: '' });
    }, DEBOUNCE_MS);
    return () => clearTimeout(timer);
  }, [typed, param]);
  return (
    <TextInput
      className={classes['search'] ?? ''}
      type="search"
      aria-label={label}
      placeholder={label}
      leftSection={<IconSearch size={16} aria-hidden />}
      rightSection={
        typed === '' ? null : <CloseButton size="sm" aria-label={t('Clear the search')} onClick={() => setTyped('')} />
      }
      value={typed}
      onChange={(event) => setTyped(event.currentTarget.value)}
    />
  );
}

/** Sorting that stands in the address; a second click turns it round. */
function useSorting(initial: string): Sorting {
  const [by] = useParam('sort', initial);
  const [order] = useParam('order', 'asc');
  return {
    by,
    isDescending: order === 'desc',
    change: (next) => {
      const isDescending = next === by && order !== 'desc';
      setParams({ sort: next === initial ? '' : next, order: isDescending ? 'desc' : '', cursor: '' });
    },
  };
}

interface ListProps<T> {
  /** Names the list where its columns are remembered. */
  readonly id: string;
  readonly label: string;
  readonly searchLabel: string;
  readonly columns: readonly Column<T>[];
  readonly rowKey: (row: T) => string | number;
  readonly empty: ReactNode;
  /** Fields beside the search. */
  readonly filters?: ReactNode;
  /** Whether cells have several lines. */
  readonly isRoomy?: boolean;
  /** Whether each row becomes a card on a phone, so that what can be done to it is in sight. */
  readonly isCards?: boolean;
}

interface ServerListProps<T> extends ListProps<T> {
  readonly path: string;
  /** Further conditions. */
  readonly where?: Readonly<Record<string, string | undefined>>;
  readonly sort?: string;
  readonly everySeconds?: number;
  /** Changes when something was done that the list has to show at once. */
  readonly version?: number;
  /** Whether the broker cannot search this list, so that the page that is here is searched. */
  readonly isSearchedHere?: boolean;
}

const PAGE_ROWS = 50;

/** A list that the broker searches, sorts and cuts into pages. */
export function ServerList<T>(props: ServerListProps<T>): ReactNode {
  const { path, where = {}, sort, everySeconds = 5, version = 0, columns, isSearchedHere = false } = props;
  const [search] = useParam('q');
  const [cursor] = useParam('cursor');
  const sorting = useSorting(sort ?? '');
  const query = useQuery<List<T>>(
    path +
      queryOf({
        limit: PAGE_ROWS,
        search: isSearchedHere ? undefined : search,
        cursor,
        ...where,
        ...(sort !== undefined && { sort: sorting.by, order: sorting.isDescending ? 'desc' : 'asc' }),
      }),
    everySeconds,
  );
  const { reload } = query;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new version asks again
  useEffect(reload, [version]);
  const items = query.data?.items ?? [];
  const rows = isSearchedHere ? searched(items, columns, search.toLowerCase()) : items;
  return (
    <ListFrame {...props} query={query} rows={rows} {...(sort !== undefined && { sorting })}>
      <Pager query={query} />
    </ListFrame>
  );
}

function Pager<T>({ query }: { readonly query: Query<List<T>> }): ReactNode {
  const t = useText();
  const format = useFormat();
  const [cursor] = useParam('cursor');
  const next = query.data?.next ?? undefined;
  const total = query.data?.total ?? undefined;
  const count = query.data?.items.length ?? 0;
  const counted = { count: format.number(count), total: format.number(total) };
  return (
    <div className={classes['pager']}>
      <span role="status">
        {count > 0 && (total === undefined ? t('{count} on this page', counted) : t('{count} of {total}', counted))}
      </span>
      {(cursor !== '' || next !== undefined) && (
        <span className={classes['pages']}>
          <Button
            size="xs"
            variant="default"
            disabled={cursor === ''}
            leftSection={<IconChevronLeft size={14} aria-hidden />}
            onClick={() => setParams({ cursor: '' }, { replace: false })}
          >
            {t('First page')}
          </Button>
          <Button
            size="xs"
            variant="default"
            disabled={next === undefined || query.isStale}
            rightSection={<IconChevronRight size={14} aria-hidden />}
            onClick={() => setParams({ cursor: String(next) }, { replace: false })}
          >
            {t('Next page')}
          </Button>
        </span>
      )}
    </div>
  );
}

/** Rows in whose texts this occurs. @param wanted in small letters */
function searched<T>(rows: readonly T[], columns: readonly Column<T>[], wanted: string): readonly T[] {
  if (wanted === '') return rows;
  return rows.filter((row) => columns.some(({ text }) => text?.(row).toLowerCase().includes(wanted)));
}

interface LocalListProps<T> extends ListProps<T> {
  readonly query: Query<List<T>>;
  readonly sort?: string;
}

/** A list that is here as a whole: searched in the page, in the texts of its columns. */
export function LocalList<T>(props: LocalListProps<T>): ReactNode {
  const { query, columns, sort } = props;
  const format = useFormat();
  const t = useText();
  const [search] = useParam('q');
  const wanted = useDeferredValue(search.toLowerCase());
  const sorting = useSorting(sort ?? '');
  const items = query.data?.items;
  const rows = useMemo(() => {
    const found = searched(items ?? [], columns, wanted);
    const column = columns.find(({ sortBy }) => sortBy !== undefined && sortBy === sorting.by);
    if (column?.text === undefined) return found;
    const collator = new Intl.Collator(undefined, { numeric: true });
    const sorted = [...found].sort((one, other) =>
      collator.compare(column.text?.(one) ?? '', column.text?.(other) ?? ''),
    );
    return sorting.isDescending ? sorted.reverse() : sorted;
  }, [items, wanted, columns, sorting.by, sorting.isDescending]);
  return (
    <ListFrame {...props} rows={rows} sorting={sorting}>
      <div className={classes['pager']}>
        <span role="status">
          {items !== undefined &&
            items.length > 0 &&
            t('{count} of {total}', { count: format.number(rows.length), total: format.number(items.length) })}
        </span>
      </div>
    </ListFrame>
  );
}

interface ListFrameProps<T> extends ListProps<T> {
  readonly query: Query<List<T>>;
  readonly rows: readonly T[];
  readonly sorting?: Sorting;
  readonly children: ReactNode;
}

function ListFrame<T>(props: ListFrameProps<T>): ReactNode {
  const {
    id,
    label,
    searchLabel,
    columns,
    rowKey,
    empty,
    filters,
    isRoomy = false,
    isCards = isRoomy,
    query,
    rows,
    sorting,
    children,
  } = props;
  const t = useText();
  const { shown, isShown, toggle } = useColumns(id, columns);
  return (
    <div className={classes['list']}>
      <div className={classes['controls']}>
        <SearchField label={searchLabel} />
        {filters}
        <span className={classes['tools']}>
          <Copy isTool text={asTabSeparated(shown, rows)} label={t('Copy the rows')} />
          <ColumnsMenu columns={columns} isShown={isShown} toggle={toggle} />
        </span>
      </div>
      {query.error !== undefined && <Failure error={query.error} retry={query.reload} />}
      {rows.length > 0 && (
        <Table
          label={label}
          columns={shown}
          rows={rows}
          rowKey={rowKey}
          isStale={query.isStale}
          isRoomy={isRoomy}
          isCards={isCards}
          {...(sorting !== undefined && { sorting })}
        />
      )}
      {rows.length === 0 && query.data !== undefined && empty}
      {query.data === undefined && query.error === undefined && <Loading />}
      {query.data !== undefined && children}
    </div>
  );
}
