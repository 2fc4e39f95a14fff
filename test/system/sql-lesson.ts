/** A PostgreSQL with the tables of a lesson about EMQTT 2.3 and of EMQX 4.3, and sources that ask it. */

import { postgresqlDialect } from '../../src/access/postgresql/open-postgresql.ts';
import { postgresqlRows } from '../../src/config/rows/access/postgresql.ts';
import type { OptionValue } from '../../src/ports/option.ts';
import { PostgresqlServer } from '../services/postgresql.ts';
import { type OpenedSource, openSource } from '../services/sql-source.ts';

/** The statements of a lesson about EMQTT 2.3, with the commas of its language. */
const lesson = {
  database: `CREATE DATABASE mqtt
  WITH OWNER = mqtt
       ENCODING = 'UTF8'
       TABLESPACE = pg_default
       LC_COLLATE = 'C'
       LC_CTYPE = 'C'
       CONNECTION LIMIT = -1;
`,
  table: `CREATE TABLE mqtt_user (
  id SERIAL primary key,
  is_superuser boolean,
  username character varying(100),
  password character varying(100)
)
`,
  user: `INSERT INTO mqtt_user(is_superuser， username, password) VALUES(false， 'testuser', '123456')
`,
};

/** The table of permissions that EMQX 4.3 brings, and its rows. */
const permissions = `
CREATE TABLE mqtt_acl (
  id SERIAL PRIMARY KEY,
  allow integer,
  ipaddr character varying(60),
  username character varying(100),
  clientid character varying(100),
  access integer,
  topic character varying(100)
);
INSERT INTO mqtt_acl (id, allow, ipaddr, username, clientid, access, topic) VALUES
  (1,1,NULL,'$all',NULL,2,'#'),
  (2,0,NULL,'$all',NULL,1,'$SYS/#'),
  (3,0,NULL,'$all',NULL,1,'eq #'),
  (5,1,'127.0.0.1',NULL,NULL,2,'$SYS/#'),
  (6,1,'127.0.0.1',NULL,NULL,2,'#'),
  (7,1,NULL,'dashboard',NULL,1,'$SYS/#');
`;

/** The query of permissions that EMQX 4.3 brings. */
export const aclQuery: string =
  "select allow, ipaddr, username, clientid, access, topic from mqtt_acl where ipaddr = '%a' or username = '%u' or username = '$all' or clientid = '%c'";

/** A server with the lesson's user `testuser`, whose password is `123456`, and the permissions of EMQX. */
export async function postgresqlWithTables(): Promise<PostgresqlServer> {
  const server = await PostgresqlServer.start();
  await server.sql("CREATE ROLE mqtt LOGIN PASSWORD 'mqtt'");
  await server.sql(lesson.database);
  await server.sql(`SET ROLE mqtt; ${lesson.table}`, 'mqtt');
  await server.sql(lesson.user.replaceAll('，', ','), 'mqtt');
  await server.sql(`SET ROLE mqtt; ${permissions}`, 'mqtt');
  return server;
}

export function openAt(server: PostgresqlServer, values: Record<string, OptionValue> = {}): Promise<OpenedSource> {
  return openSource(postgresqlDialect(), postgresqlRows, {
    server: `127.0.0.1:${server.port}`,
    username: 'mqtt',
    password: 'mqtt',
    password_hash: 'plain',
    ...values,
  });
}
