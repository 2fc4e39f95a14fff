/**
 * One page of a long list that is in no order: of all that is offered, the first few behind a given place. Needs no
 * more memory than the page, whatever is offered. The place is told as a text that people pass around and may change,
 * so it is believed in nothing.
 */

import { InvalidRequest } from '../invalid-request.ts';

/** What a list is ordered by; `id` decides between equals and is unique. */
export interface Place {
  readonly key: string | number;
  readonly id: string;
}

export interface PageRequest {
  /** Behind which place the page begins: `next` of the page before it. */
  readonly cursor?: string | undefined;
  /** Items on the page; 50 unless given, at most 1,000. */
  readonly limit?: number | undefined;
  readonly order?: 'asc' | 'desc' | undefined;
}

export interface PageOf<T> {
  readonly items: readonly T[];
  /** Where the next page begins; undefined on the last. */
  readonly next: string | undefined;
  /** Of all pages together. */
  readonly total: number;
}

const LIMIT_DEFAULT = 50;
const LIMIT_MAX = 1_000;
const CURSOR_LENGTH_MAX = 200_000;

export class PageBuilder<T> {
  readonly #limit: number;
  readonly #isDescending: boolean;
  readonly #after: Place | undefined;
  readonly #places: Place[] = [];
  readonly #items: T[] = [];
  #offered = 0;
  #hasMore = false;

  /** @throws InvalidRequest for a limit or cursor that cannot be */
  constructor({ cursor, limit = LIMIT_DEFAULT, order = 'asc' }: PageRequest) {
    if (!Number.isInteger(limit) || limit < 1 || limit > LIMIT_MAX) {
      throw new InvalidRequest(`Got a limit of ${limit} items; allowed: 1 to ${LIMIT_MAX}`);
    }
    this.#limit = limit;
    this.#isDescending = order === 'desc';
    this.#after = cursor === undefined ? undefined : placeOf(cursor);
  }

  /** Everything that belongs to the list is offered, in any order. */
  offer(key: string | number, id: string, item: T): void {
    this.#offered++;
    const place = { key, id };
    if (this.#after !== undefined && this.#compare(place, this.#after) <= 0) return;
    const places = this.#places;
    if (places.length === this.#limit) {
      this.#hasMore = true;
      if (this.#compare(place, places.at(-1)!) >= 0) return;
      places.pop();
      this.#items.pop();
    }
    const at = this.#position(place);
    places.splice(at, 0, place);
    this.#items.splice(at, 0, item);
  }

  #position(place: Place): number {
    let low = 0;
    let high = this.#places.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#compare(this.#places[middle]!, place) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #compare(a: Place, b: Place): number {
    const ascending = compare(a.key, b.key) || compare(a.id, b.id);
    return this.#isDescending ? -ascending : ascending;
  }

  /** Items on the page so far. */
  get length(): number {
    return this.#places.length;
  }

  /** @param show makes what is shown of an item; undefined leaves out what is gone by now */
  page<S>(show: (item: T) => S | undefined): PageOf<S> {
    const last = this.#places.at(-1);
    return {
      items: this.#items.map(show).filter((item): item is Exclude<typeof item, undefined> => item !== undefined),
      next: this.#hasMore && last !== undefined ? cursorOf(last) : undefined,
      total: this.#offered,
    };
  }
}

/** Numbers before texts, so that a cursor of another list does no harm. */
function compare(a: string | number, b: string | number): number {
  if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

function cursorOf({ key, id }: Place): string {
  return Buffer.from(JSON.stringify([key, id])).toString('base64url');
}

function placeOf(cursor: string): Place {
  try {
    if (cursor.length <= CURSOR_LENGTH_MAX) {
      const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
      if (Array.isArray(parts) && parts.length === 2) {
        const [key, id] = parts as unknown[];
        if ((typeof key === 'string' || typeof key === 'number') && typeof id === 'string') return { key, id };
      }
    }
  } catch {
    // Whatever it is, it is no cursor.
  }
  throw new InvalidRequest('Got a cursor that no list has given out; begin again without one');
}
