/**
 * Store files and the journal's lines put together for the commands: what of a store is copied, read as lines, or
 * written from lines. Cuts bytes into lines and commits now and then, so that memory does not grow with the store.
 */

import { exportLines, type LineCounts } from './broker/journal/export-lines.ts';
import { LineImport } from './broker/journal/import-lines.ts';
import type { LineProblem, StoreTools } from './cli/program.ts';
import { storeFolder } from './registry.ts';
import { linesOf } from './std/line-reader.ts';
import { backupStore, readStore, restoreStore, rewriteStore } from './stores/store-files.ts';

/** Lines that are sent together, in UTF-16 units. */
const SENT_LENGTH = 65_536;

/** After lines of so many bytes the import commits what it has. */
const COMMITTED_BYTES = 16 << 20;

/** Whoever sees so many mistakes knows what kind of mistake it is. */
const PROBLEMS_MAX = 20;

export const storeTools: StoreTools = {
  backup: (dataDirectory, file) => backupStore(storeFolder(dataDirectory), file),

  restore: (dataDirectory, file, replaces) => restoreStore(storeFolder(dataDirectory), file, replaces),

  exportTo: (dataDirectory, send) =>
    readStore(storeFolder(dataDirectory), async (store) => {
      const counts: LineCounts = { sessions: 0, subscriptions: 0, queuedMessages: 0, retainedMessages: 0 };
      let lines = '';
      for (const line of exportLines(store, counts)) {
        lines += line;
        if (lines.length < SENT_LENGTH) continue;
        if (!(await send(lines))) return counts;
        lines = '';
      }
      await send(lines);
      return counts;
    }),

  importFrom: async (dataDirectory, input, replaces) => {
    const problems: LineProblem[] = [];
    let counts: LineCounts = { sessions: 0, subscriptions: 0, queuedMessages: 0, retainedMessages: 0 };
    await rewriteStore(storeFolder(dataDirectory), async (store) => {
      const lines = new LineImport(store, replaces);
      counts = lines.counts;
      let line = 0;
      let bytes = 0;
      for await (const read of linesOf(input)) {
        line++;
        const text = 'problem' in read ? read.problem : lines.take(read.text);
        if (text !== undefined) problems.push({ line, text });
        if (problems.length >= PROBLEMS_MAX) return false;
        bytes += read.bytes;
        if (bytes < COMMITTED_BYTES) continue;
        bytes = 0;
        await store.commit();
      }
      await store.commit();
      return problems.length === 0;
    });
    return { counts, problems };
  },
};
