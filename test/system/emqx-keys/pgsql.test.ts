/** What the keys of emqx_auth_pgsql do, with a real PostgreSQL. */

import { afterAll, beforeAll, describe } from 'vitest';
import { pgsql, pgsqlTables } from '../../config/effects/served/pgsql-effects.ts';
import { type Served, servedTests } from '../../config/effects/served/served-effect.ts';
import { lacksPostgresql, type PostgresqlServer } from '../../services/postgresql.ts';
import { aclQuery, postgresqlWithTables } from '../sql-lesson.ts';
import { type ClientFiles, clientFiles } from './client-files.ts';

const missing = lacksPostgresql();

let served: Served<PostgresqlServer>;
let files: ClientFiles;

beforeAll(async () => {
  if (missing) return;
  files = clientFiles('certified');
  const server = await postgresqlWithTables();
  await server.sql(pgsqlTables.mqtt, 'mqtt');
  await server.sql('CREATE DATABASE other OWNER mqtt');
  await server.sql(pgsqlTables.other, 'other');
  await server.sql('CREATE ROLE certified LOGIN; GRANT mqtt TO certified');
  await server.sql("ALTER SYSTEM SET ssl_max_protocol_version = 'TLSv1.2'");
  await server.trustCertificates(files.authority, 'certified');
  const values = {
    at: `127.0.0.1:${server.port}`,
    named: `localhost:${server.port}`,
    ca: server.caPath,
    acl: aclQuery,
  };
  served = { server, values: { ...values, ...files.values } };
});

afterAll(async () => {
  await served?.server.remove();
  files?.remove();
});

describe.skipIf(missing)('keys of emqx_auth_pgsql', () => {
  servedTests(pgsql, () => served);
});
