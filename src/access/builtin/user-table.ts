/**
 * The users of the built-in database: reading one is reading a record, so their number does not matter. Whatever may
 * not be is refused before anything is written.
 */

import { isUtf8 } from 'node:buffer';
import { InvalidRequest } from '../../broker/invalid-request.ts';
import type { BuiltinUser, ImportedUser, NewUser, Page, UserChange, UserKind } from '../../ports/builtin-users.ts';
import type { Clock } from '../../ports/clock.ts';
import { quote } from '../../std/shorten.ts';
import { newPassword, type PasswordForm } from './new-password.ts';
import type { RecordChanges, RecordTable } from './record-table.ts';
import { decodeUser, encodeUser, isWellFormed, type UserRecord, userKey, userPrefix } from './records.ts';

/** What CONNECT can carry. */
const PASSWORD_BYTES_MAX = 65_535;

const PAGE_ENTRIES = 100;
const PAGE_ENTRIES_MAX = 10_000;

/** Records written at once when many are imported. */
const IMPORTED_AT_ONCE = 1000;

export class UserTable {
  readonly #table: RecordTable;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #form: PasswordForm;
  readonly #loginEnded: (kind: UserKind, name: string) => void;

  /** @param loginEnded told of users whose logins of before do not hold any more */
  constructor(
    table: RecordTable,
    clock: Pick<Clock, 'now'>,
    form: PasswordForm,
    loginEnded: (kind: UserKind, name: string) => void = () => {},
  ) {
    this.#table = table;
    this.#clock = clock;
    this.#form = form;
    this.#loginEnded = loginEnded;
  }

  /** The record of a name that a client gave, whatever it is. */
  find(kind: UserKind, name: string): UserRecord | undefined {
    const value = name === '' ? undefined : this.#table.get(userKey(kind, name));
    return value && decodeUser(value);
  }

  get isEmpty(): boolean {
    for (const kind of ['username', 'client_id'] as const) {
      for (const _user of this.#table.range(userPrefix(kind), { limit: 1 })) return false;
    }
    return true;
  }

  list(kind: UserKind, page: Page = {}): BuiltinUser[] {
    const records = this.#table.range(userPrefix(kind), pageOptions(page));
    return [...records].map(({ name, value }) => described(kind, name, decodeUser(value)));
  }

  export(kind: UserKind, page: Page = {}): ImportedUser[] {
    return [...this.#table.range(userPrefix(kind), pageOptions(page))].map(({ name, value }) => {
      const { password: stored, superuser, createdAtMs } = decodeUser(value);
      return { kind, name, stored, superuser, createdAtMs };
    });
  }

  get(kind: UserKind, name: string): BuiltinUser | undefined {
    const record = this.find(kind, name);
    return record && described(kind, name, record);
  }

  async add({ kind, name, password, superuser = false }: NewUser): Promise<boolean> {
    const key = this.#key(kind, name);
    const bytes = this.#passwordBytes(password);
    return this.#table.change(async () => {
      if (this.#table.get(key) !== undefined) return { changes: new Map(), result: false };
      const secrets = await this.#secrets(kind, bytes);
      const record = { superuser, createdAtMs: this.#clock.now(), ...secrets };
      return { changes: new Map([[key, encodeUser(record)]]), result: true };
    });
  }

  async change(kind: UserKind, name: string, { password, superuser }: UserChange): Promise<boolean> {
    const key = this.#key(kind, name);
    const bytes = password === undefined ? undefined : this.#passwordBytes(password);
    let endsLogins = bytes !== undefined;
    const isThere = await this.#table.change(async () => {
      const before = this.find(kind, name);
      if (before === undefined) return { changes: new Map(), result: false };
      const after: UserRecord = {
        ...before,
        ...(bytes !== undefined && (await this.#secrets(kind, bytes))),
        ...(superuser !== undefined && { superuser }),
      };
      if (before.superuser && !after.superuser) endsLogins = true;
      return { changes: new Map([[key, encodeUser(after)]]), result: true };
    });
    if (isThere && endsLogins) this.#loginEnded(kind, name);
    return isThere;
  }

