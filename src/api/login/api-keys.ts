/** Keys of programs: an identifier, a secret that is shown once and stored as a hash, and a scope. */

import type { Store } from '../../ports/store.ts';
import { ApiFailure } from '../failure.ts';
import type { Scope } from './caller.ts';
import { Records } from './records.ts';
import { hashSecret, randomSecret, sameText } from './secret.ts';

export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly scope: Scope;
  /** ISO 8601. */
  readonly createdAt: string;
  /** ISO 8601; undefined for one that does not end. */
  readonly expiresAt: string | undefined;
}

type KeyRecord = Omit<ApiKey, 'id'> & { readonly hash: string };

const KEYS_MAX = 1000;
const TOKEN = /^hpk_([0-9a-z]{12})_([A-Za-z0-9_-]{43})$/;

export class ApiKeys {
  readonly #records: Records<KeyRecord>;
  readonly #now: () => number;

  constructor(store: Store, now: () => number = Date.now) {
    this.#records = new Records(store, 'api-keys');
    this.#now = now;
  }

  list(): ApiKey[] {
    return [...this.#records.all()].map(({ id, value }) => toKey(id, value));
  }

  /** Resolves to the key and its token, which nobody can read again. @throws ApiFailure when there are too many */
  async add(name: string, scope: Scope, expiresAt: string | undefined): Promise<{ key: ApiKey; token: string }> {
    if (this.list().length >= KEYS_MAX) {
      throw new ApiFailure('not_possible', `There are ${KEYS_MAX} API keys, which is the limit; delete one first`);
    }
    const secret = randomSecret();
    const id = hashSecret(randomSecret()).slice(0, 12);
    const createdAt = new Date(this.#now()).toISOString();
    const record = { name, scope, createdAt, expiresAt, hash: hashSecret(secret) };
    await this.#records.write(id, record);
    return { key: toKey(id, record), token: `hpk_${id}_${secret}` };
  }

  /** The key of a token, as `hpk_ID_SECRET`. */
  check(token: string): ApiKey | undefined {
    const [, id, secret] = TOKEN.exec(token) ?? [];
    return id === undefined || secret === undefined ? undefined : this.checkPair(id, secret);
  }

  /** The key of an identifier and its secret, as HTTP Basic authentication brings them. */
  checkPair(id: string, secret: string): ApiKey | undefined {
    const record = /^[0-9a-z]{12}$/.test(id) ? this.#records.get(id) : undefined;
    if (record === undefined || !sameText(hashSecret(secret), record.hash)) return undefined;
    const isOver = record.expiresAt !== undefined && Date.parse(record.expiresAt) <= this.#now();
    return isOver ? undefined : toKey(id, record);
  }

  /** False when there is no such key. */
  async remove(id: string): Promise<boolean> {
    if (!/^[0-9a-z]{12}$/.test(id) || this.#records.get(id) === undefined) return false;
    await this.#records.write(id, undefined);
    return true;
  }
}

function toKey(id: string, { name, scope, createdAt, expiresAt }: KeyRecord): ApiKey {
  return { id, name, scope, createdAt, expiresAt };
}
