/** How to start the floor: a relay on bare Node, which says what the I/O alone costs. See `floor-server.mjs`. */

import { fileURLToPath } from 'node:url';

const SERVER = fileURLToPath(new URL('./floor-server.mjs', import.meta.url));

/** @type {import('./broker.mjs').Broker} */
export const floor = {
  name: 'floor',
  title: 'floor',
  lacks: {
    qos: 'relays QoS 0 only',
    wildcards: 'knows exact topics only',
    retained: 'keeps nothing',
    shared: 'has no groups',
    mqtt5: 'speaks MQTT 3.1.1 only',
    ws: 'has no WebSocket',
    permissions: 'checks nothing',
    logins: 'checks nothing',
    database: 'checks nothing',
  },
  unavailable: () => undefined,
  version: () => process.version,
  launch({ ports, tls }) {
    const secure = tls === undefined ? [] : [String(ports.tls), tls.key, tls.certificate];
    return {
      command: process.execPath,
      args: [SERVER, String(ports.tcp), ...secure],
      listens: tls === undefined ? ['tcp'] : ['tcp', 'tls'],
    };
  },
};
