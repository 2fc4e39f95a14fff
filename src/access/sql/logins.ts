/**
 * Logins from a table: a query gives the stored password of a client, another one says whether it is a superuser. No
 * row means that the client is not known here; a row whose password is not the client's ends the matter.
 */

import type { Authenticator, Credentials, LoginVerdict } from '../../ports/access.ts';
import { BackendError } from '../../ports/backend-error.ts';
import type { Log } from '../../ports/log.ts';
import type { HashRule, PasswordChecks } from '../../ports/password-checks.ts';
import type { FailureKind, SqlDialect, SqlResult } from './connection.ts';
import type { SqlPool } from './pool.ts';
import type { SqlTemplate } from './template.ts';
import { type SqlValue, UNFIT, valuesOf } from './template-values.ts';

export interface SqlLoginOptions {
  readonly name: string;
  readonly dialect: SqlDialect;
  readonly pool: Pick<SqlPool, 'query'>;
  readonly query: SqlTemplate;
  readonly superQuery: SqlTemplate | undefined;
  readonly rule: HashRule;
  readonly passwords: PasswordChecks;
  readonly failure: (kind: FailureKind, saying: string) => BackendError;
  readonly log: Log;
}

type Answer = LoginVerdict | { outcome: 'ignore' };

const IGNORE: Answer = { outcome: 'ignore' };
const DENY: Answer = { outcome: 'deny' };

export class SqlLogins implements Authenticator {
  readonly name: string;
  readonly #options: SqlLoginOptions;
  readonly #asksPassword: boolean;
  /** What has been told, so that it is told once. */
  #superuserFailed = false;
  #valueRefused = false;
  #saltMissing = false;

  constructor(options: SqlLoginOptions) {
    this.name = options.name;
    this.#options = options;
    this.#asksPassword = options.query.parameters.includes('%P');
  }

  /** Answers at once where the database is not asked: such an answer says nothing of whether it is there. */
  authenticate(credentials: Credentials): Answer | Promise<Answer> {
    const { dialect, query } = this.#options;
    // The bytes belong to a packet, which need not stay what it is while the database is asked.
    const password = credentials.password && Buffer.from(credentials.password);
    const values = valuesOf(query, credentials, password, dialect.holdsNul);
    // A client that says nothing of what the query asks about is nobody here, and need not be looked for.
    if (values !== UNFIT && values.length > 0 && values.every((value) => value === null)) return IGNORE;
    return this.#find(credentials, password, values);
  }

  async #find(
    credentials: Credentials,
    password: Buffer | undefined,
    values: readonly SqlValue[] | typeof UNFIT,
  ): Promise<Answer> {
    const { pool, query, passwords, rule } = this.#options;
    let row: LoginRow | undefined;
    try {
      if (values !== UNFIT) row = this.#firstRow(await pool.query(query.text, values));
    } catch (error) {
      if (!this.#isValueRefused(error)) throw error;
      return DENY;
    }
    if (row === undefined) {
      if (password === undefined) return IGNORE;
      await passwords.verifyUnknown(password, rule);
      // Where the query itself compares passwords, no row may mean a wrong one.
      return this.#asksPassword ? DENY : IGNORE;
    }
    if (password === undefined) return DENY;
    const isRight = await this.#verify(password, row);
    return isRight ? { outcome: 'allow', superuser: await this.#isSuperuser(credentials, password) } : DENY;
  }

  /** The row that counts; the columns are looked at even when there is none. */
  #firstRow(result: SqlResult): LoginRow | undefined {
    const { dialect, failure, rule } = this.#options;
    const places = dialect.passwordColumns(result.columns);
    if (places === undefined) throw failure('RESULT_UNUSABLE', 'auth_query gives no column named password');
    if (places.salt === undefined && needsSalt(rule)) {
      throw failure('RESULT_UNUSABLE', 'password_hash needs a salt, but auth_query gives no column for it');
    }
    const row = result.rows[0];
    if (row === undefined) return undefined;
    const salt = places.salt === undefined ? undefined : row[places.salt];
    return { hash: textOf(row[places.password]), salt: Buffer.isBuffer(salt) ? salt : textOf(salt) };
  }

  #verify(password: Buffer, { hash, salt }: LoginRow): boolean | Promise<boolean> {
    const { passwords, rule, log, name } = this.#options;
    const lacksSalt = needsSalt(rule) && salt === undefined;
    // Nobody logs in where no password is stored, not even with an empty one.
    if (hash === undefined || hash === '' || lacksSalt) {
      if (lacksSalt && !this.#saltMissing) {
        this.#saltMissing = true;
        log.warn('A user has a password without the salt that password_hash needs, and cannot log in', {
          source: name,
        });
      }
      return passwords.verifyUnknown(password, rule);
    }
    return passwords.verify(password, { rule, hash, salt });
  }

  async #isSuperuser(credentials: Credentials, password: Buffer): Promise<boolean> {
    const { dialect, pool, superQuery, log, name } = this.#options;
    if (superQuery === undefined) return false;
    const values = valuesOf(superQuery, credentials, password, dialect.holdsNul);
    if (values === UNFIT) return false;
    try {
      const { rows } = await pool.query(superQuery.text, values);
      this.#superuserFailed = false;
      return dialect.isSuperuser(rows[0]?.[0]);
    } catch (error) {
      if (!(error instanceof BackendError)) throw error;
      // Fewer rights are safe, and tables without such a column are common.
      if (!this.#superuserFailed) {
        const { code, message } = error;
        log.warn('super_query failed; nobody is a superuser', { source: name, code, cause: message });
      }
      this.#superuserFailed = true;
      return false;
    }
  }

  /** A client chose a name that no column can hold: that client is refused, and the database is not to blame. */
  #isValueRefused(error: unknown): boolean {
    const { dialect, log, name } = this.#options;
    if (!(error instanceof BackendError) || error.code !== `${dialect.codePrefix}_VALUE_REFUSED`) return false;
    if (!this.#valueRefused) {
      this.#valueRefused = true;
      log.warn('A login was refused, because auth_query cannot compare what the client says', {
        source: name,
        code: error.code,
        cause: error.message,
      });
    }
    return true;
  }
}

interface LoginRow {
  readonly hash: string | undefined;
  readonly salt: string | Buffer | undefined;
}

export function needsSalt(rule: HashRule): boolean {
  if (rule.kind === 'hash') return rule.salt !== 'none';
  return rule.kind === 'pbkdf2' || rule.kind === 'scrypt' || (rule.kind === 'bcrypt' && rule.saltColumn);
}

/** What a driver gives for a password or a salt. Undefined for NULL. */
function textOf(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  return Buffer.isBuffer(value) ? value.toString('utf8') : String(value);
}
