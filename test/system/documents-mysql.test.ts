/**
 * A guide to logins and permissions in MySQL, done with the command and the clients: its statements, its chain of the
 * built-in database before MySQL, its sample rows, and its forms of hashes.
 */

import { createHash, pbkdf2Sync } from 'node:crypto';
import { connect } from 'node:net';
import { type IClientOptions, MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { mosquittoPub, mosquittoPubStarted } from '../clients/mosquitto.ts';
import { connectedJs, jsClient } from '../clients/mqttjs.ts';
import { lacks } from '../clients/programs.ts';
import { until } from '../listeners/listening.ts';
import { lacksMariadb, MariadbServer } from '../services/mariadb.ts';
import { startHoopoe } from './executable.ts';
import { guide, obey } from './mysql-guide.ts';

const missing = lacksMariadb();

let server: MariadbServer;

beforeAll(async () => {
  if (missing) return;
  server = await MariadbServer.start();
  await obey(server);
});
afterAll(() => server?.remove());

/** `proxied` is for clients whose address is what they say it is. */
const listeners = `
listeners:
  tcp: { host: 127.0.0.1, port: 0 }
  proxied: { host: 127.0.0.1, port: 0, proxy_protocol: true, proxy_trusted: [127.0.0.1] }
management: { enabled: false }
`;

function sectionOf(passwordHash: string, authQuery: string = guide.authQuery): string {
  return `
    mysql:
      server: 127.0.0.1:${server.port}
      username: root
      password: public
      database: emqx
      password_hash: ${JSON.stringify(passwordHash)}
      auth_query: ${JSON.stringify(authQuery)}
      acl_query: ${JSON.stringify(guide.aclQuery)}
`;
}

const emqx = { username: 'emqx', password: 'public', protocolVersion: 5 as const };

/** A client whose address a proxy tells. */
function clientFrom(address: string, port: number, options: IClientOptions): MqttClient {
  const client = new MqttClient(
    () => {
      const socket = connect({ port, host: '127.0.0.1' });
      socket.write(`PROXY TCP4 ${address} 127.0.0.1 4000 1883\r\n`);
      return socket;
    },
    { ...options, reconnectPeriod: 0 },
  );
  onTestFinished(() => client.endAsync(true));
  return client;
}

/** What each subscription is answered with. */
function grantsOf(client: MqttClient, topics: readonly string[]): Promise<(number | undefined)[]> {
  return Promise.all(
    topics.map((topic) =>
      client.subscribeAsync(topic).then(
        (granted) => granted[0]?.qos,
        (error: { packet?: { granted: number[] } }) => error.packet?.granted[0],
      ),
    ),
  );
}

/** The code of a refusal; undefined for a client that is in. */
async function codeOf(url: string, login: IClientOptions): Promise<number | undefined> {
  const client = jsClient(url, login);
  await until(() => client.errors.length > 0 || client.sessionsPresent.length > 0, 'an answer', 10_000);
  return (client.errors[0] as { code?: number } | undefined)?.code;
}

describe.skipIf(missing)('the guide to MySQL', () => {
  test('lets its sample user in, and its sample rows hold', async () => {
    const yaml = `${listeners}access:\n  cloud:${sectionOf('sha256')}`;
    const { ports, program } = await startHoopoe([], { yaml });
    const url = `mqtt://127.0.0.1:${ports.get('tcp')}`;
    const { client } = await connectedJs(url, { ...emqx, clientId: 'mine' });
    const filters = [
      '$SYS/#',
      '$SYS/broker/uptime',
      '$share/g/$SYS/#',
      '/smarthome/other/temperature',
      '/smarthome/+/temperature',
      '$share/g/+/smarthome/other/temperature',
      '/smarthome/mine/temperature',
      'anything/else',
    ];
    expect(await grantsOf(client, filters)).toEqual([0x87, 0x87, 0x87, 0x87, 0x87, 0, 0, 0]);
    await client.publishAsync('/smarthome/other/temperature', '21', { qos: 1 });

    const inside = clientFrom('10.59.1.100', ports.get('proxied')!, { ...emqx, clientId: 'inside' });
    const outside = clientFrom('10.59.1.101', ports.get('proxied')!, { ...emqx, clientId: 'outside' });
    expect(await grantsOf(inside, ['$SYS/#', '/smarthome/mine/temperature'])).toEqual([0, 0x87]);
    expect(await grantsOf(outside, ['$SYS/#', '/smarthome/outside/temperature'])).toEqual([0x87, 0]);
    // A name that is a pattern is a name.
    const plus = await connectedJs(url, { ...emqx, clientId: '+' });
    expect(await grantsOf(plus.client, ['/smarthome/mine/temperature', '/smarthome/+/temperature'])).toEqual([
      0x87, 0x87,
    ]);

    for (const login of [{ password: 'wrong' }, { username: 'nobody' }, { username: "emqx' or '1'='1" }, {}]) {
      const said = Object.keys(login).length === 0 ? {} : { username: 'emqx', password: 'public', ...login };
      expect(await codeOf(url, { ...said, protocolVersion: 4 }), JSON.stringify(login)).toBe(4);
    }
    expect(program.errors.split('MYSQL_COLUMN_MISSING')).toHaveLength(2);
  });

  test('asks the built-in database first, and whoever it refuses nobody lets in', async () => {
    const yaml = `${listeners}
access:
  default_authentication:
    builtin: { bootstrap_users: "emqx:another", scram: false }
  cloud:${sectionOf('sha256')}`;
    const { ports } = await startHoopoe([], { yaml });
    const url = `mqtt://127.0.0.1:${ports.get('tcp')}`;
    expect(await codeOf(url, { ...emqx, password: 'another' })).toBeUndefined();
    // It is right for MySQL, which is not asked any more.
    expect(await codeOf(url, emqx)).toBe(0x86);
    await server.sql(
      "INSERT INTO mqtt_user (username, password) VALUES ('only-there', sha2('public', 256)) ON DUPLICATE KEY UPDATE id = id",
      'emqx',
    );
    expect(await codeOf(url, { ...emqx, username: 'only-there' })).toBeUndefined();
    expect(await codeOf(url, { ...emqx, username: 'only-there', password: 'another' })).toBe(0x86);
  });

  const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
  const forms: [string, string, string | null][] = [
    ['plain', 'public', null],
    ['sha256', sha256('public'), null],
    ['salt,sha256', sha256('a saltpublic'), 'a salt'],
    ['sha256,salt', sha256('publica salt'), 'a salt'],
    ['pbkdf2, sha256, 1000, 20', pbkdf2Sync('public', 'a salt', 1000, 20, 'sha256').toString('hex'), 'a salt'],
  ];

  test('knows every form of hash that it names, with a salt of the row, a fixed one and a column of another name', async () => {
    await server.sql('CREATE TABLE forms (name varchar(100), hash varchar(100), salt varchar(35))', 'emqx');
    const access: string[] = [];
    for (const [form, hash, salt] of forms) {
      const name = form.replaceAll(/\W+/g, '_');
      const value = salt === null ? 'NULL' : `'${salt}'`;
      await server.sql(`INSERT INTO forms VALUES ('${name}', '${hash}', ${value})`, 'emqx');
      const query = (column: string): string =>
        `select hash as password, ${column} from forms where name = '%u' and name = '${name}' limit 1`;
      access.push(`  ${name}:${sectionOf(form, query('salt'))}`);
      if (salt === null) continue;
      await server.sql(`INSERT INTO forms VALUES ('${name}_fixed', '${hash}', NULL)`, 'emqx');
      const fixed = query(`'${salt}' as salt`).replace(`'${name}' limit`, `'${name}_fixed' limit`);
      access.push(`  ${name}_fixed:${sectionOf(form, fixed)}`);
    }
    const { ports, program } = await startHoopoe([], { yaml: `${listeners}access:\n${access.join('')}` });
    const url = `mqtt://127.0.0.1:${ports.get('tcp')}`;
    const names = access.map((section) => /^ {2}(\w+):/.exec(section)![1]!);
    expect(names).toHaveLength(8);
    for (const username of names) {
      expect(await codeOf(url, { ...emqx, username }), `${username} ${program.errors}`).toBeUndefined();
      expect(await codeOf(url, { ...emqx, username, password: 'Public' }), username).toBe(0x86);
    }
  });

  test.skipIf(lacks('mosquitto-clients'))('says why it does not come to be, where the address is wrong', async () => {
    const yaml = `${listeners}access:\n  cloud:${sectionOf('sha256').replace(String(server.port), '1')}`;
    const { ports, program } = await startHoopoe([], { yaml });
    await until(() => program.errors.includes('An access source cannot answer'), 'the warning', 10_000);
    expect(program.errors).toMatch(/source=cloud kind=mysql code=MYSQL_UNREACHABLE/);
    const refused = mosquittoPubStarted(ports.get('tcp')!, '-u', 'emqx', '-P', 'public', '-t', 'a', '-m', 'x');
    expect(await refused.end()).not.toBe(0);
    expect(refused.errors).toMatch(/Connection Refused: broker unavailable/);
  });

  test.skipIf(lacks('mosquitto-clients'))('serves the clients of Mosquitto', async () => {
    const { ports } = await startHoopoe([], { yaml: `${listeners}access:\n  cloud:${sectionOf('sha256')}` });
    await mosquittoPub(ports.get('tcp')!, '-u', 'emqx', '-P', 'public', '-t', 'a', '-m', 'x', '-q', '1');
  });
});
