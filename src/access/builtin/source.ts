/**
 * The built-in database as a source: users by user name and by Client Identifier with their permissions, in the
 * broker's own store, and managed while it runs. A client is let in with the password of its records, is refused with any other,
 * and is left to the next source when it has no record.
 */

import { randomBytes } from 'node:crypto';
import type {
  Authenticator,
  Authorizer,
  Credentials,
  EnhancedAuthenticator,
  LoginVerdict,
} from '../../ports/access.ts';
import type { AccessSource, OpenAccessSource, SourceDependencies } from '../../ports/access-source.ts';
import type { BuiltinUsers } from '../../ports/builtin-users.ts';
import type { HashRule, PasswordChecks } from '../../ports/password-checks.ts';
import { isPromiseLike } from '../../std/promise-like.ts';
import { addMissing, bootstrapUsers } from './bootstrap.ts';
import { type PasswordForm, ruleOf } from './new-password.ts';
import { PermissionTable } from './permission-table.ts';
import { RecordTable } from './record-table.ts';
import { SECRET_KEY, type UserRecord } from './records.ts';
import { scramAuthenticator } from './scram.ts';
import { UserTable } from './user-table.ts';

const SECRET_BYTES = 32;

const NOT_KEPT =
  'A user or permission was changed that is kept in memory only and ends with the broker; durability.mode keeps it';

type Answer = LoginVerdict | { outcome: 'ignore' };

const IGNORE: Answer = { outcome: 'ignore' };
const DENY: Answer = { outcome: 'deny' };

/** @throws BackendError `BUILTIN_BOOTSTRAP_INVALID`, or what the store says */
export const openBuiltin: OpenAccessSource = async (name, options, dependencies) => {
  const { store, clock, passwords, log, endConnections } = dependencies;
  const missing = bootstrapUsers(name, options);
  const form: PasswordForm = {
    rule: ruleOf(options.text('password_hash'), options.number('pbkdf2_iterations')),
    scramIterations: options.boolean('scram') ? options.number('scram_iterations') : undefined,
  };
  const table = new RecordTable(store, name);
  const users = new UserTable(table, clock, form, options.boolean('end_connections') ? endConnections : undefined);
  await addMissing(missing, users, passwords, log, name);
  const permissions = new PermissionTable(table, clock, dependencies.rulesChanged);
  const checksAll = options.text('records_checked') === 'all';
  const logins = new BuiltinLogins(name, users, passwords, {
    rule: form.rule,
    hidesUnknown: options.boolean('hide_unknown_users'),
    checksAll,
  });
  const scram =
    form.scramIterations === undefined
      ? []
      : await scramOf(users, table, form.scramIterations, checksAll, dependencies);
  // What is bootstrapped comes back with the next start; what an operator changes now does not.
  if (!store.durable) table.onFirstChange(() => log.warn(NOT_KEPT, { source: name }));
  return new BuiltinSource(name, table, users, permissions, logins, scram);
};

class BuiltinSource implements AccessSource {
  readonly name: string;
  readonly kind = 'builtin';
  readonly authenticator: Authenticator;
  readonly enhancedAuthenticators: readonly EnhancedAuthenticator[];
  readonly authorizer: Authorizer;
  readonly users: BuiltinUsers;
  readonly #table: RecordTable;

  constructor(
    name: string,
    table: RecordTable,
    users: UserTable,
    permissions: PermissionTable,
    logins: Authenticator,
    scram: readonly EnhancedAuthenticator[],
  ) {
    this.name = name;
    this.#table = table;
    this.authenticator = logins;
    this.enhancedAuthenticators = scram;
    this.authorizer = {
      name,
      authorize: (client, request) => permissions.decide(client, request),
      explain: (client, request) => permissions.explain(client, request),
    };
    this.users = {
      users: (kind, page) => users.list(kind, page),
      user: (kind, name) => users.get(kind, name),
      addUser: (user) => users.add(user),
      changeUser: (kind, name, change) => users.change(kind, name, change),
      removeUser: (kind, name) => users.remove(kind, name),
      exportUsers: (kind, page) => users.export(kind, page),
      importUsers: (all) => users.import(all),
      permissions: (target) => permissions.list(target),
      namesWithPermissions: (kind, page) => permissions.names(kind, page),
      addPermission: (target, rule) => permissions.add(target, rule),
      removePermission: (target, action, topic) => permissions.remove(target, action, topic),
      removePermissions: (target) => permissions.removeAll(target),
    };
  }

  /** Waits for changes that are under way. The store stays open, as others use it too. */
  async close(): Promise<void> {
    await this.#table.idle();
  }
}

