/**
 * Walks the trees of a data file and sees whether they are whole: every page where it should be, no page used twice or
 * free and used at once, every node inside its page, keys in order, and as many of everything as the meta page says.
 * What passes can be opened without danger to the process. Values are given to whoever wants to compare them.
 */

import { FIRST_DATA_PAGE, type Meta, PAGE_HEADER_BYTES, type PageFile, type TreeRoot, wide } from './page-file.ts';

const PAGE_BRANCH = 0x01;
const PAGE_LEAF = 0x02;
const PAGE_OVERFLOW = 0x04;
/** Higher bits are notes of the engine to itself. */
const PAGE_KINDS = 0x7f;
const NODE_HEADER_BYTES = 8;
/** The value lies on pages of its own. */
const NODE_OVERFLOW = 0x01;
/** Where such a value lies: page, transaction, number of pages. */
const OVERFLOW_NOTE_BYTES = 24;
/** More levels than the engine can descend. */
const DEPTH_MAX = 32;
/** A transaction may take pages at the end of the file and free them again without ever writing them. */
const UNWRITTEN_BYTES_MAX = 2 ** 32;

export type EntryVisitor = (key: Buffer, sealed: Buffer) => void;

/** A page to look at, and between which keys its own must lie: from `low`, and below `high`. */
interface Visit {
  readonly page: number;
  readonly level: number;
  readonly low: Buffer | undefined;
  readonly high: Buffer | undefined;
}

class TreeWalk {
  branchPages = 0;
  leafPages = 0;
  overflowPages = 0;
  entries = 0;
  readonly #file: PageFile;
  readonly #meta: Meta;
  readonly #tree: TreeRoot;
  readonly #used: Uint8Array;
  readonly #isFreeTree: boolean;
  readonly #visitor: EntryVisitor | undefined;

  constructor(
    file: PageFile,
    tree: TreeRoot,
    used: Uint8Array,
    isFreeTree: boolean,
    visitor: EntryVisitor | undefined,
  ) {
    this.#file = file;
    this.#meta = file.meta;
    this.#tree = tree;
    this.#used = used;
    this.#isFreeTree = isFreeTree;
    this.#visitor = visitor;
  }

  /** Stops after each page. */
  *pages(): Generator<void> {
    const { root, depth } = this.#tree;
    if (root !== undefined) {
      if (depth < 1 || depth > DEPTH_MAX) throw this.#file.damaged(`a tree of it would be ${depth} levels deep`);
      const visits: Visit[] = [{ page: root, level: 1, low: undefined, high: undefined }];
      for (let visit = visits.pop(); visit !== undefined; visit = visits.pop()) {
        this.#page(visit, visits);
        yield;
      }
    }
    const { branchPages, leafPages, overflowPages, entries } = this.#tree;
    const isComplete =
      branchPages === this.branchPages &&
      leafPages === this.leafPages &&
      overflowPages === this.overflowPages &&
      entries === this.entries;
    if (!isComplete) throw this.#file.damaged('its pages do not add up to what its meta page says');
  }

