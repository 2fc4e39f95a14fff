/**
 * Logins of people to the dashboard. Until somebody changes it there is one, `admin` with the password `public`, as
 * EMQX has it; it works from this machine only and for nothing but changing the password.
 */

import type { Store } from '../../ports/store.ts';
import { Lru } from '../../std/lru.ts';
import { ApiFailure } from '../failure.ts';
import type { Role } from './caller.ts';
import { Records } from './records.ts';
import { hashPassword, hashSecret, passwordFits } from './secret.ts';

export interface Account {
  readonly name: string;
  readonly role: Role;
  /** ISO 8601. */
  readonly createdAt: string;
  /** The password is one that everybody knows. */
  readonly mustChangePassword: boolean;
}

interface AccountRecord {
  readonly role: Role;
  readonly hash: string;
  readonly createdAt: string;
}

const DEFAULT_NAME = 'admin';
const DEFAULT_PASSWORD = 'public';
const NAME = /^[\p{L}\p{N}._@-]{1,64}$/u;
const PASSWORD_CHARACTERS_MIN = 8;
const PASSWORD_CHARACTERS_MAX = 256;
const ACCOUNTS_MAX = 1000;
const CHECKED_MAX = 100;
/** Compared with when nobody has the name, so that an answer takes the same time. Fits no password. */
const NOBODY = `scrypt$16384$8$1$${'00'.repeat(16)}$${'00'.repeat(32)}`;

export class Accounts {
  readonly #records: Records<AccountRecord>;
  readonly #startedAt: string;
  /** Until when a password counts as checked, by a hash over it and what is stored: a new one makes it void. */
  readonly #checked = new Lru<string, number>({ entriesMax: CHECKED_MAX });

  /** @param nowMs when the broker started: the default login is as old as that */
  constructor(store: Store, nowMs: number) {
    this.#records = new Records(store, 'logins');
    this.#startedAt = new Date(nowMs).toISOString();
  }

  list(): Account[] {
    const accounts = [...this.#records.all()].map(({ id, value }) => toAccount(id, value));
    return accounts.length > 0 ? accounts : [this.#defaultAccount()];
  }

  find(name: string): Account | undefined {
    return this.list().find((account) => account.name === name);
  }

  /** The login that name and password belong to. @param isLocal whether the caller is on this machine */
  async check(name: string, password: string, isLocal: boolean): Promise<Account | undefined> {
    const record = NAME.test(name) ? this.#records.get(name) : undefined;
    const fits = await passwordFits(password.slice(0, PASSWORD_CHARACTERS_MAX), record?.hash ?? NOBODY);
    if (record !== undefined) return fits ? toAccount(name, record) : undefined;
    const isDefault = this.#isUntouched && name === DEFAULT_NAME && password === DEFAULT_PASSWORD;
    return isDefault && isLocal ? this.#defaultAccount() : undefined;
  }

  /**
   * As `check`, never for the default login, and without another hash for a password that was right a moment ago: what
   * asks every second with its password would keep the processor busy.
   */
  async checkAgain(name: string, password: string, validMs: number): Promise<Account | undefined> {
    const record = NAME.test(name) ? this.#records.get(name) : undefined;
    const proof = hashSecret(`${record?.hash ?? ''} ${password}`);
    const known = this.#checked.get(proof);
    if (record !== undefined && known !== undefined && known > Date.now()) return toAccount(name, record);
    const account = await this.check(name, password, false);
    if (account !== undefined) this.#checked.set(proof, Date.now() + validMs);
    return account;
  }

  /** @throws ApiFailure for a name that is taken or none, and for a password that is too weak */
  async add(name: string, password: string, role: Role): Promise<Account> {
    if (!NAME.test(name)) {
      throw new ApiFailure('bad_request', 'The name has to be 1 to 64 letters, digits or . _ @ -');
    }
    const accounts = this.list();
    if (accounts.some((account) => account.name === name)) {
      throw new ApiFailure('conflict', `There is a login of the name ${name} already`);
    }
    if (accounts.length >= ACCOUNTS_MAX) {
      throw new ApiFailure('not_possible', `There are ${accounts.length} logins; the limit is ${ACCOUNTS_MAX}`);
    }
    // Once there is any stored login, the default one is gone: it must not vanish with nobody left to administrate.
    if (this.#isUntouched && role !== 'admin') {
      throw new ApiFailure('not_possible', `Change the password of ${DEFAULT_NAME} before you add others`);
    }
    const record = { role, hash: await this.#hash(name, password), createdAt: new Date().toISOString() };
    await this.#records.write(name, record);
    return toAccount(name, record);
  }

  /** @throws ApiFailure when there is no such login or the password is too weak */
  async setPassword(name: string, password: string): Promise<void> {
    const { role, createdAt } = this.#existing(name);
    await this.#records.write(name, { role, createdAt, hash: await this.#hash(name, password) });
  }

  /** @throws ApiFailure when there is no such login, or no administrator would be left */
  async setRole(name: string, role: Role): Promise<void> {
    const record = this.#stored(name);
    if (role !== 'admin') this.#requireAnotherAdmin(name);
    await this.#records.write(name, { ...record, role });
  }

  /** @throws ApiFailure when there is no such login, or no administrator would be left */
  async remove(name: string): Promise<void> {
    this.#stored(name);
    this.#requireAnotherAdmin(name);
    await this.#records.write(name, undefined);
  }

  get #isUntouched(): boolean {
    return [...this.#records.all()].length === 0;
  }

  #defaultAccount(): Account {
    return { name: DEFAULT_NAME, role: 'admin', createdAt: this.#startedAt, mustChangePassword: true };
  }

  #existing(name: string): { role: Role; createdAt: string } {
    const account = this.find(name);
    if (account === undefined) throw new ApiFailure('not_found', `There is no login of the name ${name}`);
    return account;
  }

  #stored(name: string): AccountRecord {
    const record = this.#records.get(name);
    if (record !== undefined) return record;
    this.#existing(name);
    throw new ApiFailure('not_possible', `Change the password of ${name} first; until then it is the default login`);
  }

  #requireAnotherAdmin(name: string): void {
    const others = this.list().filter((account) => account.name !== name && account.role === 'admin');
    if (others.length === 0 && this.find(name)?.role === 'admin') {
      throw new ApiFailure('not_possible', `${name} is the only administrator; make another one first`);
    }
  }

  #hash(name: string, password: string): Promise<string> {
    const { length } = password;
    if (length < PASSWORD_CHARACTERS_MIN || length > PASSWORD_CHARACTERS_MAX) {
      const bounds = `${PASSWORD_CHARACTERS_MIN} to ${PASSWORD_CHARACTERS_MAX}`;
      throw new ApiFailure('bad_request', `The password has ${length} characters; allowed: ${bounds}`);
    }
    if (password === name || password === DEFAULT_PASSWORD) {
      throw new ApiFailure('bad_request', 'The password is one that everybody would try; choose another one');
    }
    return hashPassword(password);
  }
}

function toAccount(name: string, { role, createdAt }: AccountRecord): Account {
  return { name, role, createdAt, mustChangePassword: false };
}