/** Whether a record is the one that was checked. */
function isSame(before: UserRecord | undefined, now: UserRecord | undefined): boolean {
  return before?.password.hash === now?.password.hash && before?.superuser === now?.superuser;
}

interface LoginOptions {
  /** What a login of a user made now costs. */
  readonly rule: HashRule;
  readonly hidesUnknown: boolean;
  /** Whether who is known by both names has to show the password of both, or of any. */
  readonly checksAll: boolean;
}

class BuiltinLogins implements Authenticator {
  readonly name: string;
  readonly #users: UserTable;
  readonly #passwords: PasswordChecks;
  readonly #options: LoginOptions;

  constructor(name: string, users: UserTable, passwords: PasswordChecks, options: LoginOptions) {
    this.name = name;
    this.#users = users;
    this.#passwords = passwords;
    this.#options = options;
  }

  authenticate({ clientId, username, password }: Credentials): Answer | Promise<Answer> {
    const byName = username === undefined ? undefined : this.#users.find('username', username);
    const byClientId = this.#users.find('client_id', clientId);
    const records = [byName, byClientId].filter((record) => record !== undefined);
    if (records.length > 0) {
      if (password === undefined) return DENY;
      const answer = this.#check(password, records, 0, []);
      if (!isPromiseLike(answer)) return answer;
      const isStill = (): boolean =>
        isSame(byName, username === undefined ? undefined : this.#users.find('username', username)) &&
        isSame(byClientId, this.#users.find('client_id', clientId));
      // Who was taken away while a slow hash was checked must not come in behind those whose connections ended by it.
      return answer.then((late) => (isStill() ? late : DENY));
    }
    // Who shows no password learns nothing from how long the answer takes, and where nobody is known nobody is hidden.
    if (password === undefined || !this.#options.hidesUnknown || this.#users.isEmpty) return IGNORE;
    const spent = this.#passwords.verifyUnknown(password, this.#options.rule);
    return spent instanceof Promise ? spent.then(() => IGNORE) : IGNORE;
  }

  /**
   * Compares the records from `at` on; `matched` are those before it whose password this is. Only slow hashes are waited
   * for: with promises and timers for fast ones as well, a connect allocated 24 KB instead of 15.
   */
  #check(
    password: Uint8Array,
    records: readonly UserRecord[],
    at: number,
    matched: readonly UserRecord[],
  ): Answer | Promise<Answer> {
    const record = records[at];
    if (record === undefined) return this.#decide(password, records, matched);
    const goOn = (isRight: boolean): Answer | Promise<Answer> => {
      const right = isRight ? [...matched, record] : matched;
      const isDecided = this.#options.checksAll ? right.length === 0 : right.length > 0;
      return isDecided ? this.#decide(password, records, right) : this.#check(password, records, at + 1, right);
    };
    const answer = this.#passwords.verify(password, record.password);
    return typeof answer === 'boolean' ? goOn(answer) : answer.then(goOn);
  }

  #decide(
    password: Uint8Array,
    records: readonly UserRecord[],
    matched: readonly UserRecord[],
  ): Answer | Promise<Answer> {
    const { rule, hidesUnknown, checksAll } = this.#options;
    if (matched.length === (checksAll ? records.length : 1)) {
      return { outcome: 'allow', superuser: matched.some(({ superuser }) => superuser) };
    }
    // A hash from elsewhere may be a fast one, and would tell by its haste that the name exists.
    const isFast = records.every(({ password: { rule: used } }) => used.kind === 'plain' || used.kind === 'hash');
    const spent = isFast && hidesUnknown && this.#passwords.verifyUnknown(password, rule);
    return spent === false ? DENY : spent.then(() => DENY);
  }
}

async function scramOf(
  users: UserTable,
  table: RecordTable,
  iterations: number,
  checksAll: boolean,
  { random }: SourceDependencies,
): Promise<readonly EnhancedAuthenticator[]> {
  const secret = await table.change(async () => {
    const stored = table.get(SECRET_KEY);
    const result = stored ?? randomBytes(SECRET_BYTES);
    return { changes: stored === undefined ? new Map([[SECRET_KEY, result]]) : new Map(), result };
  });
  const find = (name: string, clientId: string): UserRecord | undefined => {
    // A Client Identifier with a password of its own is not had for that of a user name, which alone is shown here.
    const isOther = checksAll && users.find('client_id', clientId) !== undefined;
    return isOther ? undefined : users.find('username', name);
  };
  const options = { find, random, secret, iterations };
  return [scramAuthenticator('sha256', options), scramAuthenticator('sha512', options)];
}
