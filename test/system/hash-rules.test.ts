/** Every rule for hashes, with blanks and without, and what real databases hold of the password `public` under it. */

import { createHash, pbkdf2Sync } from 'node:crypto';
import { hashSync } from '@node-rs/bcrypt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mysqlDialect } from '../../src/access/mysql/open-mysql.ts';
import { postgresqlDialect } from '../../src/access/postgresql/open-postgresql.ts';
import { openRedis } from '../../src/access/redis/open-redis.ts';
import { mysqlRows } from '../../src/config/rows/access/mysql.ts';
import { postgresqlRows } from '../../src/config/rows/access/postgresql.ts';
import { redisRows } from '../../src/config/rows/access/redis.ts';
import type { AccessSource } from '../../src/ports/access-source.ts';
import { lacksMariadb, MariadbServer } from '../services/mariadb.ts';
import { lacksPostgresql, PostgresqlServer } from '../services/postgresql.ts';
import { lacksRedis, RedisPrivateServer } from '../services/redis.ts';
import { login, openRemote } from '../services/remote-source.ts';
import { openSource } from '../services/sql-source.ts';

interface Stored {
  readonly rule: string;
  readonly hash: string;
  readonly salt: string;
}

const SALT = 'a salt';
const hex = (name: string, text: string): string => createHash(name).update(text).digest('hex');

/** EMQX's words and those of Node. */
const digests = [
  ['md5', 'md5'],
  ['sha', 'sha1'],
  ['sha256', 'sha256'],
  ['sha512', 'sha512'],
] as const;

const written: readonly Stored[] = [
  { rule: 'plain', hash: 'public', salt: '' },
  ...digests.flatMap(([word, name]) => [
    { rule: word, hash: hex(name, 'public'), salt: '' },
    { rule: `salt,${word}`, hash: hex(name, `${SALT}public`), salt: SALT },
    { rule: `${word},salt`, hash: hex(name, `public${SALT}`), salt: SALT },
  ]),
  ...digests.map(([word, name]) => {
    const hash = pbkdf2Sync('public', SALT, 1000, 20, name).toString('hex');
    return { rule: `pbkdf2,${word},1000,20`, hash, salt: SALT };
  }),
  { rule: 'bcrypt', hash: hashSync('public', { cost: 4 }), salt: '' },
];

const forms = written.flatMap((one) => [one, { ...one, rule: one.rule.replaceAll(',', ', ') }]);
const rules = [...new Map(forms.map((one) => [one.rule, one])).values()];

it('among them are the documents’ own values', () => {
  expect(rules.find(({ rule }) => rule === 'sha256')?.hash).toBe(
    'efa1f375d76194fa51a3556a97e641e61685f914d446979da50a551a4333ffd7',
  );
  expect(rules).toHaveLength(30);
});

interface Database {
  readonly title: string;
  readonly missing: boolean;
  start(): Promise<void>;
  remove(): Promise<void>;
  put(row: Stored): Promise<void>;
  open(rule: string): Promise<AccessSource>;
}

const query = "select hash as password, salt from forms where name = '%u' limit 1";
const table = 'CREATE TABLE forms (name varchar(100) PRIMARY KEY, hash varchar(200), salt varchar(35))';
const insert = ({ rule, hash, salt }: Stored): string => `INSERT INTO forms VALUES ('${rule}', '${hash}', '${salt}')`;
const common = (rule: string) => ({
  username: 'mqtt',
  password: 'mqtt',
  password_hash: rule,
  auth_query: query,
  super_query: '',
});

class Postgresql implements Database {
  readonly title = 'PostgreSQL';
  readonly missing = lacksPostgresql();
  #server!: PostgresqlServer;

  async start(): Promise<void> {
    this.#server = await PostgresqlServer.start();
    await this.#server.sql("CREATE ROLE mqtt LOGIN PASSWORD 'mqtt'; GRANT pg_read_all_data TO mqtt");
    await this.#server.sql('CREATE DATABASE mqtt');
    await this.#server.sql(table, 'mqtt');
  }
  remove = (): Promise<void> => this.#server.remove();
  put = (row: Stored): Promise<void> => this.#server.sql(insert(row), 'mqtt');
  async open(rule: string): Promise<AccessSource> {
    const server = `127.0.0.1:${this.#server.port}`;
    return (await openSource(postgresqlDialect(), postgresqlRows, { server, ...common(rule) })).source;
  }
}

class Mariadb implements Database {
  readonly title = 'MariaDB';
  readonly missing = lacksMariadb();
  #server!: MariadbServer;

  async start(): Promise<void> {
    this.#server = await MariadbServer.start();
    await this.#server.sql('CREATE DATABASE mqtt');
    await this.#server.sql("CREATE USER mqtt@'%' IDENTIFIED BY 'mqtt'; GRANT SELECT ON mqtt.* TO mqtt@'%'");
    await this.#server.sql(table, 'mqtt');
  }
  remove = (): Promise<void> => this.#server.remove();
  put = (row: Stored): Promise<void> => this.#server.sql(insert(row), 'mqtt');
  async open(rule: string): Promise<AccessSource> {
    const server = `127.0.0.1:${this.#server.port}`;
    return (await openSource(mysqlDialect(), mysqlRows, { server, ...common(rule) })).source;
  }
}

class RedisStore implements Database {
  readonly title = 'Redis';
  readonly missing = lacksRedis();
  #server!: RedisPrivateServer;

  async start(): Promise<void> {
    this.#server = await RedisPrivateServer.start();
  }
  remove = (): Promise<void> => this.#server.remove();
  async put({ rule, hash, salt }: Stored): Promise<void> {
    await this.#server.command('HSET', `forms:${rule}`, 'password', hash, 'salt', salt);
  }
  async open(rule: string): Promise<AccessSource> {
    const values = { server: [this.#server.address], password_hash: rule, auth_cmd: 'HMGET forms:%u password salt' };
    return (await openRemote(openRedis, redisRows, 'redis', { ...values, super_cmd: '' })).source;
  }
}

describe.each([new Postgresql(), new Mariadb(), new RedisStore()])('in $title', (database) => {
  beforeAll(async () => {
    if (database.missing) return;
    await database.start();
    for (const row of rules) await database.put(row);
  });
  afterAll(async () => {
    if (!database.missing) await database.remove();
  });

  it.skipIf(database.missing)('every rule lets in who has the password, and nobody else', async () => {
    const answers: string[] = [];
    for (const { rule } of rules) {
      const source = await database.open(rule);
      const said = [
        { username: rule, password: 'public' },
        { username: rule, password: 'Public' },
        { username: rule, password: 'public ' },
        { username: rule, password: '' },
        { username: rule },
        { username: 'nobody', password: 'public' },
      ];
      const outcomes: string[] = [];
      for (const one of said) outcomes.push(await login(source, one));
      answers.push(`${rule}: ${outcomes.join(' ')}`);
      // A server has fewer connections than there are rules.
      await source.close();
    }
    expect(answers).toEqual(rules.map(({ rule }) => `${rule}: allow deny deny deny deny ignore`));
  });
});
