/** EMQX's pages, `_page` and `_limit`, made of ours, which begin behind a place. */

import type { PageOf, PageRequest } from '../../broker/broker.ts';
import { codes, type V4Answer, type V4Call, V4Failure } from './row.ts';

/** EMQX's `management.max_row_limit`, and what a page has unless told otherwise. */
const LIMIT_MAX = 10_000;
/** Whoever wants more begins to load the broker; the API of our own has pages that cost the same wherever they begin. */
const ROWS_MAX = 1_000_000;
const PIECE = 1_000;

export interface V4Page {
  readonly page: number;
  readonly limit: number;
}

/** @throws V4Failure for numbers that cannot be */
export function pageOf({ query }: V4Call, limitDefault: number = LIMIT_MAX): V4Page {
  const page = numberOf(query.get('_page'), 1, ROWS_MAX, '_page');
  const limit = Math.min(LIMIT_MAX, numberOf(query.get('_limit'), limitDefault, ROWS_MAX, '_limit'));
  if (page * limit > ROWS_MAX) {
    throw new V4Failure(codes.parameterWrong, `bad_param: _page; rows beyond ${ROWS_MAX} are not listed`);
  }
  return { page, limit };
}

function numberOf(text: string | undefined, otherwise: number, max: number, name: string): number {
  if (text === undefined || text === '') return otherwise;
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1 && number <= max) return number;
  throw new V4Failure(codes.parameterWrong, `bad_param: ${name}`);
}

/** One page of a list that gives itself in pieces. @param isFiltered EMQX does not count then */
export async function pagedAnswer<T>(
  call: V4Call,
  isFiltered: boolean,
  fetch: (request: PageRequest) => Promise<PageOf<T>>,
  show: (item: T) => unknown,
): Promise<V4Answer> {
  const { page, limit } = pageOf(call);
  let toSkip = (page - 1) * limit;
  const data: unknown[] = [];
  let count = 0;
  let hasNext = false;
  for (let cursor: string | undefined; ; ) {
    const wanted = Math.min(PIECE, toSkip + limit - data.length);
    const piece = await fetch({ limit: wanted, ...(cursor !== undefined && { cursor }) });
    count = piece.total;
    data.push(...piece.items.slice(toSkip).map(show));
    toSkip = Math.max(0, toSkip - piece.items.length);
    cursor = piece.next;
    hasNext = cursor !== undefined;
    if (cursor === undefined || data.length >= limit) break;
  }
  const meta = isFiltered ? { page, limit, count: -1, hasnext: hasNext } : { page, limit, count };
  return { code: 0, data, meta };
}

/** One page of a list that is here. */
export function listAnswer(call: V4Call, items: readonly unknown[], limitDefault?: number): V4Answer {
  const { page, limit } = pageOf(call, limitDefault);
  const data = items.slice((page - 1) * limit, page * limit);
  return { code: 0, data, meta: { page, limit, count: items.length } };
}
