/** Where lines go: one of possibly several. */

import type { LineForm, LogRecord } from './line.ts';

export interface Destination {
  /** Takes one record. Never throws and never waits: a log that fails is no reason for anything else to. */
  write(record: LogRecord, form: LineForm): void;
  /** Begins anew where something may have moved what was open. */
  reopen?(): void;
  /** Writes out what it still holds, at once. */
  flush?(): void;
  /** Resolves when all that was written has been taken, or cannot be. */
  close(): Promise<void>;
}
