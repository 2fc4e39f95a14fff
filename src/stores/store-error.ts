/** What keeps the store from working, said in an operator's words: one row for each system code. */

import { BackendError } from '../ports/backend-error.ts';

interface Row {
  readonly code: string;
  readonly text: (path: string) => string;
  readonly retryable: boolean;
}

const diskFull: Row = {
  code: 'STORE_DISK_FULL',
  text: (path) =>
    `The disk of the store ${path} is full. Make room there or raise the quota; the broker goes on by itself then.`,
  retryable: true,
};

const readOnly: Row = {
  code: 'STORE_READ_ONLY',
  text: (path) =>
    `The store ${path} is on a read-only file system. Mount it writable, or give the broker another data folder.`,
  retryable: false,
};

const forbidden: Row = {
  code: 'STORE_NO_PERMISSION',
  text: (path) =>
    `The store ${path} may not be read and written by this user. Run the broker as the user who owns it, or change ` +
    'the owner of the folder and all files in it.',
  retryable: false,
};

const systemRows: Readonly<Record<string, Row>> = {
  ENOSPC: diskFull,
  EDQUOT: diskFull,
  EROFS: readOnly,
  EACCES: forbidden,
  EPERM: forbidden,
  ENOENT: {
    code: 'STORE_FOLDER_MISSING',
    text: (path) =>
      `The folder of the store ${path} does not exist. Make it, mount what should be there, or give the broker ` +
      'another data folder.',
    retryable: false,
  },
  ENOTDIR: {
    code: 'STORE_NOT_A_FOLDER',
    text: (path) => `The store ${path} must be a folder and is something else. Give the broker another data folder.`,
    retryable: false,
  },
  EMFILE: {
    code: 'STORE_IO_ERROR',
    text: (path) =>
      `The store ${path} could not be opened: this process has too many open files. Raise the limit (ulimit -n).`,
    retryable: true,
  },
};

/** The error of a failed system call. `path` is the folder or file that was used. */
export function storeError(path: string, cause: unknown): BackendError {
  if (cause instanceof BackendError) return cause;
  const { code, message } = cause as { code?: unknown; message?: string };
  const row = typeof code === 'string' ? systemRows[code] : undefined;
  if (row !== undefined) return new BackendError(row.code, row.text(path), { cause, retryable: row.retryable });
  const text =
    `The store ${path} could not be read or written (${message ?? String(cause)}). Look at the system's log for ` +
    'errors of the disk.';
  return new BackendError('STORE_IO_ERROR', text, { cause, retryable: true });
}

export function diskFullError(path: string, cause?: unknown): BackendError {
  return new BackendError(diskFull.code, diskFull.text(path), { cause, retryable: true });
}

/** The store holds something else than what was written. `what` says which part, as a sentence without a full stop. */
export function damagedError(path: string, what: string, cause?: unknown): BackendError {
  const text =
    `The store ${path} is damaged: ${what}. Nothing of it was used. Restore a backup, or move the file away to ` +
    'begin with an empty store; keep it if the data matters, and check the disk.';
  return new BackendError('STORE_DAMAGED', text, { cause });
}

export function closedError(path: string): BackendError {
  return new BackendError('STORE_CLOSED', `The store ${path} is closed.`);
}
