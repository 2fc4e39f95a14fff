/**
 * A broker with a store on disk and perhaps a bridge, as a process that may be killed at any moment. It says `listening` when
 * clients can connect, and `connected` each time that the bridge is.
 */

import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [dist, folder, port, spec] = process.argv.slice(2);
const { createBroker, openStore } = await import(pathToFileURL(join(dist, 'index.js')).href);
const say = (text) => writeSync(1, `${text}\n`);

const silent = { debug() {}, info() {}, warn() {}, error: (text, fields) => say(`error ${text} ${fields?.error}`) };
const log = { ...silent, info: (text) => text === 'Bridge connected' && say('connected') };

// What comes at once after a pause is more than a queue holds by itself, and then the newest would be dropped.
// A Mosquitto that comes back over MQTT 5 sends more at once than the usual Receive Maximum.
const limits = { queuedMessagesMax: 1_000_000, queuedBytesMax: 1_000_000_000, receiveMaximum: 65_535 };
const broker = await createBroker({ ...limits, store: await openStore(folder), log });
await broker.listen({ port: Number(port) });
say('listening');
if (spec !== undefined) await broker.bridge([JSON.parse(spec)]);
// Whoever started it may be gone.
process.stdin.on('end', () => process.exit(0)).resume();
