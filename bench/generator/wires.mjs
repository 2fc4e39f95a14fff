/**
 * Opens byte streams to a broker: TCP, TLS, WebSocket. All sockets read into one block, which is looked at before the
 * next read, so reading allocates nothing. Knows nothing of MQTT.
 */

import net from 'node:net';
import tls from 'node:tls';
import { FrameReader, maskedFrame } from './websocket-frames.mjs';

/**
 * @typedef {object} Wire
 * @property {import('node:net').Socket} socket for ready-made frames, written as they are
 * @property {(bytes: Buffer) => void} send for plain MQTT bytes, wrapped where the transport wants it
 */

/**
 * @typedef {object} WireEvents
 * @property {(bytes: Buffer, start: number, end: number) => void} onBytes `bytes` is valid during the call only
 * @property {() => void} onReadEnd everything that one read brought has been handed over
 * @property {(reason: string) => void} onClose
 */

const READ_BLOCK_BYTES = 256 * 1024;

export class WireOpener {
  /** @param {import('../scenarios/row.mjs').Transport} transport @param {{ host: string, port: number }} address */
  constructor(transport, address) {
    this.transport = transport;
    this.address = address;
    this.readBlock = Buffer.allocUnsafeSlow(READ_BLOCK_BYTES);
  }

  /** @param {WireEvents} events @returns {Promise<Wire>} */
  open(events) {
    const { transport } = this;
    if (transport === 'ws') return this.#openWebSocket(events);
    return this.#openSocket(events).then((socket) => ({ socket, send: (bytes) => void socket.write(bytes) }));
  }

  /** @param {WireEvents} events @returns {Promise<import('node:net').Socket>} */
  #openSocket(events) {
    return new Promise((resolve, reject) => {
      const onread = {
        buffer: this.readBlock,
        callback: (/** @type {number} */ length, /** @type {Uint8Array} */ block) => {
          events.onBytes(/** @type {Buffer} */ (block), 0, length);
          events.onReadEnd();
          return true;
        },
      };
      const options = { ...this.address, noDelay: true, onread };
      const secure = this.transport === 'tls';
      const socket = secure ? tls.connect({ ...options, rejectUnauthorized: false }) : net.connect(options);
      let failure = 'closed by the broker';
      socket.once(secure ? 'secureConnect' : 'connect', () => resolve(socket));
      socket.on('error', (error) => {
        failure = error.message;
        reject(error);
      });
      socket.once('close', () => {
        reject(new Error(failure));
        events.onClose(failure);
      });
    });
  }

  /** @param {WireEvents} events @returns {Promise<Wire>} */
  async #openWebSocket(events) {
    const reader = new FrameReader(events.onBytes);
    let onUpgrade = () => {};
    const upgraded = new Promise((resolve) => {
      onUpgrade = () => resolve(undefined);
    });
    let answer = '';
    let open = false;
    const socket = await this.#openSocket({
      ...events,
      onBytes(bytes, start, end) {
        if (open) return reader.feed(bytes, start, end);
        answer += bytes.toString('latin1', start, end);
        // A server says nothing after the handshake until the client has sent CONNECT.
        if (!answer.endsWith('\r\n\r\n')) return;
        if (!answer.startsWith('HTTP/1.1 101')) return void socket.destroy(new Error(answer.split('\r\n', 1)[0]));
        open = true;
        onUpgrade();
      },
    });
    socket.write(
      `GET /mqtt HTTP/1.1\r\nHost: ${this.address.host}:${this.address.port}\r\nUpgrade: websocket\r\n` +
        'Connection: Upgrade\r\nSec-WebSocket-Key: aG9vcG9lIGJlbmNobWFyaw==\r\n' +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n',
    );
    await upgraded;
    return { socket, send: (bytes) => void socket.write(maskedFrame(bytes).bytes) };
  }
}
