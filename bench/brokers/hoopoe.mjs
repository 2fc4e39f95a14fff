/** How to start Hoopoe: as users get it, save for the ports and the data folder. Everything about its flags is here. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
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
    };
  },
  async notes({ http }, { durable }) {
    if (!durable) return {};
    const text = await (await fetch(`http://127.0.0.1:${http}/metrics`)).text();
    const value = (/** @type {string} */ name) => Number(text.match(new RegExp(`^${name} (.+)$`, 'm'))?.[1]);
    const commits = value('mqtt_store_commit_records_count');
    return {
      'records per commit': value('mqtt_store_commit_records_sum') / commits,
      'ms per commit': (value('mqtt_store_commit_seconds_sum') / commits) * 1000,
    };
  },
};

/** @param {import('./broker.mjs').Place} place @returns {string} YAML: the default listeners on the ports that are free */
function configuration({ ports, tls, folder, scenario }) {
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
  lines.push(...accessSections(folder, scenario));
  return `${lines.join('\n')}\n`;
}

/**
 * Permissions as EMQX's acl.conf, users in the broker's own database.
 * @param {string} folder @param {import('../scenarios/row.mjs').Scenario} scenario @returns {string[]} YAML
 */
function accessSections(folder, { rules, login }) {
  const sections = [];
  if (rules > 0) {
    const file = join(folder, 'acl.conf');
    const some = Array.from({ length: rules - 1 }, (_, i) => `{deny, {user, "user-${i}"}, pubsub, ["secret/${i}/#"]}.`);
    writeFileSync(file, `${[...some, '{allow, all}.'].join('\n')}\n`);
    sections.push(`  rules: { acl_conf: { file: '${file}' } }`);
  }
  if (login !== 'none') {
    const hash = login === 'fast' ? 'sha256' : 'scrypt';
    const user = `'${LOGIN.username}:${LOGIN.password}'`;
    sections.push(`  users: { builtin: { password_hash: ${hash}, bootstrap_users: ${user} } }`);
  }
  return sections.length === 0 ? [] : ['access:', ...sections];
}
