/** The files and the machine that the reader of mosquitto.conf sees. */

import { readdirSync, readFileSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';
import type { ConfWorld } from './conf.ts';

/** @param workingDirectory where relative paths begin */
export function confWorld(workingDirectory: string): ConfWorld {
  return {
    workingDirectory,
    hostName: hostname(),
    readText: (file) => new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file)),
    list: (folder) => readdirSync(folder),
    addressesOf: (name) => (networkInterfaces()[name] ?? []).map(({ address }) => address),
  };
}
