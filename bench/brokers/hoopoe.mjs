/** How to start Hoopoe: as users get it, save for the ports and the data folder. Everything about its flags is here. */

import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ACL_COMMAND, AUTH_COMMAND } from '../database.mjs';
import { LOGIN } from '../generator/frames.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const EXECUTABLE = join(ROOT, 'bin/hoopoe');

/** @type {import('./broker.mjs').Broker} */
export const hoopoe = {
  name: 'hoopoe',
  title: 'Hoopoe',
  lacks: {},
  unavailable() {
    if (!existsSync(EXECUTABLE)) return 'bin/hoopoe does not exist';
    if (!existsSync(join(ROOT, 'dist/main.js'))) return 'it is not built; run `npm run build`';
    return undefined;
  },
  version: () => JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version,
  launch(place) {
    const file = join(place.folder, 'hoopoe.yaml');
    writeFileSync(file, configuration(place));
    return {
      command: process.execPath,
      args: [EXECUTABLE, '-c', file],
      env: { HOOPOE_DATA_DIR: join(place.folder, 'data') },
      listens: place.tls === undefined ? ['tcp', 'ws'] : ['tcp', 'tls', 'ws'],
      opensLater: ['http'],
    };
  },
  async notes({ ports: { http }, folder, scenario }) {
    if (!scenario.durable) return {};
    const text = await (await fetch(`http://127.0.0.1:${http}/metrics`)).text();
    const value = (/** @type {string} */ name) => Number(text.match(new RegExp(`^${name} (.+)$`, 'm'))?.[1]);
    const commits = value('mqtt_store_commit_records_count');
    return {
      'records per commit': value('mqtt_store_commit_records_sum') / commits,
      'MB of the store': statSync(join(folder, 'data/store/hoopoe.mdb')).size / 1e6,
      'ms per commit': (value('mqtt_store_commit_seconds_sum') / commits) * 1000,
    };
  },
};

/** @param {import('./broker.mjs').Place} place @returns {string} YAML: the default listeners on the ports that are free */
function configuration(place) {
  const { ports, tls } = place;
  const lines = [
    `management: { port: ${ports.http} }`,
    'listeners:',
    `  tcp: { host: 127.0.0.1, port: ${ports.tcp} }`,
    `  ws: { host: 127.0.0.1, port: ${ports.ws} }`,
  ];
  if (tls !== undefined) {
    const files = `certificate_file: '${tls.certificate}', key_file: '${tls.key}'`;
    lines.push(`  tls: { host: 127.0.0.1, port: ${ports.tls}, ${files} }`);
  }
  lines.push(...accessSections(place));
  return `${lines.join('\n')}\n`;
}

/**
 * Permissions as EMQX's acl.conf or from Redis, users in the broker's own database or in Redis.
 * @param {import('./broker.mjs').Place} place @returns {string[]} YAML
 */
function accessSections({ folder, scenario: { rules, login, database, rememberedSeconds }, databasePort }) {
  const sections = [];
  if (rules > 0) {
    const file = join(folder, 'acl.conf');
    const some = Array.from({ length: rules - 1 }, (_, i) => `{deny, {user, "user-${i}"}, pubsub, ["secret/${i}/#"]}.`);
    writeFileSync(file, `${[...some, '{allow, all}.'].join('\n')}\n`);
    sections.push(`  rules: { acl_conf: { file: '${file}' } }`);
  }
  if (database) {
    const logins = login === 'none' ? "auth_cmd: ''" : `auth_cmd: '${AUTH_COMMAND}', password_hash: ${login}`;
    const options = `server: '127.0.0.1:${databasePort}', ${logins}, super_cmd: '', acl_cmd: '${ACL_COMMAND}'`;
    sections.push(`  redis: { redis: { ${options} } }`);
  } else if (login !== 'none') {
    const hash = login === 'own' ? 'scrypt' : login;
    const user = `'${LOGIN.username}:${LOGIN.password}'`;
    sections.push(`  users: { builtin: { password_hash: ${hash}, bootstrap_users: ${user} } }`);
  }
  if (sections.length === 0) return [];
  return [`logins: { remembered_seconds_max: ${rememberedSeconds} }`, 'access:', ...sections];
}
