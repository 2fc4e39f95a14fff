/** The files and the machine that the reader of mosquitto.conf sees. */

import { readdirSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';
import { readTextFile } from '../read-text.ts';
import type { ConfWorld } from './conf.ts';

/** @param workingDirectory where relative paths begin */
export function confWorld(workingDirectory: string): ConfWorld {
  return {
    workingDirectory,
    hostName: hostname(),
    readText: readTextFile,
    list: (folder) => readdirSync(folder),
    addressesOf: (name) => (networkInterfaces()[name] ?? []).map(({ address }) => address),
  };
}
