/**
 * Encodes the packets that a load generator needs, once, before the clock starts. A PUBLISH remembers where its sequence
 * number, time stamp and packet identifier lie, so that sending it again means changing ten bytes. Knows no sockets, and
 * checks nothing: what it is asked for is what the scenarios say.
 *
 * Every payload begins with three big-endian 32-bit numbers: sequence in its stream, stream, microseconds when sent.
 */

export const PAYLOAD_HEAD_BYTES = 12;

/** @param {number} value @returns {number[]} MQTT's variable byte integer */
function variableByteInteger(value) {
  const bytes = [];
  let rest = value;
  do {
    bytes.push((rest & 127) | (rest > 127 ? 128 : 0));
    rest >>>= 7;
  } while (rest > 0);
  return bytes;
}

/** @param {string} text @returns {Buffer} length-prefixed UTF-8 */
function utf8(text) {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]);
}

/** @param {number} first @param {Array<Buffer | number[]>} parts @returns {Buffer} */
function packet(first, parts) {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)));
  return Buffer.concat([Buffer.from([first, ...variableByteInteger(body.length)]), body]);
}

/** The one user of scenarios with logins. */
export const LOGIN = { username: 'bench', password: 'a password of the benchmark' };

/**
 * CONNECT. A session that is not clean stays for an hour with 5.0, for ever with 3.1.1.
 * @param {{ clientId: string, version: 4 | 5, keepAliveSeconds: number, clean?: boolean, login?: boolean }} options
 * @returns {Buffer}
 */
export function encodeConnect({ clientId, version, keepAliveSeconds, clean = true, login = false }) {
  const keepAlive = [keepAliveSeconds >> 8, keepAliveSeconds & 255];
  const expiry = clean ? [0] : [5, 0x11, 0, 0, 0x0e, 0x10];
  const flags = (clean ? 0x02 : 0) | (login ? 0xc0 : 0);
  const credentials = login ? [utf8(LOGIN.username), utf8(LOGIN.password)] : [];
  const properties = version === 5 ? expiry : [];
  return packet(0x10, [utf8('MQTT'), [version, flags], keepAlive, properties, utf8(clientId), ...credentials]);
}

/**
 * @param {{ packetIdentifier: number, filters: string[], qos: 0 | 1 | 2, version: 4 | 5 }} options
 * @returns {Buffer}
 */
export function encodeSubscribe({ packetIdentifier, filters, qos, version }) {
  const identifier = [packetIdentifier >> 8, packetIdentifier & 255];
  const entries = filters.flatMap((filter) => [utf8(filter), Buffer.from([qos])]);
  return packet(0x82, [identifier, version === 5 ? [0] : [], ...entries]);
}

/** PINGREQ. */
export const PING = Buffer.from([0xc0, 0]);

/** DISCONNECT of a client that goes as it should: all versions understand it. */
export const GOODBYE = Buffer.from([0xe0, 0]);

/**
 * @typedef {object} PublishTemplate
 * @property {Buffer} bytes the whole packet, with sequence number, time stamp and packet identifier zero
 * @property {number} packetIdentifierOffset -1 at QoS 0
 * @property {number} sequenceOffset
 * @property {number} stampOffset
 */

/**
 * @param {object} options
 * @param {string} options.topic
 * @param {0 | 1 | 2} options.qos
 * @param {number} options.payloadBytes
 * @param {number} options.stream
 * @param {4 | 5} options.version
 * @param {number} options.userProperties
 * @param {boolean} [options.retain]
 * @returns {PublishTemplate}
 */
export function encodePublish({ topic, qos, payloadBytes, stream, version, userProperties, retain = false }) {
  const payload = Buffer.alloc(payloadBytes, 'hoopoe ');
  payload.writeUInt32BE(0, 0);
  payload.writeUInt32BE(stream, 4);
  payload.writeUInt32BE(0, 8);
  const properties = Array.from({ length: userProperties }, (_, index) =>
    Buffer.concat([Buffer.from([0x26]), utf8(`property-${index}`), utf8(`value of property ${index}`)]),
  );
  const propertiesBytes = properties.reduce((sum, property) => sum + property.length, 0);
  const bytes = packet(0x30 | (qos << 1) | (retain ? 1 : 0), [
    utf8(topic),
    qos > 0 ? [0, 0] : [],
    version === 5 ? variableByteInteger(propertiesBytes) : [],
    ...properties,
    payload,
  ]);
  const payloadOffset = bytes.length - payloadBytes;
  const propertyLengthBytes = version === 5 ? variableByteInteger(propertiesBytes).length + propertiesBytes : 0;
  return {
    bytes,
    packetIdentifierOffset: qos > 0 ? payloadOffset - propertyLengthBytes - 2 : -1,
    sequenceOffset: payloadOffset,
    stampOffset: payloadOffset + 8,
  };
}
