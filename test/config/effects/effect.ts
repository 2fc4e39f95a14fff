/** What a row of the tables of effects says: the same is looked at with a line of mosquitto.conf and without it. */

import type { Place, Running } from './running.ts';

export interface Effect {
  readonly option: string;
  readonly line: string;
  /** What stands there in its place in the other run; nothing unless given. */
  readonly otherwise?: string;
  /** The text, with `LINE` where the line stands; one open listener and the line unless given. */
  readonly conf?: string;
  /** Makes the files that the text names. */
  readonly prepare?: (place: Place) => unknown;
  /** Options beside the file. */
  readonly environment?: NodeJS.ProcessEnv;
  readonly see: (running: Running) => unknown;
  readonly with: unknown;
  readonly without: unknown;
}

export const LISTEN = 'listener {port} 127.0.0.1\nallow_anonymous true\n';

/** What stands for `conf` where a row has none. */
export const plainConf: string = `${LISTEN}LINE\n`;

/** How the sentence begins that says why a file is refused. */
export const refusedBecause = (text: string): { asymmetricMatch: (seen: unknown) => boolean } => ({
  asymmetricMatch: (seen) => typeof seen === 'string' && seen.startsWith('no start: ') && seen.includes(text),
});
