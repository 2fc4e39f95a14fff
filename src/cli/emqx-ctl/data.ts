/** `data`: bans, and users and permissions of the built-in database, to a file of EMQX's form and from one. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApiRefusal } from '../control/api-client.ts';
import type { Ctl, CtlCommand, Run } from './command.ts';
import { part, plain } from './command.ts';

/** What the broker calls a file while it is read. */
const UPLOADED = 'emqx-import.json';

async function exported({ v4, dataDirectory }: Ctl): Promise<string> {
  const { filename } = (await v4.ask('POST', '/data/export')) as { filename: string };
  return `The emqx data has been successfully exported to ${join(dataDirectory, 'exports', filename)}.\n`;
}

async function imported(file: string, { v4 }: Ctl): Promise<string> {
  try {
    await v4.ask('POST', '/data/file', { filename: UPLOADED, file: readFileSync(file, 'utf8') });
    try {
      await v4.ask('POST', '/data/import', { filename: UPLOADED });
    } finally {
      // It has hashes of passwords in it.
      await v4.ask('DELETE', `/data/file/${part(UPLOADED)}`);
    }
  } catch (error) {
    const isExpected = error instanceof ApiRefusal || (error as NodeJS.ErrnoException).code !== undefined;
    if (!isExpected) throw error;
    return `The emqx data import failed: ${plain((error as Error).message)}\n`;
  }
  return 'The emqx data has been imported successfully.\n';
}

const data: Run = async ([action, file], ctl) => {
  if (action === 'export') return await exported(ctl);
  return action === 'import' && file !== undefined ? await imported(file, ctl) : undefined;
};

export const dataCommand: CtlCommand = {
  name: 'data',
  usages: [
    ['data import <File>', 'Import data from the specified file'],
    ['data export', 'Export data'],
  ],
  run: data,
};
