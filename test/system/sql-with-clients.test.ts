/**
 * A broker whose logins and permissions are in real databases, with real clients: what they may do, and what happens
 * when the database stops and starts again while many log in.
 */

import { connect } from 'node:net';
import { generate } from 'mqtt-packet';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { mysqlDialect } from '../../src/access/mysql/open-mysql.ts';
import { postgresqlDialect } from '../../src/access/postgresql/open-postgresql.ts';
import { mysqlRows } from '../../src/config/rows/access/mysql.ts';
import { postgresqlRows } from '../../src/config/rows/access/postgresql.ts';
import { mosquittoPub, mosquittoPubStarted } from '../clients/mosquitto.ts';
import { connectedJs, jsClient } from '../clients/mqttjs.ts';
import { lacks } from '../clients/programs.ts';
import { type Serving, serve } from '../clients/serving.ts';
import { pause, until } from '../listeners/listening.ts';
import { lacksMariadb, MariadbServer } from '../services/mariadb.ts';
import { lacksPostgresql, PostgresqlServer } from '../services/postgresql.ts';
import { openSource } from '../services/sql-source.ts';

/** SHA-256 of `public`. */
const PUBLIC = 'efa1f375d76194fa51a3556a97e641e61685f914d446979da50a551a4333ffd7';

const TABLES = `
  CREATE TABLE mqtt_user (username varchar(100), password varchar(100), salt varchar(35), is_superuser NUMBER);
  INSERT INTO mqtt_user VALUES ('emqx', '${PUBLIC}', NULL, 0), ('chief', '${PUBLIC}', NULL, 1);
  CREATE TABLE mqtt_acl (allow int, ipaddr varchar(60), username varchar(100), clientid varchar(100), access int, topic varchar(100));
  INSERT INTO mqtt_acl (allow, ipaddr, username, clientid, access, topic) VALUES
    (0, NULL, '$all', NULL, 1, '$SYS/#'),
    (0, NULL, '$all', NULL, 1, '/smarthome/+/temperature'),
    (1, NULL, '$all', NULL, 1, '/smarthome/%c/temperature'),
    (0, NULL, '$all', NULL, 2, 'secret/#');`;

const ACL_QUERY =
  "select allow, ipaddr, username, clientid, access, topic from mqtt_acl where ipaddr = '%a' or username = '%u' or username = '$all' or clientid = '%c'";

interface Database {
  start(): Promise<void>;
  stop(): Promise<void>;
  remove(): Promise<void>;
  readonly port: number;
}

async function startPostgresql(): Promise<Database> {
  const server = await PostgresqlServer.start();
  await server.sql(`CREATE ROLE mqtt LOGIN PASSWORD 'mqtt'; GRANT pg_read_all_data TO mqtt;`);
  await server.sql('CREATE DATABASE mqtt');
  await server.sql(TABLES.replace('NUMBER', 'int'), 'mqtt');
  return server;
}

async function startMariadb(): Promise<Database> {
  const server = await MariadbServer.start();
  await server.sql('CREATE DATABASE mqtt');
  await server.sql(TABLES.replace('NUMBER', 'tinyint(1)'), 'mqtt');
  await server.sql("CREATE USER mqtt@'%' IDENTIFIED BY 'mqtt'; GRANT SELECT ON mqtt.* TO mqtt@'%'");
  return server;
}

const databases = [
  {
    title: 'PostgreSQL',
    missing: lacksPostgresql(),
    start: startPostgresql,
    dialect: postgresqlDialect(),
    rows: postgresqlRows,
  },
  { title: 'MySQL', missing: lacksMariadb(), start: startMariadb, dialect: mysqlDialect(), rows: mysqlRows },
];

/** Logs in and leaves. Gives the return code of CONNACK, or -1 for a connection that was closed without one. */
function returnCode(port: number, username: string, password: string, clientId: string): Promise<number> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.on('error', () => {});
    socket.on('close', () => resolve(-1));
    socket.on('data', (bytes) => {
      resolve(bytes[3] ?? -1);
      socket.destroy();
    });
    socket.write(generate({ cmd: 'connect', clientId, username, password: Buffer.from(password), protocolVersion: 4 }));
  });
}

