/**
 * A broker with a store on disk and a bridge, as a process that may be killed at any moment. It says `listening` when
 * clients can connect, and `connected` each time that the bridge is.
 */

import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [dist, folder, port, spec] = process.argv.slice(2);
const load = (path) => import(pathToFileURL(join(dist, path)).href);
const say = (text) => writeSync(1, `${text}\n`);

const { AccessChain } = await load('access/chain/access-chain.js');
const { BridgeLogins } = await load('bridges/logins.js');
const { Broker } = await load('broker/broker.js');
const { SingleNode } = await load('clusters/single.js');
const { Flusher } = await load('listeners/flusher.js');
const { openListener } = await load('listeners/open.js');
const { openBridges } = await load('open-bridges.js');
const { openStore } = await load('open-store.js');
const { openMqtt } = await load('protocols/mqtt.js');
const { SystemClock } = await load('std/system-clock.js');
const { SystemRandom } = await load('std/system-random.js');

const silent = { debug() {}, info() {}, warn() {}, error: (text, fields) => say(`error ${text} ${fields?.error}`) };
const log = { ...silent, info: (text) => text === 'Bridge connected' && say('connected') };

const logins = new BridgeLogins();
const broker = await Broker.open(
  {},
  {
    access: logins.guard(new AccessChain()),
    clock: new SystemClock(),
    random: new SystemRandom(),
    cluster: new SingleNode('hoopoe@127.0.0.1'),
    store: await openStore(folder),
    log,
  },
);
const limits = { packetBytesMax: 1 << 20, connectBytesMax: 65_536, userPropertiesMax: 64, filtersMax: 1024 };
const rules = { name: 'tcp', anonymous: 'allow', mountpoint: '', maximumQos: 2, topicAliasMaximum: 10 };
const listener = await openListener(
  { transport: 'tcp', name: 'tcp', host: '127.0.0.1', port: Number(port) },
  { flusher: new Flusher(), onRefused: () => {} },
);
await listener.open((connection) => openMqtt(connection, (link) => broker.accept(link, rules), limits));
say('listening');
await openBridges([JSON.parse(spec)], broker, logins, log);
// Whoever started it may be gone.
process.stdin.on('end', () => process.exit(0)).resume();
