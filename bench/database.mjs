/**
 * A database for scenarios in which the broker asks one: it speaks as much of Redis's protocol as is asked of it, and
 * knows one user and one list of permissions. What it answers costs nothing worth measuring; what asking costs the
 * broker is what the scenario is about. It lives in the benchmark's own process, which has nothing else to do meanwhile.
 */

import net from 'node:net';
import { LOGIN } from './generator/frames.mjs';

const HOST = '127.0.0.1';

/** Commands as the broker's configuration names them. */
export const AUTH_COMMAND = 'HMGET mqtt_user:%c password';
export const ACL_COMMAND = 'HGETALL mqtt_acl:%c';

/** 1,024 rounds, as most databases hold it. */
const BCRYPT_COST = 10;
/** Where each client's password has a hash of its own, no check can serve two of them. */
const OWN_HASHES = 40;

/** Every client may do everything below `bench`: 3 stands for publish and subscribe. */
const PERMISSIONS = ['bench/#', '3'];

/**
 * @param {{ login: string, rememberedSeconds: number }} scenario
 * @returns {Promise<{ port: number, close: () => Promise<void> }>}
 */
export async function openDatabase({ login, rememberedSeconds }) {
  const hashes = login === 'bcrypt' ? await bcryptHashes(rememberedSeconds > 0 ? 1 : OWN_HASHES) : [];
  /** @type {Set<net.Socket>} */
  const sockets = new Set();
  const server = net.createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    serve(socket, hashes);
    socket.once('close', () => sockets.delete(socket));
  });
  const close = () =>
    new Promise((/** @type {(value: void) => void} */ resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, HOST, () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      resolve({ port, close });
    });
  });
}

/** @type {Promise<string>[]} made once for all cells */
const made = [];

/** @param {number} count @returns {Promise<string[]>} the password of the scenarios' one user, so many times */
async function bcryptHashes(count) {
  const { hash } = await import('@node-rs/bcrypt');
  while (made.length < count) made.push(hash(LOGIN.password, { cost: BCRYPT_COST }));
  return Promise.all(made.slice(0, count));
}

/** @param {net.Socket} socket @param {string[]} hashes */
function serve(socket, hashes) {
  let text = '';
  socket.on('error', () => socket.destroy());
  socket.setEncoding('latin1').on('data', (bytes) => {
    text += bytes;
    for (;;) {
      const command = /^\*(\d+)\r\n/.exec(text);
      if (command === null) return;
      const words = [];
      let rest = text.slice(command[0].length);
      for (let left = Number(command[1]); left > 0; left--) {
        const length = /^\$(\d+)\r\n/.exec(rest);
        if (length === null || rest.length < length[0].length + Number(length[1]) + 2) return;
        words.push(rest.slice(length[0].length, length[0].length + Number(length[1])));
        rest = rest.slice(length[0].length + Number(length[1]) + 2);
      }
      text = rest;
      socket.write(answer(words, hashes));
    }
  });
}

/** @param {string[]} words of one command @param {string[]} hashes @returns {string} */
function answer([name, key = ''], hashes) {
  const command = name.toUpperCase();
  if (command === 'INFO') return bulk('redis_version:7.0.0\r\nloading:0\r\n');
  if (command === 'HMGET') return list([hashes[Number(/\d*$/.exec(key)?.[0]) % hashes.length]]);
  if (command === 'HGETALL') return list(PERMISSIONS);
  return '+OK\r\n';
}

/** @param {string} value @returns {string} */
function bulk(value) {
  return `$${value.length}\r\n${value}\r\n`;
}

/** @param {string[]} values @returns {string} */
function list(values) {
  return `*${values.length}\r\n${values.map(bulk).join('')}`;
}