  async remove(kind: UserKind, name: string): Promise<boolean> {
    const key = this.#key(kind, name);
    const wasThere = await this.#table.change(async () => {
      const isThere = this.#table.get(key) !== undefined;
      return { changes: isThere ? new Map([[key, undefined]]) : new Map(), result: isThere };
    });
    if (wasThere) this.#loginEnded(kind, name);
    return wasThere;
  }

  async import(users: Iterable<ImportedUser>): Promise<number> {
    let count = 0;
    let group: ImportedUser[] = [];
    for (const user of users) {
      this.#key(user.kind, user.name);
      if (user.stored.hash === '') throw new InvalidRequest(`The user ${quote(user.name)} has no stored password.`);
      group.push(user);
      if (group.length < IMPORTED_AT_ONCE) continue;
      count += await this.#importGroup(group);
      group = [];
    }
    return count + (await this.#importGroup(group));
  }

  #importGroup(users: readonly ImportedUser[]): Promise<number> {
    return this.#table.change(async () => {
      const changes = new Map<string, Uint8Array>();
      for (const { kind, name, stored: password, superuser = false, createdAtMs = this.#clock.now() } of users) {
        const key = userKey(kind, name);
        if (changes.has(key) || this.#table.get(key) !== undefined) continue;
        changes.set(key, encodeUser({ superuser, createdAtMs, password, scram: undefined }));
      }
      return { changes: changes as RecordChanges, result: changes.size };
    });
  }

  /** SCRAM knows user names and no Client Identifiers. */
  #secrets(kind: UserKind, password: Uint8Array): ReturnType<typeof newPassword> {
    return newPassword(password, kind === 'username' ? this.#form : { ...this.#form, scramIterations: undefined });
  }

  #key(kind: UserKind, name: string): string {
    const key = userKey(kind, name);
    checkName(this.#table, key, name);
    return key;
  }

  #passwordBytes(password: string | Uint8Array): Uint8Array {
    const bytes = Buffer.from(password as string);
    if (bytes.length < 1 || bytes.length > PASSWORD_BYTES_MAX) {
      throw new InvalidRequest(`A password has ${bytes.length} bytes; allowed: 1 to ${PASSWORD_BYTES_MAX}.`);
    }
    if (this.#form.rule.kind === 'plain' && !isUtf8(bytes)) {
      throw new InvalidRequest('A password that is stored as plain text has to be UTF-8.');
    }
    return bytes;
  }
}

/** @throws InvalidRequest for names that no client can have or that no record can be found by */
export function checkName(table: RecordTable, key: string, name: string): void {
  const problem =
    name === ''
      ? 'is empty'
      : !isWellFormed(name) || name.includes('\0')
        ? 'has characters that MQTT does not allow in names'
        : table.canHold(key)
          ? undefined
          : `takes ${Buffer.byteLength(name)} bytes, which is too long for the store`;
  if (problem !== undefined) throw new InvalidRequest(`The name ${quote(name)} ${problem}.`);
}

/** @throws InvalidRequest for pages that are too large */
export function pageOptions({ after, limit = PAGE_ENTRIES }: Page): { after?: string; limit: number } {
  if (!Number.isInteger(limit) || limit < 1 || limit > PAGE_ENTRIES_MAX) {
    throw new InvalidRequest(`A page of ${limit} entries was asked for; allowed: 1 to ${PAGE_ENTRIES_MAX}.`);
  }
  return { limit, ...(after !== undefined && after !== '' && { after }) };
}

function described(kind: UserKind, name: string, record: UserRecord): BuiltinUser {
  const { superuser, createdAtMs, password, scram } = record;
  const { rule } = password;
  return {
    kind,
    name,
    superuser,
    passwordHash: rule.kind === 'hash' ? rule.hash : rule.kind,
    scram: scram !== undefined,
    createdAtMs,
  };
}