  #page(visit: Visit, visits: Visit[]): void {
    const page = this.#claim(visit.page, 1);
    const kind = page.readUInt16LE(18) & PAGE_KINDS;
    const lower = page.readUInt16LE(20);
    const upper = page.readUInt16LE(22);
    const isLeaf = visit.level === this.#tree.depth;
    const nodes = lower >> 1;
    if (
      kind !== (isLeaf ? PAGE_LEAF : PAGE_BRANCH) ||
      lower % 2 !== 0 ||
      lower > upper ||
      upper > page.length - PAGE_HEADER_BYTES ||
      nodes < (isLeaf ? 1 : 2)
    ) {
      throw this.#bad(visit.page);
    }
    if (isLeaf) {
      this.leafPages++;
      this.#leaf(visit, page, nodes, upper);
    } else {
      this.branchPages++;
      this.#branch(visit, page, nodes, upper, visits);
    }
  }

  #leaf(visit: Visit, page: Buffer, nodes: number, upper: number): void {
    let previous = visit.low;
    for (let index = 0; index < nodes; index++) {
      const node = this.#node(visit.page, page, index, upper);
      const flags = page.readUInt16LE(node + 4);
      const keyStart = node + NODE_HEADER_BYTES;
      const keyEnd = keyStart + page.readUInt16LE(node + 6);
      const valueBytes = page.readUInt16LE(node) + page.readUInt16LE(node + 2) * 0x1_0000;
      const inlineEnd = keyEnd + (flags === NODE_OVERFLOW ? OVERFLOW_NOTE_BYTES : valueBytes);
      if ((flags !== 0 && flags !== NODE_OVERFLOW) || keyEnd === keyStart || inlineEnd > page.length) {
        throw this.#bad(visit.page);
      }
      const key = page.subarray(keyStart, keyEnd);
      // The first key of a page may equal the one that leads to it; all others must be greater than the one before.
      const order = previous === undefined ? 1 : this.#compare(key, previous);
      if (order < 0 || (order === 0 && index > 0)) throw this.#bad(visit.page);
      previous = key;
      const value =
        flags === NODE_OVERFLOW ? this.#overflow(page, keyEnd, valueBytes) : page.subarray(keyEnd, inlineEnd);
      this.entries++;
      this.#visitor?.(key, value);
    }
    if (previous !== undefined && visit.high !== undefined && this.#compare(previous, visit.high) >= 0) {
      throw this.#bad(visit.page);
    }
  }

  #branch(visit: Visit, page: Buffer, nodes: number, upper: number, visits: Visit[]): void {
    let high = visit.high;
    // From the right, so that each node knows the key that ends it; the stack then gives them back from the right too.
    for (let index = nodes - 1; index >= 0; index--) {
      const node = this.#node(visit.page, page, index, upper);
      const keyEnd = node + NODE_HEADER_BYTES + page.readUInt16LE(node + 6);
      if (keyEnd > page.length) throw this.#bad(visit.page);
      const child =
        page.readUInt16LE(node) + page.readUInt16LE(node + 2) * 0x1_0000 + page.readUInt16LE(node + 4) * 0x1_0000_0000;
      // The first key of a branch means "everything before the second" and is not compared.
      const low = index === 0 ? visit.low : Buffer.from(page.subarray(node + NODE_HEADER_BYTES, keyEnd));
      if (index > 0 && (low?.length === 0 || (low && high && this.#compare(low, high) >= 0)))
        throw this.#bad(visit.page);
      visits.push({ page: child, level: visit.level + 1, low, high });
      high = low;
    }
  }

  #node(number: number, page: Buffer, index: number, upper: number): number {
    const offset = page.readUInt16LE(PAGE_HEADER_BYTES + index * 2);
    if (offset % 2 !== 0 || offset < upper || offset + NODE_HEADER_BYTES > page.length - PAGE_HEADER_BYTES) {
      throw this.#bad(number);
    }
    return offset + PAGE_HEADER_BYTES;
  }

  #overflow(page: Buffer, note: number, valueBytes: number): Buffer {
    const first = wide(page, note);
    const transaction = wide(page, note + 8);
    const count = wide(page, note + 16);
    const { pageBytes } = this.#meta;
    const needed = Math.ceil((PAGE_HEADER_BYTES + valueBytes) / pageBytes);
    if (count !== needed || transaction > this.#meta.transaction) throw this.#bad(first);
    const header = this.#claim(first, count);
    if ((header.readUInt16LE(18) & PAGE_KINDS) !== PAGE_OVERFLOW || header.readUInt32LE(20) !== count) {
      throw this.#bad(first);
    }
    this.overflowPages += count;
    return this.#file.range(first * pageBytes + PAGE_HEADER_BYTES, valueBytes);
  }

  /** Marks pages as used, and answers the first. */
  #claim(first: number, count: number): Buffer {
    if (first < FIRST_DATA_PAGE || first + count - 1 > this.#meta.lastPage) throw this.#bad(first);
    for (let page = first; page < first + count; page++) {
      const bit = 1 << (page & 7);
      const byte = this.#used[page >>> 3] ?? 0;
      if ((byte & bit) !== 0) throw this.#file.damaged(`page ${page} is used twice`);
      this.#used[page >>> 3] = byte | bit;
    }
    const page = this.#file.page(first);
    if (wide(page, 0) !== first || wide(page, 8) > this.#meta.transaction) throw this.#bad(first);
    return page;
  }

  #compare(a: Buffer, b: Buffer): number {
    if (!this.#isFreeTree) return Buffer.compare(a, b);
    return a.length === 8 && b.length === 8 ? wide(a, 0) - wide(b, 0) : -1;
  }

  #bad(page: number): Error {
    return this.#file.damaged(`page ${page} is not what was written there`);
  }
}

/** Free pages stand as page numbers, runs of them as a negative length before the first. Zeros mean nothing. */
function checkFreeList(file: PageFile, list: Buffer, used: Uint8Array): void {
  const { lastPage } = file.meta;
  const count = list.length >= 8 ? wide(list, 0) : 0;
  if (list.length < 8 || (count + 1) * 8 > list.length) throw file.damaged('its list of free pages is cut off');
  let run = 1;
  for (let index = 1; index <= count; index++) {
    const entry = Number(list.readBigInt64LE(index * 8));
    if (entry < 0) {
      run = -entry;
      continue;
    }
    if (entry > 0) {
      if (entry < FIRST_DATA_PAGE || entry + run - 1 > lastPage) throw file.damaged('its list of free pages is wrong');
      for (let page = entry; page < entry + run; page++) {
        if (((used[page >>> 3] ?? 0) & (1 << (page & 7))) !== 0) {
          throw file.damaged(`page ${page} is marked free although it is in use`);
        }
      }
    }
    run = 1;
  }
}

/**
 * Stops after each page, for whoever wants to do something else in between; the value is the number of pages done.
 * @throws BackendError `STORE_DAMAGED` at the first damage
 */
export function* checkPages(file: PageFile, visitor?: EntryVisitor): Generator<number> {
  const { meta } = file;
  if (meta.lastPage * meta.pageBytes > file.bytes + UNWRITTEN_BYTES_MAX) {
    throw file.damaged('its meta page speaks of more pages than it has');
  }
  const used = new Uint8Array((meta.lastPage >>> 3) + 1);
  const freeLists: Buffer[] = [];
  const main = new TreeWalk(file, meta.main, used, false, visitor);
  const free = new TreeWalk(file, meta.free, used, true, (_, list) => freeLists.push(Buffer.from(list)));
  let pages = 0;
  for (const tree of [main, free]) {
    for (const _ of tree.pages()) yield ++pages;
  }
  for (const list of freeLists) checkFreeList(file, list, used);
}