describe.each(databases)('a broker with logins in $title', ({ missing, start, dialect, rows }) => {
  let database: Database;

  beforeAll(async () => {
    if (!missing) database = await start();
  });
  afterAll(() => database?.remove());

  async function serving(): Promise<Serving> {
    const { source } = await openSource(dialect, rows, {
      server: `127.0.0.1:${database.port}`,
      username: 'mqtt',
      password: 'mqtt',
      acl_query: ACL_QUERY,
      reconnect_seconds_max: 0.5,
    });
    return serve({ authenticators: [source.authenticator!], authorizers: [source.authorizer!] });
  }

  it.skipIf(missing)('lets clients in, and lets them do what the rows say', async () => {
    const { urlOf } = await serving();
    const login = { username: 'emqx', password: 'public', clientId: 'mine', protocolVersion: 5 as const };
    const { client } = await connectedJs(urlOf('tcp'), login);
    const grants = await Promise.all(
      ['/smarthome/mine/temperature', '/smarthome/other/temperature', '/smarthome/+/temperature', '$SYS/#', 'free'].map(
        (topic) =>
          client.subscribeAsync(topic).then(
            (granted) => granted[0]?.qos,
            () => 0x87,
          ),
      ),
    );
    expect(grants).toEqual([0, 0x87, 0x87, 0x87, 0]);
    await expect(client.publishAsync('secret/x', 'x', { qos: 1 })).rejects.toMatchObject({ code: 0x87 });
    await client.publishAsync('open/x', 'x', { qos: 1 });

    const chief = await connectedJs(urlOf('tcp'), { ...login, username: 'chief', clientId: 'chief' });
    await chief.client.publishAsync('secret/x', 'x', { qos: 1 });
    await chief.client.subscribeAsync('$SYS/#');
  });

  it.skipIf(missing)('refuses the wrong password and unknown names with the codes of 3.1.1', async () => {
    const { port, urlOf } = await serving();
    expect(await returnCode(port, 'emqx', 'public', 'a')).toBe(0);
    expect(await returnCode(port, 'emqx', 'wrong', 'a')).toBe(4);
    expect([4, 5]).toContain(await returnCode(port, 'nobody', 'public', 'a'));
    const refused = jsClient(urlOf('tcp'), { username: 'emqx', password: 'wrong', protocolVersion: 4 });
    await until(() => refused.errors.length > 0, 'the client was refused', 10_000);
    expect(String(refused.errors[0])).toContain('Bad username or password');
  });

  it.skipIf(missing || lacks('mosquitto-clients'))('serves the clients of Mosquitto', async () => {
    const { port } = await serving();
    const args = ['-t', 'open/x', '-m', 'x', '-q', '1', '-u', 'emqx'];
    await mosquittoPub(port, ...args, '-P', 'public');
    const refused = mosquittoPubStarted(port, ...args, '-P', 'wrong');
    expect(await refused.end()).not.toBe(0);
    expect(refused.errors).toMatch(/bad user name or password/i);
  });

  it.skipIf(missing)('lets nobody in by mistake while the database stops and starts', async () => {
    const { port } = await serving();
    const counts = { right: 0, rightRefused: 0, wrong: 0, wrongLetIn: 0 };
    let isOver = false;
    onTestFinished(() => {
      isOver = true;
    });
    const attempt = async (lane: number): Promise<void> => {
      for (let i = 0; !isOver; i++) {
        const isWrong = i % 3 === 0;
        const [name, password] = [
          ['nobody', 'public'],
          ['emqx', 'public'],
          ['emqx', 'wrong'],
        ][isWrong ? (i % 2) * 2 : 1] as [string, string];
        const code = await returnCode(port, name, password, `lane-${lane}`);
        if (isWrong) counts[code === 0 ? 'wrongLetIn' : 'wrong']++;
        else counts[code === 0 ? 'right' : 'rightRefused']++;
        await pause(1);
      }
    };
    const lanes = Promise.all(Array.from({ length: 16 }, (_, lane) => attempt(lane)));
    await until(() => counts.right > 50 && counts.wrong > 20, 'many have logged in', 20_000);
    await database.stop();
    const refused = counts.rightRefused;
    await until(() => counts.rightRefused > refused + 50, 'the right ones are refused as well', 20_000);
    const during = counts.right;
    await until(() => counts.rightRefused > refused + 150, 'more of them are refused', 20_000);
    expect(counts.right).toBe(during);
    await database.start();
    await until(() => counts.right > during + 50, 'the right ones are let in again', 20_000);
    isOver = true;
    await lanes;
    expect(counts.wrongLetIn).toBe(0);
    expect(await returnCode(port, 'emqx', 'public', 'last')).toBe(0);
  });

  it.skipIf(missing)('starts without the database, and lets clients in once it is there', async () => {
    await database.stop();
    const { port } = await serving();
    expect(await returnCode(port, 'emqx', 'public', 'a')).toBe(3);
    expect(await returnCode(port, 'emqx', 'wrong', 'a')).toBe(3);
    await database.start();
    let code = -1;
    const deadline = performance.now() + 20_000;
    while (code !== 0 && performance.now() < deadline) {
      code = await returnCode(port, 'emqx', 'public', 'a');
      await pause(20);
    }
    expect(code).toBe(0);
  });
});
