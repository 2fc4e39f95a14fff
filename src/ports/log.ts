/** The seam of logging: a constant sentence and fields. Payloads and passwords never appear in either. */

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** For embedding and tests that want silence. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };
