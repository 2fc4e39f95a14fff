/**
 * Permissions from a table. The rows of a client are asked for whenever something is to be decided, since decisions
 * are remembered elsewhere; questions for the same rows at the same time become one.
 */

import type { AccessRequest, Authorizer, ClientIdentity, ExplainedPermission, Permission } from '../../ports/access.ts';
import { BackendError } from '../../ports/backend-error.ts';
import type { Log } from '../../ports/log.ts';
import { isPromiseLike } from '../../std/promise-like.ts';
import { type AclRow, decidingRow, explainRow, type ReadAcl, readAcl } from './acl-rows.ts';
import type { FailureKind, SqlDialect } from './connection.ts';
import type { SqlPool } from './pool.ts';
import type { SqlTemplate } from './template.ts';
import { type SqlValue, UNFIT, valuesOf } from './template-values.ts';

export interface SqlPermissionOptions {
  readonly name: string;
  readonly dialect: SqlDialect;
  readonly pool: Pick<SqlPool, 'query'>;
  readonly query: SqlTemplate;
  readonly failure: (kind: FailureKind, saying: string) => BackendError;
  readonly log: Log;
}

/** Every row is read for every decision that is not remembered, on the main thread. */
const ROWS_MAX = 10_000;

const RESERVED: ExplainedPermission = {
  answer: 'ignore',
  because: 'rows allow nothing to user names that begin with $',
};

export class SqlPermissions implements Authorizer {
  readonly name: string;
  readonly #options: SqlPermissionOptions;
  /** Questions that are under way, by their values. */
  readonly #asked = new Map<string, Promise<ReadAcl>>();
  /** Kinds of bad rows that have been told; there are few. */
  readonly #told = new Set<string>();

  constructor(options: SqlPermissionOptions) {
    this.name = options.name;
    this.#options = options;
  }

  authorize(client: ClientIdentity, request: AccessRequest): Permission | Promise<Permission> {
    const answer = this.explain(client, request);
    return isPromiseLike(answer) ? answer.then((late) => late.answer) : answer.answer;
  }

  /** Answers at once where the database is not asked: such an answer says nothing of whether it is there. */
  explain(client: ClientIdentity, request: AccessRequest): ExplainedPermission | Promise<ExplainedPermission> {
    const { dialect, query } = this.#options;
    if (request.action === 'receive') return { answer: 'ignore', because: 'rows say nothing about deliveries' };
    const values = valuesOf(query, client, undefined, dialect.holdsNul);
    if (values === UNFIT) return { answer: 'deny', because: 'the database cannot hold what the client says' };
    return this.#find(client, request, values);
  }

  async #find(
    client: ClientIdentity,
    request: AccessRequest,
    values: readonly SqlValue[],
  ): Promise<ExplainedPermission> {
    const { dialect } = this.#options;
    let acl: ReadAcl;
    try {
      acl = await this.#rows(values);
    } catch (error) {
      if (!(error instanceof BackendError) || error.code !== `${dialect.codePrefix}_VALUE_REFUSED`) throw error;
      this.#tell('acl_query cannot compare what a client says, which is therefore denied everything', error.message);
      return { answer: 'deny', because: 'the database cannot compare what the client says' };
    }
    return explained(acl, decidingRow(acl.rows, client, request, dialect.comparesLoosely), client);
  }

  #rows(values: readonly SqlValue[]): Promise<ReadAcl> {
    const key = JSON.stringify(values);
    const asked = this.#asked.get(key);
    if (asked !== undefined) return asked;
    const answer = this.#ask(values).finally(() => this.#asked.delete(key));
    this.#asked.set(key, answer);
    return answer;
  }

  async #ask(values: readonly SqlValue[]): Promise<ReadAcl> {
    const { pool, query, failure } = this.#options;
    const result = await pool.query(query.text, values);
    if (result.rows.length > ROWS_MAX) {
      throw failure(
        'RESULT_UNUSABLE',
        `acl_query gives ${result.rows.length} rows for one client; the limit is ${ROWS_MAX}`,
      );
    }
    const acl = readAcl(result);
    if (acl === undefined) {
      const expected = 'allow, ipaddr, username, clientid, access, topic';
      throw failure('RESULT_UNUSABLE', `acl_query must give the columns ${expected}`);
    }
    for (const problem of acl.problems) this.#tell('A row of acl_query counts for nothing', problem);
    return acl;
  }

  #tell(message: string, cause: string): void {
    if (this.#told.has(cause)) return;
    this.#told.add(cause);
    this.#options.log.warn(message, { source: this.name, cause });
  }
}

/**
 * EMQX asks no table about user names that begin with `$`. Here they gain nothing from a table either, but keep what is
 * denied: otherwise a client could leave its denials behind by calling itself `$x`.
 */
function explained(acl: ReadAcl, row: AclRow | undefined, client: ClientIdentity): ExplainedPermission {
  if (row?.effect === 'allow' && client.username?.startsWith('$') === true) return RESERVED;
  return explainRow(row, acl.rows.length);
}
