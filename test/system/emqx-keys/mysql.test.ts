/** What the keys of emqx_auth_mysql do, with a real MariaDB. */

import { afterAll, beforeAll, describe } from 'vitest';
import { mysql, mysqlTables } from '../../config/effects/served/mysql-effects.ts';
import { type Served, servedTests } from '../../config/effects/served/served-effect.ts';
import { lacksMariadb, MariadbServer } from '../../services/mariadb.ts';
import { aclQuery } from '../sql-lesson.ts';
import { type ClientFiles, clientFiles } from './client-files.ts';

const missing = lacksMariadb();

let served: Served<MariadbServer>;
let files: ClientFiles;

beforeAll(async () => {
  if (missing) return;
  files = clientFiles('certified');
  const server = await MariadbServer.start(files.authority, ['--tls-version=TLSv1.2']);
  await server.sql('CREATE DATABASE mqtt; CREATE DATABASE other');
  await server.sql(mysqlTables.mqtt, 'mqtt');
  await server.sql(mysqlTables.other, 'other');
  await server.sql(mysqlTables.users);
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

describe.skipIf(missing)('keys of emqx_auth_mysql', () => {
  servedTests(mysql, () => served);
});
