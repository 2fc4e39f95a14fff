/**
 * SCRAM-SHA-256 and SCRAM-SHA-512 (RFC 5802, RFC 7677) as enhanced authentication of MQTT 5. The password never travels
 * and is never stored. For a user that there is not, or that has no keys, the exchange goes on with made-up ones that
 * stay the same, so that nobody learns which names exist.
 */

import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Credentials, EnhancedAuthenticator, Exchange, ExchangeStep } from '../../ports/access.ts';
import type { Random } from '../../ports/clock.ts';
import { SALT_BYTES } from './new-password.ts';
import type { ScramHash, ScramKeys, UserRecord } from './records.ts';
import { type ClientFirst, parseClientFinal, parseClientFirst } from './scram-messages.ts';

export interface ScramOptions {
  readonly find: (username: string, clientId: string) => UserRecord | undefined;
  readonly random: Random;
  /** What salts of users that there are not are made from; the same after every start. */
  readonly secret: Uint8Array;
  /** What clients are told about such users. */
  readonly iterations: number;
}

const METHODS: Readonly<Record<ScramHash, string>> = { sha256: 'SCRAM-SHA-256', sha512: 'SCRAM-SHA-512' };

const NONCE_BYTES = 18;

const DENY: ExchangeStep = { outcome: 'deny' };

export function scramAuthenticator(hash: ScramHash, options: ScramOptions): EnhancedAuthenticator {
  return {
    method: METHODS[hash],
    begin: (credentials) => new ScramExchange(hash, options, credentials),
  };
}

/** What is known after the first message. */
interface Challenge {
  readonly first: ClientFirst;
  readonly nonce: string;
  readonly serverFirst: string;
  readonly keys: ScramKeys;
  /** Undefined when the keys are made up. */
  readonly user: UserRecord | undefined;
}

class ScramExchange implements Exchange {
  readonly #hash: ScramHash;
  readonly #options: ScramOptions;
  readonly #credentials: Credentials;
  #wasInvited = false;
  #challenge: Challenge | undefined;
  #isOver = false;

  constructor(hash: ScramHash, options: ScramOptions, credentials: Credentials) {
    this.#hash = hash;
    this.#options = options;
    this.#credentials = credentials;
  }

  step(data: Uint8Array | undefined): ExchangeStep {
    if (this.#isOver) return DENY;
    const answer = this.#challenge === undefined ? this.#begin(data) : this.#finish(this.#challenge, data);
    this.#isOver = answer.outcome !== 'continue';
    return answer;
  }

  #begin(data: Uint8Array | undefined): ExchangeStep {
    // CONNECT may name the method alone; the client is then asked for its first message, once.
    if (data === undefined && !this.#wasInvited) {
      this.#wasInvited = true;
      return { outcome: 'continue', data: undefined };
    }
    const first = data && parseClientFirst(data);
    if (first === undefined) return DENY;
    const { username } = first;
    if (first.authorizationId !== undefined && first.authorizationId !== username) return DENY;
    // Who says one name in CONNECT and another here, or comes back as somebody else, is nobody.
    const { username: claimed, clientId } = this.#credentials;
    const found = claimed === undefined || claimed === username ? this.#options.find(username, clientId) : undefined;
    const user = found?.scram === undefined ? undefined : found;
    const keys = user?.scram?.[this.#hash] ?? this.#madeUp(username);
    const nonce = first.nonce + this.#options.random.hex(NONCE_BYTES);
    const serverFirst = `r=${nonce},s=${keys.salt.toString('base64')},i=${keys.iterations}`;
    this.#challenge = { first, nonce, serverFirst, keys, user };
    return { outcome: 'continue', data: Buffer.from(serverFirst) };
  }

  #finish({ first, nonce, serverFirst, keys, user }: Challenge, data: Uint8Array | undefined): ExchangeStep {
    const final = data && parseClientFinal(data);
    if (final === undefined || final.nonce !== nonce) return DENY;
    if (!final.channelBinding.equals(Buffer.from(first.header))) return DENY;
    const authMessage = `${first.bare},${serverFirst},${final.withoutProof}`;
    if (!this.#isProof(final.proof, keys, authMessage) || user === undefined) return DENY;
    // Who was taken away since the first message must not come in behind those whose connections ended by it.
    const now = this.#options.find(first.username, this.#credentials.clientId);
    const isSame = now?.scram?.[this.#hash].storedKey.equals(keys.storedKey) === true;
    if (!isSame || now.superuser !== user.superuser) return DENY;
    const signature = createHmac(this.#hash, keys.serverKey).update(authMessage).digest('base64');
    return {
      outcome: 'allow',
      data: Buffer.from(`v=${signature}`),
      superuser: user.superuser,
      username: first.username,
    };
  }

  #isProof(proof: Buffer, { storedKey }: ScramKeys, authMessage: string): boolean {
    const signature = createHmac(this.#hash, storedKey).update(authMessage).digest();
    if (proof.length !== signature.length) return false;
    const clientKey = proof.map((byte, index) => byte ^ signature[index]!);
    return timingSafeEqual(createHash(this.#hash).update(clientKey).digest(), storedKey);
  }

  #madeUp(username: string): ScramKeys {
    const bytes = (what: string): Buffer =>
      createHmac(this.#hash, this.#options.secret).update(`${what} ${this.#hash} ${username}`).digest();
    return {
      iterations: this.#options.iterations,
      salt: bytes('salt').subarray(0, SALT_BYTES),
      storedKey: bytes('key'),
      serverKey: bytes('server'),
    };
  }
}
