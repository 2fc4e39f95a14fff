/**
 * Users from the configuration: they are added when they are missing and never overwrite what is stored, because a
 * password that was changed later is the right one.
 */

import { InvalidRequest } from '../../broker/invalid-request.ts';
import { BackendError } from '../../ports/backend-error.ts';
import type { NewUser, UserKind } from '../../ports/builtin-users.ts';
import type { Log } from '../../ports/log.ts';
import type { OptionReader } from '../../ports/option.ts';
import type { PasswordChecks } from '../../ports/password-checks.ts';
import type { UserTable } from './user-table.ts';

interface BootstrapUser extends NewUser {
  readonly password: string;
}

const OPTIONS: readonly { readonly option: string; readonly kind: UserKind; readonly superuser: boolean }[] = [
  { option: 'bootstrap_users', kind: 'username', superuser: false },
  { option: 'bootstrap_superusers', kind: 'username', superuser: true },
  { option: 'bootstrap_client_ids', kind: 'client_id', superuser: false },
];

/** @throws BackendError `BUILTIN_BOOTSTRAP_INVALID` with the place, and never the password */
export function bootstrapUsers(section: string, options: OptionReader): BootstrapUser[] {
  const users: BootstrapUser[] = [];
  for (const { option, kind, superuser } of OPTIONS) {
    for (const [index, line] of (options.optionalText(option) ?? '').split('\n').entries()) {
      if (line.trim() === '') continue;
      const [name, password] = parseLine(line.trim()) ?? [];
      if (name === undefined || password === undefined) {
        throw new BackendError(
          'BUILTIN_BOOTSTRAP_INVALID',
          `access.${section}.builtin.${option}: line ${index + 1} is neither NAME:PASSWORD nor ["NAME", "PASSWORD"].`,
        );
      }
      users.push({ kind, name, password, superuser });
    }
  }
  return users;
}

/** Names with a colon, such as hardware addresses, need the second form. */
function parseLine(line: string): readonly [string, string] | undefined {
  if (line.startsWith('[')) return parsePair(line);
  const colon = line.indexOf(':');
  const [name, password] = [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
  return colon < 0 || name === '' || password === '' ? undefined : [name, password];
}

function parsePair(line: string): readonly [string, string] | undefined {
  let pair: unknown;
  try {
    pair = JSON.parse(line);
  } catch {
    return undefined;
  }
  const isPair = Array.isArray(pair) && pair.length === 2 && pair.every((one) => typeof one === 'string' && one !== '');
  return isPair ? (pair as unknown as readonly [string, string]) : undefined;
}

export async function addMissing(
  users: readonly BootstrapUser[],
  table: UserTable,
  passwords: PasswordChecks,
  log: Log,
  source: string,
): Promise<void> {
  for (const user of users) {
    const { kind, name, password, superuser = false } = user;
    if (await added(user, table, source)) continue;
    const found = table.find(kind, name);
    const isSame =
      found?.superuser === superuser && (await passwords.verify(Buffer.from(password), found.password)) === true;
    if (!isSame) {
      log.warn('A user of the configuration is stored with another password or other rights; what is stored holds', {
        source,
        kind,
        user: name,
      });
    }
  }
}

async function added(user: BootstrapUser, table: UserTable, source: string): Promise<boolean> {
  try {
    return await table.add(user);
  } catch (error) {
    if (!(error instanceof InvalidRequest)) throw error;
    throw new BackendError('BUILTIN_BOOTSTRAP_INVALID', `access.${source}.builtin: ${error.message}`, { cause: error });
  }
}
