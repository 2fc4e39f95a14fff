/**
 * The seam of comparing passwords with what is stored. Slow hashes run off the main thread, a few at a time, and a
 * bounded number waits; what was found right is remembered for a short time.
 */

export type PlainHash = 'md5' | 'sha' | 'sha256' | 'sha512';

/**
 * How a stored password was made, in the words of EMQX's `password_hash`: `plain`, `md5`, `sha`, `sha256`, `sha512`,
 * `salt,<h>`, `<h>,salt`, `bcrypt`, `salt,bcrypt`, `bcrypt,salt` and `pbkdf2,<mac>,<iterations>,<dklen>`.
 */
export type HashRule =
  | { readonly kind: 'plain' }
  | { readonly kind: 'hash'; readonly hash: PlainHash; readonly salt: 'none' | 'before' | 'after' }
  | { readonly kind: 'bcrypt'; readonly saltColumn: boolean }
  | { readonly kind: 'pbkdf2'; readonly mac: string; readonly iterations: number; readonly keyBytes: number }
  /** Of no `password_hash`: what the broker itself stores. `cost` is scrypt's N, `blockSize` its r. */
  | {
      readonly kind: 'scrypt';
      readonly cost: number;
      readonly blockSize: number;
      readonly parallelization: number;
      readonly keyBytes: number;
    };

/** What a database holds of a password. */
export interface StoredPassword {
  readonly rule: HashRule;
  /** In the form the rule says: text for `plain`, lower-case hexadecimal digits, or bcrypt's own form. */
  readonly hash: string;
  /** A text is taken as its UTF-8 bytes. */
  readonly salt: string | Uint8Array | undefined;
}

/** What login backends ask. One object for each broker, made by whoever opens the sources. */
export interface PasswordChecks {
  /**
   * Whether the password is the stored one, in a time that does not depend on where they differ. Answers at once for
   * fast hashes, with a promise for slow ones. Nothing matches a stored password that is empty, or that lacks the salt
   * its rule needs.
   * @throws BackendError `PASSWORD_CHECKS_BUSY` when too many wait already
   */
  verify(password: Uint8Array, stored: StoredPassword): boolean | Promise<boolean>;
  /** Spends the time of a comparison under this rule, for clients that nobody knows. Always false. */
  verifyUnknown(password: Uint8Array, rule: HashRule): false | Promise<false>;
}
