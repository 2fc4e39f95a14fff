/**
 * A relay, not a broker: finds packets, forwards QoS 0 publishes to exact subscriptions as the bytes that came, answers
 * CONNECT, SUBSCRIBE and PINGREQ. No session, no check, no limit: what remains is the cost of Node's sockets when all
 * that one read brought leaves in one write per destination, neighbouring packets as one range.
 *
 * `floor-server.mjs TCP-PORT [TLS-PORT KEY CERTIFICATE]`
 */

import { readFileSync } from 'node:fs';
import net from 'node:net';
import tls from 'node:tls';

const HOST = '127.0.0.1';
const CONNACK = Buffer.from([0x20, 2, 0, 0]);
const PINGRESP = Buffer.from([0xd0, 0]);
const NOTHING = Buffer.alloc(0);
/** Above this, ranges are handed to one gathering write; below, copying them together is cheaper. */
const CONCAT_BYTES_MAX = 16_384;

/** One connection, and what is to be written to it at the end of the present read. */
class Connection {
  /** @param {net.Socket} socket */
  constructor(socket) {
    this.socket = socket;
    /** The beginning of a packet whose end has not come. @type {Buffer} */
    this.rest = NOTHING;
    /** @type {Set<string>} */
    this.topics = new Set();
    /** @type {Buffer | undefined} the read that `start` and `end` lie in */
    this.chunk = undefined;
    this.start = 0;
    this.end = 0;
    /** @type {Buffer[]} */
    this.ranges = [];
  }

  /** @param {Buffer} chunk @param {number} start @param {number} end */
  append(chunk, start, end) {
    if (this.chunk === chunk && this.end === start) {
      this.end = end;
      return;
    }
    if (this.chunk !== undefined) this.ranges.push(this.chunk.subarray(this.start, this.end));
    this.chunk = chunk;
    this.start = start;
    this.end = end;
  }

  flush() {
    if (this.chunk === undefined) return;
    const last = this.chunk.subarray(this.start, this.end);
    this.chunk = undefined;
    if (this.ranges.length === 0) {
      this.socket.write(last);
      return;
    }
    const ranges = this.ranges;
    this.ranges = [];
    ranges.push(last);
    const bytes = ranges.reduce((sum, range) => sum + range.length, 0);
    if (bytes <= CONCAT_BYTES_MAX) {
      this.socket.write(Buffer.concat(ranges, bytes));
      return;
    }
    this.socket.cork();
    for (const range of ranges) this.socket.write(range);
    this.socket.uncork();
  }
}

class Relay {
  constructor() {
    /** @type {Map<string, Set<Connection>>} */
    this.subscribers = new Map();
    /** @type {Set<Connection>} */
    this.dirty = new Set();
    /** The last topic that was looked up: streams repeat theirs. */
    this.lastTopic = NOTHING;
    /** @type {Set<Connection> | undefined} */
    this.lastSubscribers = undefined;
  }

  /** @param {net.Socket} socket */
  accept(socket) {
    const connection = new Connection(socket);
    socket.on('data', (bytes) => this.read(connection, bytes));
    socket.on('error', () => {});
    socket.on('close', () => {
      for (const topic of connection.topics) this.subscribers.get(topic)?.delete(connection);
    });
  }

  /** @param {Connection} connection @param {Buffer} bytes */
  read(connection, bytes) {
    const chunk = connection.rest.length > 0 ? Buffer.concat([connection.rest, bytes]) : bytes;
    let at = 0;
    while (at + 2 <= chunk.length) {
      let position = at + 1;
      let length = 0;
      let shift = 0;
      let byte = 0;
      do {
        byte = chunk[position++];
        length |= (byte & 127) << shift;
        shift += 7;
      } while (byte > 127);
      const end = position + length;
      // An undefined byte makes `position` too large, so a cut length is caught here too.
      if (position > chunk.length || end > chunk.length) break;
      this.packet(connection, chunk, at, position, end);
      at = end;
    }
    connection.rest = at === chunk.length ? NOTHING : chunk.subarray(at);
    for (const destination of this.dirty) destination.flush();
    this.dirty.clear();
  }

  /** @param {Connection} connection @param {Buffer} chunk @param {number} start @param {number} body @param {number} end */
  packet(connection, chunk, start, body, end) {
    const type = chunk[start] >> 4;
    if (type === 3) {
      for (const destination of this.find(chunk, body) ?? []) {
        destination.append(chunk, start, end);
        this.dirty.add(destination);
      }
    } else if (type === 8) {
      connection.socket.write(this.subscribe(connection, chunk, body, end));
    } else if (type === 1) {
      connection.socket.write(CONNACK);
    } else if (type === 12) {
      connection.socket.write(PINGRESP);
    } else if (type === 14) {
      connection.socket.end();
    }
  }

  /** @param {Buffer} chunk @param {number} body */
  find(chunk, body) {
    const start = body + 2;
    const end = start + chunk.readUInt16BE(body);
    if (this.lastTopic.length === end - start && this.lastTopic.compare(chunk, start, end) === 0) {
      return this.lastSubscribers;
    }
    this.lastTopic = Buffer.from(chunk.subarray(start, end));
    this.lastSubscribers = this.subscribers.get(chunk.toString('latin1', start, end));
    return this.lastSubscribers;
  }

  /** @param {Connection} connection @param {Buffer} chunk @param {number} body @param {number} end @returns {Buffer} SUBACK */
  subscribe(connection, chunk, body, end) {
    const codes = [];
    for (let at = body + 2; at < end; ) {
      const topicEnd = at + 2 + chunk.readUInt16BE(at);
      const topic = chunk.toString('latin1', at + 2, topicEnd);
      const subscribers = this.subscribers.get(topic) ?? new Set();
      this.subscribers.set(topic, subscribers.add(connection));
      connection.topics.add(topic);
      codes.push(0);
      at = topicEnd + 1;
    }
    this.lastTopic = NOTHING;
    return Buffer.from([0x90, 2 + codes.length, chunk[body], chunk[body + 1], ...codes]);
  }
}

const [tcpPort, tlsPort, keyFile, certificateFile] = process.argv.slice(2);
const relay = new Relay();
const accept = (/** @type {net.Socket} */ socket) => relay.accept(socket);
net.createServer({ noDelay: true }, accept).listen(Number(tcpPort), HOST);
if (tlsPort !== undefined) {
  const files = { key: readFileSync(keyFile), cert: readFileSync(certificateFile) };
  tls.createServer({ ...files, noDelay: true }, accept).listen(Number(tlsPort), HOST);
}
