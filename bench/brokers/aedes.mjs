/** How to start aedes: with its defaults, by `aedes-server.mjs`. */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const SERVER = fileURLToPath(new URL('./aedes-server.mjs', import.meta.url));
const PACKAGE = new URL('../../node_modules/aedes/package.json', import.meta.url);

/** @returns {string | undefined} */
function installedVersion() {
  try {
    return JSON.parse(readFileSync(PACKAGE, 'utf8')).version;
  } catch {
    return undefined;
  }
}

/** @type {import('./broker.mjs').Broker} */
export const aedes = {
  name: 'aedes',
  title: 'aedes',
  lacks: {
    mqtt5: 'speaks MQTT 3.1.1 only',
    shared: 'has no shared subscriptions',
    permissions: 'leaves permissions to the program',
    logins: 'leaves logins to the program',
    database: 'leaves logins and permissions to the program',
  },
  unavailable: () => (installedVersion() === undefined ? 'it is not installed; run `npm ci`' : undefined),
  version: () => installedVersion() ?? 'unknown',
  launch({ ports, tls }) {
    const secure = tls === undefined ? [] : [String(ports.tls), tls.key, tls.certificate];
    return {
      command: process.execPath,
      args: [SERVER, String(ports.tcp), String(ports.ws), ...secure],
      listens: tls === undefined ? ['tcp', 'ws'] : ['tcp', 'tls', 'ws'],
    };
  },
};
