/**
 * The engine's data file as bytes: where its pages are and what its two meta pages say. The engine maps this file into
 * memory and trusts it, so a short or damaged one would end the process; this looks first. Nothing is written here.
 */

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { endianness } from 'node:os';
import { damagedError, storeError } from './store-error.ts';

export const PAGE_HEADER_BYTES = 24;
const META_MAGIC = 0xbeef_c0de;
const META_VERSION = 2;
const PAGE_FLAG_META = 0x08;
/** Keys of free pages are numbers; and, of the whole file: the engine was given a file, not a folder. */
const FREE_TREE_FLAGS = 0x4008;
const MAIN_TREE_FLAGS = 0;
const PAGE_BYTES_MIN = 512;
const PAGE_BYTES_MAX = 65_536;
/** Two meta pages come before everything else. */
export const FIRST_DATA_PAGE = 2;

/** Read at once; pages that belong together mostly lie together. */
const CHUNK_BYTES = 1 << 20;
const CHUNKS_MAX = 32;

/** Machines whose pages have another layout; the engine opens the file there without this look. */
const NARROW_ARCHITECTURES = ['arm', 'ia32', 'mips', 'mipsel', 'ppc', 's390'];

export const layoutIsKnown: boolean = endianness() === 'LE' && !NARROW_ARCHITECTURES.includes(process.arch);

export interface TreeRoot {
  readonly flags: number;
  readonly depth: number;
  readonly branchPages: number;
  readonly leafPages: number;
  readonly overflowPages: number;
  readonly entries: number;
  /** Undefined for an empty tree. */
  readonly root: number | undefined;
}

export interface Meta {
  readonly pageBytes: number;
  readonly transaction: number;
  readonly lastPage: number;
  /** Of pages that are free. */
  readonly free: TreeRoot;
  readonly main: TreeRoot;
}

const EMPTY_ROOT = 0xffff_ffff_ffff_ffffn;

function treeRoot(page: Buffer, at: number): TreeRoot {
  const root = page.readBigUInt64LE(at + 40);
  return {
    flags: page.readUInt16LE(at + 4),
    depth: page.readUInt16LE(at + 6),
    branchPages: wide(page, at + 8),
    leafPages: wide(page, at + 16),
    overflowPages: wide(page, at + 24),
    entries: wide(page, at + 32),
    root: root === EMPTY_ROOT ? undefined : Number(root),
  };
}

/** A 64-bit number. Beyond 2^53 it loses digits and is out of every bound anyway. */
export function wide(page: Buffer, at: number): number {
  return page.readUInt32LE(at) + page.readUInt32LE(at + 4) * 0x1_0000_0000;
}

function isNew({ transaction, main, lastPage }: Meta): boolean {
  return transaction === 0 && main.root === undefined && lastPage < FIRST_DATA_PAGE;
}

export class PageFile {
  readonly path: string;
  /** Of the last transaction. */
  readonly meta: Meta;
  readonly bytes: number;
  /**
   * False when there are traces of a later transaction. Usually the disk refused its meta page and it was never told
   * to anybody; it looks the same when the meta page of a complete one was damaged in one certain bit.
   */
  readonly endsWhole: boolean;
  readonly #descriptor: number;
  readonly #chunks: Map<number, Buffer> = new Map();

