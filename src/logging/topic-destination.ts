/** Lines as messages on `$SYS/broker/log/…`, one topic for each kind of line. */

import type { Destination } from './destination.ts';
import { topicOf } from './kinds.ts';
import { bareLine, type LineForm, type LogRecord, lineOf } from './line.ts';

/** Publishes a message of the broker itself; the text is asked for only if somebody wants the topic. QoS 0 unless given. */
export type Announce = (topic: string, text: () => string, qos?: 0 | 1 | 2) => void;

const PREFIX = '$SYS/broker/log/';

export class TopicDestination implements Destination {
  readonly #announce: () => Announce | undefined;
  #isAnnouncing = false;

  /** @param announce gives undefined as long as there is no broker */
  constructor(announce: () => Announce | undefined) {
    this.#announce = announce;
  }

  write(record: LogRecord, form: LineForm): void {
    // What a line sets off may be worth a line, and that one another, without end.
    if (this.#isAnnouncing) return;
    const topic = topicOf(record);
    const announce = this.#announce();
    if (topic === undefined || announce === undefined) return;
    this.#isAnnouncing = true;
    try {
      // Mosquitto's messages are its whole lines, with the time, and wait for whoever is away.
      if (form.format === 'mosquitto') announce(PREFIX + topic, () => lineOf(record, form), 2);
      else announce(PREFIX + topic, () => bareLine(record, form));
    } catch {
      // A broker that has closed takes no messages, and the other destinations have the line.
    } finally {
      this.#isAnnouncing = false;
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
