/**
 * Lines for syslog (RFC 3164) on its Unix socket. Node opens such sockets as streams only, while most systems have one
 * of datagrams: there the program `logger` of util-linux stands in between. Lines that syslog does not take are lost and
 * counted, and a syslog that was away is tried again.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { connect } from 'node:net';
import type { Writable } from 'node:stream';
import { formatTime } from '../std/strftime.ts';
import type { Destination } from './destination.ts';
import { bareLine, type LineForm, type LogLevel, type LogRecord } from './line.ts';

export interface SyslogTarget {
  /** Path of the socket: `/dev/log`. */
  readonly socket: string;
  /** By its number: 3 is daemon, 16 is local0. */
  readonly facility: number;
  readonly pid: number;
}

const TAG = 'hoopoe';

const severities: Readonly<Record<LogLevel, number>> = { error: 3, warn: 4, info: 6, debug: 7 };
const NOTICE_SEVERITY = 5;

/** What waits for a syslog that is slow, before lines are lost. */
const WAITING_BYTES_MAX = 1_048_576;
const RETRY_MS = 5_000;
const CLOSE_MS_MAX = 1_000;

/** A way to syslog that is open, or being opened. */
interface Way {
  readonly stream: Writable;
  readonly child: ChildProcess | undefined;
  /** Whether every line begins with time and name. */
  readonly hasHeader: boolean;
}

export class SyslogDestination implements Destination {
  readonly #target: SyslogTarget;
  /** Tells somebody else that syslog cannot be reached, once for each time it goes away. */
  readonly #complain: (text: string) => void;
  #way: Way | undefined;
  /** Whether the socket is one of datagrams. */
  #needsLogger = false;
  #retryAtMs = 0;
  #isDown = false;
  #lostLines = 0;
  /** Lines of a way that is not open yet; if it cannot be, the next one gets them. */
  #unsure: LogRecord[] = [];
  #form: LineForm | undefined;

  constructor(target: SyslogTarget, complain: (text: string) => void) {
    this.#target = target;
    this.#complain = complain;
  }

  write(record: LogRecord, form: LineForm): void {
    this.#form = form;
    if (this.#way === undefined) {
      if (record.atMs < this.#retryAtMs) {
        this.#lostLines++;
        return;
      }
      this.#open();
    }
    if (this.#unsure.length < 100) this.#unsure.push(record);
    this.#send(record, form);
  }

  async close(): Promise<void> {
    const way = this.#way;
    if (way === undefined) return;
    this.#way = undefined;
    await new Promise<void>((resolve) => {
      const deadline = setTimeout(resolve, CLOSE_MS_MAX);
      const done = (): void => {
        clearTimeout(deadline);
        resolve();
      };
      way.stream.once('error', done);
      if (way.child === undefined) way.stream.end(done);
      else {
        way.child.once('exit', done);
        way.stream.end();
      }
    });
    way.stream.destroy();
    way.child?.unref();
  }

  #send(record: LogRecord, form: LineForm): void {
    const way = this.#way;
    if (way === undefined || way.stream.writableLength > WAITING_BYTES_MAX) {
      this.#lostLines++;
      return;
    }
    const { facility, pid } = this.#target;
    const severity = record.kind === 'notice' ? NOTICE_SEVERITY : severities[record.level];
    const header = way.hasHeader ? `${formatTime('%b %e %H:%M:%S', new Date(record.atMs))} ${TAG}[${pid}]: ` : '';
    const lost = this.#lostLines > 0 ? `${this.#lostLines} earlier lines did not reach syslog; ` : '';
    this.#lostLines = 0;
    way.stream.write(`<${facility * 8 + severity}>${header}${lost}${bareLine(record, form)}\n`);
  }

  #open(): void {
    const way = this.#needsLogger ? this.#openLogger() : this.#openStream();
    this.#way = way;
    way.stream.on('error', (error: NodeJS.ErrnoException) => this.#failed(way, error));
    way.stream.on('close', () => {
      if (this.#way === way) this.#way = undefined;
    });
  }

  #openStream(): Way {
    const stream = connect({ path: this.#target.socket }, () => this.#opened());
    stream.unref();
    // What syslog might say is nothing to anybody, but unread it would keep the socket from closing.
    stream.resume();
    return { stream, child: undefined, hasHeader: true };
  }

  #openLogger(): Way {
    const { socket, pid } = this.#target;
    const child = spawn('logger', ['--prio-prefix', '--tag', TAG, `--id=${pid}`, '--socket', socket], {
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    child.unref();
    const way: Way = { stream: child.stdin, child, hasHeader: false };
    child.on('spawn', () => this.#opened());
    child.on('error', (error) => this.#failed(way, error));
    child.on('exit', (code) => {
      if (code !== 0 && code !== null) this.#failed(way, { message: `logger ended with exit code ${code}` });
    });
    return way;
  }

  #opened(): void {
    this.#unsure = [];
    this.#isDown = false;
  }

  #failed(way: Way, error: { readonly message: string; readonly code?: string | undefined }): void {
    if (this.#way !== way) return;
    this.#way = undefined;
    way.stream.destroy();
    const unsure = this.#unsure;
    this.#unsure = [];
    if (error.code === 'EPROTOTYPE' && !this.#needsLogger && this.#form !== undefined) {
      this.#needsLogger = true;
      this.#open();
      for (const record of unsure) this.#send(record, this.#form);
      return;
    }
    this.#lostLines += unsure.length;
    this.#retryAtMs = Date.now() + RETRY_MS;
    if (!this.#isDown) this.#complain(`Syslog cannot be reached through ${this.#target.socket}: ${error.message}`);
    this.#isDown = true;
  }
}
