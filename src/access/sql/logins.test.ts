import { describe, expect, it } from 'vitest';
import type { Credentials } from '../../ports/access.ts';
import { BackendError } from '../../ports/backend-error.ts';
import type { HashRule, PasswordChecks } from '../../ports/password-checks.ts';
import { postgresqlDialect } from '../postgresql/open-postgresql.ts';
import type { SqlResult } from './connection.ts';
import { SqlLogins } from './logins.ts';
import { parseTemplate, type SqlTemplate } from './template.ts';

const dialect = postgresqlDialect();
const rule: HashRule = { kind: 'plain' };

function template(text: string): SqlTemplate {
  const read = parseTemplate(text, dialect.syntax);
  if ('problem' in read) throw new Error(read.problem);
  return read;
}

interface Answers {
  auth: () => Promise<SqlResult>;
  superuser?: () => Promise<SqlResult>;
}

function logins({ auth, superuser = () => rowOf(false) }: Answers): {
  logins: SqlLogins;
  said: string[];
  spent: string[];
} {
  const said: string[] = [];
  const spent: string[] = [];
  const passwords: PasswordChecks = {
    verify: (password, { hash }) => password.toString() === hash,
    verifyUnknown: (password) => {
      spent.push(password.toString());
      return false;
    },
  };
  const note = (message: string): void => void said.push(message);
  return {
    said,
    spent,
    logins: new SqlLogins({
      name: 'devices',
      dialect,
      pool: { query: (text) => (text.includes('super') ? superuser() : auth()) },
      query: template("select password from t where u = '%u'"),
      superQuery: template("select super from t where u = '%u'"),
      rule,
      passwords,
      failure: (kind, saying) => new BackendError(`POSTGRESQL_${kind}`, saying),
      log: { debug: note, info: note, warn: note, error: note },
    }),
  };
}

async function rowOf(...columns: unknown[]): Promise<SqlResult> {
  return { columns: ['password', 'salt'].slice(0, columns.length), rows: [columns] };
}

const nobody = async (): Promise<SqlResult> => ({ columns: ['password'], rows: [] });
const down = (): Promise<never> => Promise.reject(new BackendError('POSTGRESQL_UNREACHABLE', 'down'));

function credentials(password: string | undefined = 'right', username: string | undefined = 'u'): Credentials {
  const peer = { address: '10.0.0.1' };
  return { clientId: 'c', username, password: password && Buffer.from(password), peer } as unknown as Credentials;
}

describe('a login from a table', () => {
  it('fails when the database does, for everybody', async () => {
    const { logins: some, said } = logins({ auth: down });
    for (const password of ['right', 'wrong']) {
      await expect(some.authenticate(credentials(password))).rejects.toMatchObject({ code: 'POSTGRESQL_UNREACHABLE' });
    }
    expect(said).toEqual([]);
  });

  it('compares the password that was sent, whatever becomes of the packet meanwhile', async () => {
    let answer: ((result: SqlResult) => void) | undefined;
    const { logins: some } = logins({ auth: () => new Promise((resolve) => (answer = resolve)) });
    const sent = credentials('wrong');
    const verdict = some.authenticate(sent);
    sent.password?.write('right');
    answer?.(await rowOf('right'));
    expect(await verdict).toEqual({ outcome: 'deny' });
  });

  it('costs unknown users the time of a comparison', async () => {
    const { logins: some, spent } = logins({ auth: nobody });
    expect(await some.authenticate(credentials('secret'))).toEqual({ outcome: 'ignore' });
    expect(spent).toEqual(['secret']);
  });

  it('does not ask about clients that say nothing of what the query asks', async () => {
    let asked = 0;
    const { logins: some } = logins({
      auth: () => {
        asked++;
        return nobody();
      },
    });
    expect(await some.authenticate(credentials('right', undefined as never))).toEqual({ outcome: 'ignore' });
    const noName = { ...credentials(), username: undefined };
    expect(await some.authenticate(noName)).toEqual({ outcome: 'ignore' });
    expect(asked).toBe(1);
  });

  it('makes nobody a superuser while that cannot be asked, and says so at each change', async () => {
    let superuser: () => Promise<SqlResult> = down;
    const { logins: some, said } = logins({ auth: () => rowOf('right'), superuser: () => superuser() });
    const login = async (): Promise<unknown> => some.authenticate(credentials());
    expect([await login(), await login()]).toEqual([
      { outcome: 'allow', superuser: false },
      { outcome: 'allow', superuser: false },
    ]);
    expect(said).toHaveLength(1);
    superuser = () => rowOf(true);
    expect(await login()).toEqual({ outcome: 'allow', superuser: true });
    superuser = down;
    expect(await login()).toEqual({ outcome: 'allow', superuser: false });
    expect(said).toHaveLength(2);
  });

  it('does not take our own mistakes for an answer', async () => {
    const superuser = (): Promise<never> => Promise.reject(new TypeError('a mistake'));
    const { logins: some } = logins({ auth: () => rowOf('right'), superuser });
    await expect(some.authenticate(credentials())).rejects.toThrow('a mistake');
  });
});
