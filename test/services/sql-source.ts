/** Sources of logins and permissions in SQL databases, opened for tests as the broker would open them. */

import { onTestFinished } from 'vitest';
import { PasswordVerifier } from '../../src/access/passwords/password-checks.ts';
import type { SqlDialect } from '../../src/access/sql/connection.ts';
import { openSqlSource } from '../../src/access/sql/source.ts';
import type { AccessSource } from '../../src/ports/access-source.ts';
import type { BackendError } from '../../src/ports/backend-error.ts';
import type { Log, LogFields } from '../../src/ports/log.ts';
import type { OptionRow, OptionValue } from '../../src/ports/option.ts';
import { SystemClock } from '../../src/std/system-clock.ts';
import { SystemRandom } from '../../src/std/system-random.ts';
import { MemoryStore } from '../../src/stores/memory.ts';
import { optionReader } from '../doubles/option-reader.ts';
import { failureOf } from './remote-source.ts';

export interface Logged {
  readonly message: string;
  readonly fields: LogFields | undefined;
}

export interface OpenedSource {
  readonly source: AccessSource;
  /** Warnings and errors. */
  readonly logged: Logged[];
}

/** The source is closed at the end of the test. */
export async function openSource(
  dialect: SqlDialect,
  rows: readonly OptionRow[],
  values: Readonly<Record<string, OptionValue>>,
): Promise<OpenedSource> {
  const logged: Logged[] = [];
  const note = (message: string, fields?: LogFields): void => {
    logged.push({ message, fields });
  };
  const log: Log = { debug() {}, info() {}, warn: note, error: note };
  const clock = new SystemClock();
  const source = await openSqlSource(dialect, 'devices', optionReader(rows, dialect.kind, values), {
    log,
    clock,
    random: new SystemRandom(),
    passwords: new PasswordVerifier({ clock }),
    store: new MemoryStore(),
    rulesChanged: () => {},
  });
  onTestFinished(() => source.close());
  return { source, logged };
}

/** The failure of `test()`; undefined when it succeeds. */
export function tested(source: AccessSource): Promise<BackendError | undefined> {
  return failureOf(source.test?.());
}
