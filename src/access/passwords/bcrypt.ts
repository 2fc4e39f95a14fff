/**
 * bcrypt in its own form, `$2b$10$` with 22 characters of salt and 31 of hash. The library is loaded by whoever needs
 * it first. Of a password longer than 72 bytes the first 72 count, as everywhere with bcrypt.
 */

/** Above it a single login would keep a thread for many seconds; such a hash matches nothing. */
const COST_MAX = 18;

const SALT_LENGTH = 29;
const FORM = /^\$2[abxy]\$(\d\d)\$[./A-Za-z0-9]{53}$/;

/** The cost a stored hash was made with; undefined when it is none that can be checked. */
export function bcryptCost(hash: string): number | undefined {
  const digits = FORM.exec(hash)?.[1];
  return digits === undefined || Number(digits) > COST_MAX ? undefined : Number(digits);
}

/**
 * The hash as `bcrypt(password, salt)` would have to give it. Undefined when the hash was made with another salt. The
 * last character of a salt has bits that do not count, and is not compared.
 */
export function withSalt(hash: string, salt: string): string | undefined {
  const counts = SALT_LENGTH - 1;
  return salt.length >= SALT_LENGTH && salt.slice(0, counts) === hash.slice(0, counts) ? hash : undefined;
}

/** A hash of that cost, which nobody's password has. */
export function bcryptOfNobody(cost: number): string {
  return `$2b$${String(cost).padStart(2, '0')}$${'.'.repeat(53)}`;
}

/** @param hash in a form that `bcryptCost` accepts */
export async function verifyBcrypt(password: Uint8Array, hash: string): Promise<boolean> {
  const { verify } = await import('@node-rs/bcrypt');
  return verify(password, hash);
}
