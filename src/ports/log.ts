/** The seam of logging: a constant sentence and fields. Payloads and passwords never appear in either. */

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** What some operators tell apart within a level: lines about clients that come and go, and about subscriptions. */
export type LogKind = 'notice' | 'subscribe' | 'unsubscribe' | 'websockets';

export interface Log {
  debug(message: string, fields?: LogFields, kind?: LogKind): void;
  info(message: string, fields?: LogFields, kind?: LogKind): void;
  warn(message: string, fields?: LogFields, kind?: LogKind): void;
  error(message: string, fields?: LogFields, kind?: LogKind): void;
  /**
   * Whether somebody else words how connections begin and end, from the broker's events; the broker then leaves its own
   * lines about them out. Default false.
   */
  readonly wordsConnections?: boolean;
  /** Whether lines of the level debug go anywhere: who would make one for each client asks first. Default true. */
  readonly keepsDebug?: boolean;
}

/** For embedding and tests that want silence. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {}, keepsDebug: false };
