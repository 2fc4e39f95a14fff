/** Sources of logins and permissions in SQL databases, opened for tests as the broker would open them. */

import { onTestFinished } from 'vitest';
import { PasswordVerifier } from '../../src/access/passwords/password-checks.ts';
import type { SqlDialect } from '../../src/access/sql/connection.ts';
import { openSqlSource } from '../../src/access/sql/source.ts';
import type { Credentials, LoginVerdict } from '../../src/ports/access.ts';
import type { AccessSource } from '../../src/ports/access-source.ts';
import { BackendError } from '../../src/ports/backend-error.ts';
import type { Log, LogFields } from '../../src/ports/log.ts';
import type { OptionRow, OptionValue } from '../../src/ports/option.ts';
import { SystemClock } from '../../src/std/system-clock.ts';
import { SystemRandom } from '../../src/std/system-random.ts';
import { MemoryStore } from '../../src/stores/memory.ts';
import { optionReader } from '../doubles/option-reader.ts';

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

export interface Said {
  readonly username?: string | undefined;
  readonly password?: string | Buffer | undefined;
  readonly clientId?: string;
  readonly address?: string;
  readonly certificate?: { readonly commonName: string; readonly subject: string };
}

function credentials({ username, password, clientId, address, certificate }: Said): Credentials {
  return {
    clientId: clientId ?? 'device-1',
    username,
    password: password === undefined ? undefined : Buffer.from(password as string),
    peer: {
      address: address ?? '127.0.0.1',
      port: 50_000,
      localAddress: '127.0.0.1',
      localPort: 1883,
      listener: 'tcp',
      transport: 'tcp',
      ...(certificate !== undefined && { certificate: { ...certificate, fingerprint256: '' } }),
    },
    version: 5,
    anonymous: 'deny',
  };
}

/** `allow`, `superuser`, `deny`, `ignore`, or the code of the failure. */
export async function login(source: AccessSource, said: Said): Promise<string> {
  try {
    const verdict = (await source.authenticator?.authenticate(credentials(said))) as
      | LoginVerdict
      | { outcome: 'ignore' };
    return verdict.outcome === 'allow' && verdict.superuser === true ? 'superuser' : verdict.outcome;
  } catch (error) {
    if (error instanceof BackendError) return error.code;
    throw error;
  }
}

/** `allow`, `deny`, `ignore`, or the code of the failure. */
export async function may(
  source: AccessSource,
  said: Said,
  action: 'publish' | 'subscribe',
  topic: string,
): Promise<string> {
  try {
    return (await source.authorizer?.authorize(credentials(said), { action, topic, qos: 0, retain: false })) ?? 'none';
  } catch (error) {
    if (error instanceof BackendError) return error.code;
    throw error;
  }
}

/** The failure of `test()`; undefined when it succeeds. */
export async function tested(source: AccessSource): Promise<BackendError | undefined> {
  try {
    await source.test?.();
    return undefined;
  } catch (error) {
    if (error instanceof BackendError) return error;
    throw error;
  }
}
