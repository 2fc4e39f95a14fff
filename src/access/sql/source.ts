/** Puts logins and permissions from one SQL database together, from the options of its section. */

import type { AccessSource, SourceDependencies } from '../../ports/access-source.ts';
import type { BackendError } from '../../ports/backend-error.ts';
import type { OptionReader } from '../../ports/option.ts';
import type { HashRule } from '../../ports/password-checks.ts';
import { parseHashRule } from '../passwords/hash-rule.ts';
import { aclColumns } from './acl-rows.ts';
import type { FailureKind, SqlDialect, SqlResult } from './connection.ts';
import { type FailureContext, failure, failureOf } from './failure.ts';
import { needsSalt, SqlLogins } from './logins.ts';
import { SqlPermissions } from './permissions.ts';
import { SqlPool } from './pool.ts';
import { parseServer } from './server-address.ts';
import { parseTemplate, type SqlTemplate } from './template.ts';
import { readTls } from './tls-files.ts';

/**
 * Opens a source. Nothing is asked of the database before the first login.
 * @throws BackendError for options that cannot be used, files that cannot be read and a driver that is not installed
 */
export async function openSqlSource(
  dialect: SqlDialect,
  name: string,
  options: OptionReader,
  dependencies: SourceDependencies,
): Promise<AccessSource> {
  const parts = await readParts(dialect, name, options, dependencies);
  return new SqlSource(name, dependencies, parts);
}

interface Parts {
  readonly context: FailureContext;
  readonly rule: HashRule;
  readonly authQuery: SqlTemplate | undefined;
  readonly superQuery: SqlTemplate | undefined;
  readonly aclQuery: SqlTemplate | undefined;
  readonly pool: SqlPool;
  readonly reloadTls: () => Promise<void>;
}

async function readParts(
  dialect: SqlDialect,
  name: string,
  options: OptionReader,
  { log, clock, random }: SourceDependencies,
): Promise<Parts> {
  const written = options.text('server');
  const server = parseServer(written, dialect.defaultPort);
  const username = options.optionalText('username');
  const context: FailureContext = {
    source: name,
    dialect,
    server: server ?? { host: written, port: dialect.defaultPort },
    username,
    database: options.text('database'),
  };
  const fail = (kind: FailureKind, saying?: string): BackendError => failure(context, kind, saying);
  if (server === undefined) throw fail('SETTING_INVALID', 'server must be a port, a host, host:port or a Unix socket');
  const rule = parseHashRule(options.text('password_hash'));
  if ('problem' in rule) throw fail('SETTING_INVALID', `password_hash: ${rule.problem}`);
  const template = (option: string): SqlTemplate | undefined => {
    const text = options.optionalText(option)?.trim() ?? '';
    if (text === '') return undefined;
    const read = parseTemplate(text, dialect.syntax);
    if ('problem' in read) throw fail('QUERY_INVALID', `${option}: ${read.problem}`);
    for (const inert of read.inert) {
      const message = 'A placeholder within a longer text of a query stands for itself';
      log.warn(message, { source: name, option: `${dialect.kind}.${option}`, text: inert });
    }
    return read;
  };
  const [authQuery, superQuery, aclQuery] = ['auth_query', 'super_query', 'acl_query'].map(template);
  if (aclQuery?.parameters.includes('%P') === true) {
    const option = `${dialect.kind}.acl_query`;
    log.warn("'%P' is NULL in a permission query, because passwords are forgotten after the login", {
      source: name,
      option,
    });
  }
  const open = await dialect.load().catch((cause: unknown) => {
    const saying = cause instanceof Error ? cause.message : String(cause);
    throw failure(context, 'DRIVER_MISSING', saying, { cause, advice: installAdvice(dialect) });
  });
  let tls = await readTls(options, server, dialect, fail);
  const settings = { server, username, password: options.optionalText('password'), database: context.database };
  const pool = new SqlPool({
    connectionsMax: options.number('connections_max'),
    waitingMax: options.number('waiting_max'),
    connectSecondsMax: options.number('connect_seconds_max'),
    querySecondsMax: options.number('query_seconds_max'),
    reconnectSecondsMax: options.number('reconnect_seconds_max'),
    connect: (signal) => open({ ...settings, tls }, signal),
    failureOf: (error) => failureOf(context, error),
    failure: fail,
    clock,
    random,
  });
  const reloadTls = async (): Promise<void> => {
    tls = await readTls(options, server, dialect, fail);
  };
  return { context, rule, authQuery, superQuery, aclQuery, pool, reloadTls };
}

function installAdvice(dialect: SqlDialect): string {
  return `run: npm install ${dialect.kind === 'mysql' ? 'mysql2' : 'pg'}`;
}

class SqlSource implements AccessSource {
  readonly name: string;
  readonly kind: string;
  readonly authenticator?: SqlLogins;
  readonly authorizer?: SqlPermissions;
  readonly #parts: Parts;

  constructor(name: string, { log, passwords }: SourceDependencies, parts: Parts) {
    this.name = name;
    this.kind = parts.context.dialect.kind;
    this.#parts = parts;
    const { pool, rule, authQuery, superQuery, aclQuery, context } = parts;
    const { dialect } = context;
    const fail = (kind: FailureKind, saying: string): BackendError => failure(context, kind, saying);
    if (authQuery !== undefined) {
      const query = authQuery;
      this.authenticator = new SqlLogins({
        name,
        dialect,
        pool,
        query,
        superQuery,
        rule,
        passwords,
        failure: fail,
        log,
      });
    }
    if (aclQuery !== undefined) {
      this.authorizer = new SqlPermissions({ name, dialect, pool, query: aclQuery, failure: fail, log });
    }
  }

  /** Connections that are made from now on use the files as they are now. */
  reload(): Promise<void> {
    return this.#parts.reloadTls();
  }

  /**
   * Runs every query for a client that says nothing. Rejects with the first that fails; `super_query` may, because
   * tables without superusers are common.
   */
  async test(): Promise<void> {
    const { authQuery, aclQuery, rule, context } = this.#parts;
    if (authQuery !== undefined) {
      const { columns } = await this.#tried(authQuery);
      const places = context.dialect.passwordColumns(columns);
      if (places === undefined || (places.salt === undefined && needsSalt(rule))) {
        const missing = places === undefined ? 'password' : 'salt, which password_hash needs';
        throw failure(context, 'RESULT_UNUSABLE', `auth_query gives no column for the ${missing}`);
      }
    }
    if (aclQuery !== undefined && aclColumns((await this.#tried(aclQuery)).columns) === undefined) {
      const expected = 'allow, ipaddr, username, clientid, access, topic';
      throw failure(context, 'RESULT_UNUSABLE', `acl_query must give the columns ${expected}`);
    }
  }

  #tried(template: SqlTemplate): Promise<SqlResult> {
    const nobody = template.parameters.map(() => null);
    return this.#parts.pool.query(template.text, nobody);
  }

  close(): Promise<void> {
    return this.#parts.pool.close();
  }
}
