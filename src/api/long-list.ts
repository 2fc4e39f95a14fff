/**
 * The text of a long list, made a little at a time with a turn for everybody else in between: what is listed may have
 * thousands of entries, and the clients of the broker are not to wait for them.
 */

import { setImmediate as turn } from 'node:timers/promises';
import type { PageOf } from '../broker/broker.ts';

export const JSON_TYPE = 'application/json; charset=utf-8';

/** What one turn may take. */
const PIECE_MS = 1;
/** Reading the clock costs as much as an entry. */
const ENTRIES_PER_LOOK = 16;

/**
 * As JSON, in pieces that belong behind each other.
 * @param show makes what is shown of an entry, when its turn comes
 */
export async function* listPieces<T>(entries: readonly T[], show: (entry: T) => unknown): AsyncGenerator<string> {
  let text = '[';
  let begunMs = performance.now();
  for (const [index, entry] of entries.entries()) {
    text += (index === 0 ? '' : ',') + JSON.stringify(show(entry));
    if (index % ENTRIES_PER_LOOK !== 0 || performance.now() - begunMs < PIECE_MS) continue;
    yield text;
    text = '';
    await turn();
    begunMs = performance.now();
  }
  yield `${text}]`;
}

/** A page as the API gives it, which becomes text when it is sent. */
export class PageAnswer<T> {
  readonly #page: PageOf<T>;
  readonly #show: (item: T) => unknown;

  constructor(page: PageOf<T>, show: (item: T) => unknown) {
    this.#page = page;
    this.#show = show;
  }

  async *pieces(): AsyncGenerator<string> {
    const { items, next = null, total } = this.#page;
    yield '{"items":';
    yield* listPieces(items, this.#show);
    yield `,"next":${JSON.stringify(next)},"total":${total}}`;
  }
}

/** All pieces together. */
export async function joined(pieces: AsyncIterable<string>): Promise<string> {
  const all: string[] = [];
  for await (const piece of pieces) all.push(piece);
  return all.join('');
}
