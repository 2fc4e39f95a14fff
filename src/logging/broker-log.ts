/**
 * The log of a running broker: which records are kept, and all the places where they go. It can be set anew while it is
 * written to; a setting that cannot be had changes nothing.
 */

import type { Log, LogFields, LogKind } from '../ports/log.ts';
import type { Destination } from './destination.ts';
import { FileDestination } from './file-destination.ts';
import { typeOf } from './kinds.ts';
import type { LogLevel, LogRecord } from './line.ts';
import type { DestinationName, LogSettings } from './settings.ts';
import { StreamDestination } from './stream-destination.ts';
import { SyslogDestination } from './syslog-destination.ts';
import { type Announce, TopicDestination } from './topic-destination.ts';

export interface LogStreams {
  out(text: string): void;
  err(text: string): void;
}

export class BrokerLog implements Log {
  readonly #streams: LogStreams;
  readonly #now: () => number;
  #settings: LogSettings;
  #destinations: ReadonlyMap<DestinationName, Destination>;
  #announce: Announce | undefined;

  /**
   * @param now milliseconds since the epoch
   * @throws BackendError `LOG_NOT_WRITABLE`
   */
  constructor(settings: LogSettings, streams: LogStreams, now: () => number = Date.now) {
    this.#streams = streams;
    this.#now = now;
    this.#settings = settings;
    this.#destinations = this.#open(settings, new Map());
  }

  get settings(): LogSettings {
    return this.#settings;
  }

  get level(): LogLevel {
    return this.#settings.level;
  }

  get wordsConnections(): boolean {
    return this.#settings.connections || this.#settings.form.format === 'mosquitto';
  }

  get keepsDebug(): boolean {
    return this.#settings.types.has('debug');
  }

  debug(message: string, fields?: LogFields, kind?: LogKind): void {
    this.#write('debug', message, fields, kind);
  }

  info(message: string, fields?: LogFields, kind?: LogKind): void {
    this.#write('info', message, fields, kind);
  }

  warn(message: string, fields?: LogFields, kind?: LogKind): void {
    this.#write('warn', message, fields, kind);
  }

  error(message: string, fields?: LogFields, kind?: LogKind): void {
    this.#write('error', message, fields, kind);
  }

  /** Where the destination `topic` publishes; there is no broker before this is called, and none after `undefined`. */
  publishThrough(announce: Announce | undefined): void {
    this.#announce = announce;
  }

  /** @throws BackendError `LOG_NOT_WRITABLE` with everything as it was */
  configure(settings: LogSettings): void {
    const before = this.#destinations;
    this.#destinations = this.#open(settings, before);
    this.#settings = settings;
    for (const [name, destination] of before) {
      if (this.#destinations.get(name) !== destination) void destination.close();
    }
  }

  /** Opens files again that something may have moved. */
  reopen(): void {
    for (const destination of this.#destinations.values()) destination.reopen?.();
  }

  /** Writes out what is still held: for the last moment of a process. */
  flush(): void {
    for (const destination of this.#destinations.values()) destination.flush?.();
  }

  /** Resolves when everything written has arrived, or cannot. */
  async close(): Promise<void> {
    const all = [...this.#destinations.values()];
    this.#destinations = new Map();
    await Promise.all(all.map((destination) => destination.close()));
  }

  #write(level: LogLevel, message: string, fields: LogFields | undefined, kind: LogKind | undefined): void {
    const { types, form } = this.#settings;
    const record: LogRecord = { atMs: this.#now(), level, kind, message, fields };
    if (!types.has(typeOf(record))) return;
    for (const destination of this.#destinations.values()) destination.write(record, form);
  }

  /** Those that stay as they are are taken over. */
  #open(settings: LogSettings, before: ReadonlyMap<DestinationName, Destination>): Map<DestinationName, Destination> {
    const { file, rotation, syslogSocket, syslogFacility } = settings;
    const isSame = (name: keyof LogSettings): boolean =>
      JSON.stringify(settings[name]) === JSON.stringify(this.#settings[name]);
    const makers: Readonly<Record<DestinationName, () => Destination>> = {
      stderr: () => new StreamDestination((text) => this.#streams.err(text)),
      stdout: () => new StreamDestination((text) => this.#streams.out(text)),
      file: () => (isSame('file') && isSame('rotation') && before.get('file')) || new FileDestination(file, rotation),
      syslog: () =>
        (isSame('syslogSocket') && isSame('syslogFacility') && before.get('syslog')) ||
        new SyslogDestination({ socket: syslogSocket, facility: syslogFacility, pid: process.pid }, (text) =>
          this.#streams.err(`${text}\n`),
        ),
      topic: () => before.get('topic') ?? new TopicDestination(() => this.#announce),
    };
    return new Map([...settings.destinations].map((name) => [name, makers[name]()]));
  }
}
