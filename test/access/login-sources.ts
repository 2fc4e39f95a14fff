/** Sources of logins, opened as the broker opens them, with a real verifier; and clients that show them passwords. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openBuiltin } from '../../src/access/builtin/source.ts';
import { openPasswordFile } from '../../src/access/password-file/source.ts';
import { PasswordVerifier } from '../../src/access/passwords/password-checks.ts';
import { builtinRows } from '../../src/config/rows/access/builtin.ts';
import { passwordFileRows } from '../../src/config/rows/access/password-file.ts';
import type { Credentials } from '../../src/ports/access.ts';
import type { AccessSource, SourceDependencies } from '../../src/ports/access-source.ts';
import type { BuiltinUsers } from '../../src/ports/builtin-users.ts';
import type { Log, LogFields } from '../../src/ports/log.ts';
import type { OptionValue } from '../../src/ports/option.ts';
import type { HashRule, PasswordChecks } from '../../src/ports/password-checks.ts';
import type { Store } from '../../src/ports/store.ts';
import { SystemClock } from '../../src/std/system-clock.ts';
import { SystemRandom } from '../../src/std/system-random.ts';
import { LmdbStore } from '../../src/stores/lmdb-store.ts';
import { MemoryStore } from '../../src/stores/memory.ts';
import { optionReader } from '../doubles/option-reader.ts';

export interface Told {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: LogFields;
}

export interface OpenedLogins {
  readonly source: AccessSource;
  readonly told: readonly Told[];
  /** How often it told that permissions have changed. */
  readonly changes: { count: number };
  /** The rules under which time was spent for nobody. */
  readonly spent: readonly HashRule[];
  /** Passwords whose check took a slow hash. */
  readonly slow: { count: number };
  /** Whose connections were ended: `username alice`. */
  readonly ended: readonly string[];
  /** `allow`, `superuser`, `deny` or `ignore`. */
  login(who: Who): Promise<string>;
}

export interface Who {
  readonly clientId?: string;
  readonly username?: string | undefined;
  readonly password?: string | Uint8Array | undefined;
}

export function credentialsOf({ clientId = 'c', username, password }: Who): Credentials {
  const peer = {
    address: '192.0.2.1',
    port: 1,
    localAddress: '127.0.0.1',
    localPort: 1883,
    listener: 'mqtt',
    transport: 'tcp',
  } as const;
  const bytes = password === undefined ? undefined : Buffer.from(password as string);
  return { clientId, username, password: bytes, peer, version: 5, anonymous: 'deny' };
}

const kinds = {
  builtin: { open: openBuiltin, rows: builtinRows },
  password_file: { open: openPasswordFile, rows: passwordFileRows },
} as const;

/** Cheap enough for tests that are not about the cost of a login. */
const CHEAP: Readonly<Record<string, OptionValue>> = { password_hash: 'sha256', scram: false };

export async function openLogins(
  kind: keyof typeof kinds,
  options: Readonly<Record<string, OptionValue>> = {},
  store: Store = new MemoryStore(),
): Promise<OpenedLogins> {
  const { open, rows } = kinds[kind];
  const told: Told[] = [];
  const spent: HashRule[] = [];
  const changes = { count: 0 };
  const slow = { count: 0 };
  const ended: string[] = [];
  const clock = new SystemClock();
  const dependencies: SourceDependencies = {
    log: logTo(told),
    clock,
    random: new SystemRandom(),
    passwords: watched(new PasswordVerifier({ clock }), spent, slow),
    store,
    rulesChanged: () => changes.count++,
    endConnections: (kind, name) => ended.push(`${kind} ${name}`),
  };
  const reader = optionReader(rows, kind, { ...(kind === 'builtin' && CHEAP), ...options });
  const source = await open('own', reader, dependencies);
  const login = async (who: Who): Promise<string> => {
    const answer = await source.authenticator!.authenticate(credentialsOf(who));
    return answer.outcome === 'allow' && answer.superuser === true ? 'superuser' : answer.outcome;
  };
  return { source, told, changes, spent, slow, ended, login };
}

/** What manages the users of a source that keeps them. */
export function usersOf({ source }: OpenedLogins): BuiltinUsers {
  return source.users!;
}

/** A store on disk, in a folder that is removed at the end of the test. Closing it is the test's own matter. */
export async function storeFolder(): Promise<{ readonly folder: string; open(): Promise<LmdbStore> }> {
  const folder = temporaryFolder();
  return { folder, open: () => LmdbStore.open(join(folder, 'store')) };
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'logins-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function watched(checks: PasswordChecks, spent: HashRule[], slow: { count: number }): PasswordChecks {
  return {
    verify: (password, stored) => {
      const answer = checks.verify(password, stored);
      if (typeof answer !== 'boolean') slow.count++;
      return answer;
    },
    verifyUnknown: (password, rule) => {
      spent.push(rule);
      return checks.verifyUnknown(password, rule);
    },
  };
}

function logTo(told: Told[]): Log {
  const tell =
    (level: Told['level']) =>
    (message: string, fields: LogFields = {}): void => {
      told.push({ level, message, fields });
    };
  return { debug: tell('debug'), info: tell('info'), warn: tell('warn'), error: tell('error') };
}
