/** How to start Hoopoe: as users get it, save for the ports and the data folder. Everything about its flags is here. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

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
};

/** @param {import('./broker.mjs').Place} place @returns {string} YAML: the default listeners on the ports that are free */
function configuration({ ports, tls }) {
  const lines = [
    'listeners:',
    `  tcp: { host: 127.0.0.1, port: ${ports.tcp} }`,
    `  ws: { host: 127.0.0.1, port: ${ports.ws} }`,
  ];
  if (tls !== undefined) {
    const files = `certificate_file: '${tls.certificate}', key_file: '${tls.key}'`;
    lines.push(`  tls: { host: 127.0.0.1, port: ${ports.tls}, ${files} }`);
  }
  return `${lines.join('\n')}\n`;
}
