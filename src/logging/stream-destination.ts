/** Lines on standard error or standard output. */

import type { Destination } from './destination.ts';
import { type LineForm, type LogRecord, lineOf } from './line.ts';

export class StreamDestination implements Destination {
  readonly #send: (text: string) => void;

  constructor(send: (text: string) => void) {
    this.#send = send;
  }

  write(record: LogRecord, form: LineForm): void {
    this.#send(`${lineOf(record, form)}\n`);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
