/**
 * Public keys that somebody publishes (a JSON Web Key Set). They are fetched when they are needed, kept, and fetched
 * again when they are old or lack the key of a token; never more often than every few seconds, whatever tokens say.
 * Keys that are too old count for nothing: then there is no answer, and nobody is let in.
 */

import { type CompactVerifyGetKey, compactVerify, createLocalJWKSet, errors, type JWK } from 'jose';
import type { BackendError } from '../../ports/backend-error.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Failure } from '../remote/failures.ts';
import type { HttpClient, HttpQuestion } from '../remote/http-client.ts';
import type { JwtFailureKind } from './failures.ts';
import { PUBLIC_ALGORITHMS } from './keys.ts';
import { jsonObject } from './token.ts';

export interface KeySetOptions {
  readonly client: HttpClient;
  readonly url: URL;
  readonly refreshSeconds: number;
  readonly staleSecondsMax: number;
  readonly clock: Clock;
  readonly failure: Failure<JwtFailureKind>;
}

/** Shortest time between two fetches, unless keys are old before it is over. */
const PAUSE_MS = 5000;
const KEYS_MAX = 100;
/** Keys without a name that may all have signed a token. */
const CANDIDATES_MAX = 16;

interface FetchedKeys {
  readonly find: CompactVerifyGetKey;
  readonly atMs: number;
}

export class KeySet {
  readonly #options: KeySetOptions;
  #keys: FetchedKeys | undefined;
  #fetching: Promise<void> | undefined;
  #failure: BackendError | undefined;
  #triedAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: KeySetOptions) {
    this.#options = options;
  }

  /**
   * The payload of a token that one of the keys signed; undefined when none did.
   * Rejects with a BackendError when there are no keys to say so.
   */
  async verify(token: string): Promise<Uint8Array | undefined> {
    const first = await this.#verifyNow(token, await this.#current());
    if (first !== 'unknown') return first;
    if (!this.#mayFetch()) return undefined;
    await this.#fetch();
    const second = await this.#verifyNow(token, await this.#current());
    return second === 'unknown' ? undefined : second;
  }

  /** Fetches the keys now. Rejects with a BackendError when there are none that can be used. */
  async refresh(): Promise<void> {
    await this.#fetch();
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #current(): Promise<FetchedKeys> {
    const { clock, refreshSeconds, staleSecondsMax } = this.#options;
    const ageMs = this.#keys === undefined ? Number.POSITIVE_INFINITY : clock.monotonic() - this.#keys.atMs;
    const isUsable = ageMs <= (refreshSeconds + staleSecondsMax) * 1000;
    if (ageMs > refreshSeconds * 1000 && (this.#fetching !== undefined || this.#mayFetch())) {
      const fetching = this.#fetch();
      // Keys that are merely old serve while new ones are on their way.
      if (!isUsable) {
        await fetching;
        if (this.#failure === undefined && this.#keys !== undefined) return this.#keys;
      }
    }
    if (isUsable && this.#keys !== undefined) return this.#keys;
    throw this.#failure ?? this.#options.failure('KEYS_UNUSABLE');
  }

  #mayFetch(): boolean {
    const { clock, refreshSeconds } = this.#options;
    return clock.monotonic() - this.#triedAtMs >= Math.min(PAUSE_MS, refreshSeconds * 1000);
  }

  /** One fetch at a time; never rejects. */
  #fetch(): Promise<void> {
    this.#fetching ??= this.#fetchKeys()
      .then(
        (keys) => {
          this.#keys = keys;
          this.#failure = undefined;
        },
        (error: BackendError) => {
          this.#failure = error;
        },
      )
      .finally(() => {
        this.#fetching = undefined;
        this.#triedAtMs = this.#options.clock.monotonic();
      });
    return this.#fetching;
  }

  async #fetchKeys(): Promise<FetchedKeys> {
    const { client, url, clock, failure } = this.#options;
    const question: HttpQuestion = {
      origin: url,
      method: 'GET',
      path: url.pathname + url.search,
      headers: new Map([['accept', 'application/jwk-set+json, application/json']]),
      body: undefined,
    };
    const { status, body } = await client.ask(question);
    if (status !== 200) throw failure('KEYS_UNUSABLE', `status ${status}`);
    const keys = jsonObject(body)?.get('keys');
    if (!Array.isArray(keys)) throw failure('KEYS_UNUSABLE', 'it is no key set');
    if (keys.length > KEYS_MAX) throw failure('KEYS_UNUSABLE', `it has ${keys.length} keys; the limit is ${KEYS_MAX}`);
    const usable = keys.filter(isPublicKey);
    if (usable.length === 0) throw failure('KEYS_UNUSABLE', `none of its ${keys.length} keys is public`);
    return { find: createLocalJWKSet({ keys: usable }), atMs: clock.monotonic() };
  }

  /** `unknown` when the set has no such key. */
  async #verifyNow(token: string, { find }: FetchedKeys): Promise<Uint8Array | undefined | 'unknown'> {
    const options = { algorithms: [...PUBLIC_ALGORITHMS] };
    try {
      return (await compactVerify(token, find, options)).payload;
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey) return 'unknown';
      if (!(error instanceof errors.JWKSMultipleMatchingKeys)) return undefined;
      let tried = 0;
      for await (const key of error) {
        if (++tried > CANDIDATES_MAX) break;
        const payload = await compactVerify(token, key, options).catch(() => undefined);
        if (payload !== undefined) return payload.payload;
      }
      return undefined;
    }
  }
}

const PUBLIC_KINDS: ReadonlySet<unknown> = new Set(['RSA', 'EC', 'OKP']);

/** What is secret does not belong in such a set, and what was published there is no secret any more. */
function isPublicKey(key: unknown): key is JWK {
  return (
    typeof key === 'object' &&
    key !== null &&
    'kty' in key &&
    PUBLIC_KINDS.has(key.kty) &&
    !('d' in key) &&
    !('k' in key)
  );
}
