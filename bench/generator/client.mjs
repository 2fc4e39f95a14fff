/**
 * One MQTT client of the generator: connects, subscribes, acknowledges. Acknowledgements are collected while a read is
 * being looked at and leave in one write, together with the publishes that the read gave room for. What messages
 * mean, and when to publish, is `Traffic`'s matter.
 */

import { encodeConnect, encodeSubscribe, GOODBYE, PING } from './frames.mjs';
import { PacketScanner } from './packet-scanner.mjs';

const PUBACK = 4;
const PUBREC = 5;
const PUBREL = 6;
const PUBCOMP = 7;
const DISCONNECT = 14;

/** The first byte of what answers a packet of the QoS 2 handshake. */
const HANDSHAKE_ANSWER = { [PUBREC]: 0x62, [PUBREL]: 0x70 };

/**
 * @typedef {object} ClientEvents what a client tells about
 * @property {(client: Client, stream: number, sequence: number, stampUs: number) => void} onMessage
 * @property {(client: Client) => void} onAcknowledged the broker has taken over a QoS 1 or 2 message
 * @property {(client: Client) => void} onReadEnd
 * @property {(client: Client, reason: string) => void} onLost the connection ended, or the broker refused something
 */

export class Client {
  /**
   * @param {ClientEvents} events
   * @param {number} index among the clients of its kind
   * @param {4 | 5} version
   */
  constructor(events, index, version) {
    this.events = events;
    this.index = index;
    this.version = version;
    this.scanner = new PacketScanner(this, version);
    /** @type {import('./wires.mjs').Wire | undefined} */
    this.wire = undefined;
    this.acknowledgements = Buffer.alloc(0);
    this.acknowledgementBytes = 0;
    /** @type {((ok: boolean) => void) | undefined} waits for CONNACK or SUBACK */
    this.answered = undefined;
  }

  /**
   * @param {import('./wires.mjs').WireOpener} opener
   * @param {{ clientId: string, keepAliveSeconds: number, clean?: boolean, login?: boolean }} options
   */
  async connect(opener, { clientId, keepAliveSeconds, clean, login }) {
    const { scanner } = this;
    this.wire = await opener.open({
      onBytes: (bytes, start, end) => scanner.feed(bytes, start, end),
      onReadEnd: () => this.events.onReadEnd(this),
      onClose: (reason) => this.#lost(reason),
    });
    const { version } = this;
    await this.#request(encodeConnect({ clientId, version, keepAliveSeconds, clean, login }), 'CONNECT');
  }

  /** @param {string[]} filters @param {0 | 1 | 2} qos */
  subscribe(filters, qos) {
    const bytes = encodeSubscribe({ packetIdentifier: 1, filters, qos, version: this.version });
    return this.#request(bytes, `SUBSCRIBE to ${filters[0]}`);
  }

  ping() {
    this.wire?.send(PING);
  }

  /** Says goodbye and resolves when the connection has ended. @returns {Promise<void>} */
  leave() {
    return new Promise((resolve) => {
      this.wire?.socket.once('close', () => resolve());
      this.wire?.send(GOODBYE);
      this.wire?.socket.end();
    });
  }

  /** Writes the acknowledgements that are due. */
  flush() {
    if (this.acknowledgementBytes === 0) return;
    this.wire?.send(this.acknowledgements.subarray(0, this.acknowledgementBytes));
    // Whoever still owes bytes to the kernel keeps the block; the next acknowledgements get a new one.
    if (this.wire !== undefined && this.wire.socket.writableLength > 0) this.acknowledgements = Buffer.alloc(0);
    this.acknowledgementBytes = 0;
  }

  /** @type {import('./packet-scanner.mjs').PacketSink['onPublish']} */
  onPublish(qos, packetIdentifier, stream, sequence, stampUs) {
    if (qos > 0) this.#acknowledge(qos === 1 ? 0x40 : 0x50, packetIdentifier);
    this.events.onMessage(this, stream, sequence, stampUs);
  }

  /** @type {import('./packet-scanner.mjs').PacketSink['onControl']} */
  onControl(type, bytes, offset, length) {
    if (type === PUBACK || type === PUBCOMP) {
      this.events.onAcknowledged(this);
    } else if (type === PUBREC || type === PUBREL) {
      this.#acknowledge(HANDSHAKE_ANSWER[type], (bytes[offset] << 8) | bytes[offset + 1]);
    } else if (type === 2 || type === 9) {
      // The last byte of a SUBACK stands for all its filters.
      this.answered?.(type === 2 ? bytes[offset + 1] === 0 : bytes[offset + length - 1] < 0x80);
    } else if (type === DISCONNECT) {
      this.#lost(`DISCONNECT with reason code ${length > 0 ? bytes[offset] : 0}`);
    }
    const refused = (type === PUBACK || type === PUBREC) && length > 2 && bytes[offset + 2] >= 0x80;
    if (refused) this.#lost(`PUBLISH refused with reason code ${bytes[offset + 2]}`);
  }

  /** @param {number} first @param {number} packetIdentifier */
  #acknowledge(first, packetIdentifier) {
    if (this.acknowledgementBytes + 4 > this.acknowledgements.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(64, this.acknowledgements.length * 2));
      larger.set(this.acknowledgements.subarray(0, this.acknowledgementBytes));
      this.acknowledgements = larger;
    }
    const block = this.acknowledgements;
    const at = this.acknowledgementBytes;
    block[at] = first;
    block[at + 1] = 2;
    block[at + 2] = packetIdentifier >> 8;
    block[at + 3] = packetIdentifier & 255;
    this.acknowledgementBytes = at + 4;
  }

  /** @param {Buffer} bytes @param {string} what @returns {Promise<void>} */
  #request(bytes, what) {
    return new Promise((resolve, reject) => {
      this.answered = (ok) => {
        this.answered = undefined;
        if (ok) resolve();
        else reject(new Error(`the broker refused ${what}`));
      };
      this.wire?.send(bytes);
    });
  }

  /** @param {string} reason */
  #lost(reason) {
    this.answered?.(false);
    this.events.onLost(this, reason);
  }
}