  /** @throws BackendError `STORE_DAMAGED` when it is not a data file, and others when it cannot be read */
  constructor(path: string) {
    this.path = path;
    try {
      this.#descriptor = openSync(path, 'r');
    } catch (error) {
      throw storeError(path, error);
    }
    try {
      this.bytes = fstatSync(this.#descriptor).size;
      const [meta, earlier] = this.#metas();
      this.meta = meta;
      this.endsWhole = this.#checkOrder(earlier);
    } catch (error) {
      this.close();
      throw storeError(path, error);
    }
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  page(number: number): Buffer {
    const { pageBytes } = this.meta;
    return this.range(number * pageBytes, pageBytes);
  }

  /** `length` bytes at `offset`; the answer is not a copy, but it stays as it is. */
  range(offset: number, length: number): Buffer {
    if (offset + length > this.bytes)
      throw this.damaged(`it ends after ${this.bytes} bytes, in the middle of its data`);
    const first = offset - (offset % CHUNK_BYTES);
    if (offset + length <= first + CHUNK_BYTES)
      return this.#chunk(first).subarray(offset - first, offset - first + length);
    return this.#read(offset, length);
  }

  damaged(what: string): Error {
    return damagedError(this.path, what);
  }

  #chunk(offset: number): Buffer {
    let chunk = this.#chunks.get(offset);
    if (chunk === undefined) {
      chunk = this.#read(offset, Math.min(CHUNK_BYTES, this.bytes - offset));
      const oldest = this.#chunks.size >= CHUNKS_MAX ? this.#chunks.keys().next() : undefined;
      if (oldest?.done === false) this.#chunks.delete(oldest.value);
      this.#chunks.set(offset, chunk);
    }
    return chunk;
  }

  #read(offset: number, length: number): Buffer {
    const buffer = Buffer.allocUnsafeSlow(length);
    let end = 0;
    while (end < length) {
      const count = readSync(this.#descriptor, buffer, end, length - end, offset + end);
      if (count === 0) throw this.damaged('it became shorter while it was read');
      end += count;
    }
    return buffer;
  }

  /** The later one first. */
  #metas(): [Meta, Meta] {
    const first = this.#meta(0);
    const second = this.#meta(first.pageBytes);
    // Transactions write the two in turn, the even ones the first, so they are neighbours; a flipped bit breaks that.
    // In a compacted copy the first is as in a new file.
    const inOrder =
      first.transaction % 2 === 0 &&
      (second.transaction % 2 === 1 || second.transaction === 0) &&
      (isNew(first) || Math.abs(first.transaction - second.transaction) === 1);
    if (!inOrder || first.pageBytes !== second.pageBytes) {
      throw this.damaged('its two meta pages do not belong together');
    }
    return first.transaction > second.transaction ? [first, second] : [second, first];
  }

  /**
   * The numbers in the meta pages alone could make an earlier state look like the last. Every transaction writes the
   * root of the entries anew, so the last one wrote the root it names; only a compacted copy keeps the old numbers.
   */
  #checkOrder(earlier: Meta): boolean {
    const { main, transaction, lastPage } = this.meta;
    if (main.root === undefined) return true;
    const written = this.#transactionOf(main.root);
    const isCopy = isNew(earlier);
    if (written > transaction || (written < transaction && !isCopy)) {
      throw this.damaged('its last meta page speaks of the pages of another transaction');
    }
    const before = earlier.main.root ?? 0;
    return isCopy || before > lastPage || this.#transactionOf(before) <= transaction;
  }

  /** Which transaction wrote a page. */
  #transactionOf(page: number): number {
    return wide(this.range(page * this.meta.pageBytes, PAGE_HEADER_BYTES), 8);
  }

  #meta(offset: number): Meta {
    const page = this.range(offset, PAGE_BYTES_MIN);
    if (
      page.readUInt16LE(18) !== PAGE_FLAG_META ||
      page.readUInt32LE(24) !== META_MAGIC ||
      page.readUInt32LE(28) !== META_VERSION
    ) {
      throw this.damaged('it does not begin as a data file of this broker');
    }
    const pageBytes = page.readUInt32LE(48);
    if (pageBytes < PAGE_BYTES_MIN || pageBytes > PAGE_BYTES_MAX || (pageBytes & (pageBytes - 1)) !== 0) {
      throw this.damaged(`its pages would be ${pageBytes} bytes long`);
    }
    const free = treeRoot(page, 48);
    const main = treeRoot(page, 96);
    if (free.flags !== FREE_TREE_FLAGS || main.flags !== MAIN_TREE_FLAGS) {
      throw this.damaged('a meta page speaks of another kind of entries');
    }
    return {
      pageBytes,
      free,
      main,
      lastPage: wide(page, 144),
      transaction: wide(page, 152),
    };
  }
}
