/** The client's side of SCRAM, written from RFC 5802 section 3 and nothing of the broker's. */

import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';

export interface ScramClientOptions {
  readonly username: string;
  readonly password: string;
  readonly hash?: 'sha256' | 'sha512';
  readonly nonce?: string;
  /** `n,,` unless given. */
  readonly header?: string;
}

export class ScramClient {
  readonly first: string;
  readonly #bare: string;
  readonly #header: string;
  readonly #hash: 'sha256' | 'sha512';
  readonly #password: string;
  #serverSignature = '';

  constructor({
    username,
    password,
    hash = 'sha256',
    nonce = 'rOprNGfwEbeRWgbNEkqO',
    header = 'n,,',
  }: ScramClientOptions) {
    this.#hash = hash;
    this.#password = password;
    this.#header = header;
    this.#bare = `n=${username.replaceAll('=', '=3D').replaceAll(',', '=2C')},r=${nonce}`;
    this.first = header + this.#bare;
  }

  /** @param change makes the message wrong before it is sent, and the proof right about what was sent */
  final(serverFirst: string, change: (withoutProof: string) => string = (text) => text): string {
    const [, nonce, salt, iterations] = /^r=([^,]+),s=([^,]+),i=(\d+)$/.exec(serverFirst)!;
    const bytes = this.#hash === 'sha256' ? 32 : 64;
    const salted = pbkdf2Sync(this.#password, Buffer.from(salt!, 'base64'), Number(iterations), bytes, this.#hash);
    const hmac = (key: Buffer, text: string): Buffer => createHmac(this.#hash, key).update(text).digest();
    const clientKey = hmac(salted, 'Client Key');
    const storedKey = createHash(this.#hash).update(clientKey).digest();
    const withoutProof = change(`c=${Buffer.from(this.#header).toString('base64')},r=${nonce}`);
    const authMessage = `${this.#bare},${serverFirst},${withoutProof}`;
    const signature = hmac(storedKey, authMessage);
    this.#serverSignature = hmac(hmac(salted, 'Server Key'), authMessage).toString('base64');
    const proof = Buffer.from(clientKey.map((byte, index) => byte ^ signature[index]!));
    return `${withoutProof},p=${proof.toString('base64')}`;
  }

  /** Whether the server has proved that it knows the user as well. */
  trusts(serverFinal: string): boolean {
    return this.#serverSignature !== '' && serverFinal === `v=${this.#serverSignature}`;
  }
}
