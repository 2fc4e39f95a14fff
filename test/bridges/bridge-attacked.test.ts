/** The other broker sends what it must not, or ends every connection: the bridge says so, waits, and comes back. */

import { createServer, type Socket } from 'node:net';
import mqttPacket, { type Packet } from 'mqtt-packet';
import { expect, onTestFinished, test } from 'vitest';
import { bridgeTo, bridgingBroker, connected, texts } from '../clients/bridging.ts';
import { pause, until } from '../listeners/listening.ts';

type Send = (packet: Packet) => void;

/** A server that is told of each packet of each connection; the number of the connection begins at 1. */
async function attacker(
  answer: (packet: Packet, send: Send, socket: Socket, connection: number) => void,
): Promise<{ readonly port: number; readonly connections: number }> {
  let connections = 0;
  const server = createServer((socket) => {
    const connection = ++connections;
    const parser = mqttPacket.parser();
    socket.on('error', () => {});
    socket.on('data', (chunk) => parser.parse(chunk));
    parser.on('error', () => socket.destroy());
    const send = (packet: Packet): void => void socket.write(mqttPacket.generate(packet, { protocolVersion: 4 }));
    parser.on('packet', (packet) => {
      if (!socket.destroyed) answer(packet, send, socket, connection);
    });
    onTestFinished(() => void socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return {
    port: (server.address() as { port: number }).port,
    get connections() {
      return connections;
    },
  };
}

/** Says yes to everything. */
function agree(packet: Packet, send: Send): void {
  const messageId = packet.messageId ?? 0;
  if (packet.cmd === 'connect') send({ cmd: 'connack', returnCode: 0, sessionPresent: false });
  if (packet.cmd === 'subscribe') send({ cmd: 'suback', messageId, granted: packet.subscriptions.map(() => 1) });
  if (packet.cmd === 'unsubscribe') send({ cmd: 'unsuback', messageId } as Packet);
  if (packet.cmd === 'pingreq') send({ cmd: 'pingresp' });
  if (packet.cmd === 'publish' && packet.qos === 1) send({ cmd: 'puback', messageId });
}

const options = { protocolVersion: 4, notifications: false } as const;

const strange: readonly (readonly [what: string, bytes: Buffer, code: string])[] = [
  ['garbage', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), 'BRIDGE_PROTOCOL'],
  ['a length that cannot be', Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0xff]), 'BRIDGE_PROTOCOL'],
  ['CONNECT', mqttPacket.generate({ cmd: 'connect', clientId: 'x', keepalive: 0 } as Packet), 'BRIDGE_PROTOCOL'],
  ['a second CONNACK', Buffer.from([0x20, 2, 0, 0]), 'BRIDGE_PROTOCOL'],
  ['a topic with a wildcard', Buffer.from([0x30, 5, 0, 2, 0x61, 0x23, 0x78]), 'BRIDGE_PROTOCOL'],
];

test.each(strange)('after the login it sends %s', async (_what, bytes, code) => {
  const far = await attacker((packet, send, socket, connection) => {
    agree(packet, send);
    if (connection === 1 && packet.cmd === 'subscribe') socket.write(bytes);
  });
  const here = await bridgingBroker();
  const bridges = await here.bridge(bridgeTo(far.port, ['out/# out 1', 'in/# in 1'], options));
  await until(() => far.connections > 1, 'it comes back', 3_000);
  expect(bridges.get('bridge')?.lastFailure?.code).toBe(code);
  await connected(bridges);
});

test.each(strange.slice(0, 3))('instead of CONNACK it sends %s', async (_what, bytes, code) => {
  const far = await attacker((packet, send, socket, connection) => {
    if (connection === 1) socket.write(bytes);
    else agree(packet, send);
  });
  const here = await bridgingBroker();
  const bridges = await here.bridge(bridgeTo(far.port, ['in/# in 1'], options));
  await until(() => far.connections > 1, 'it comes back', 3_000);
  expect(bridges.get('bridge')?.lastFailure?.code).toBe(code);
  await connected(bridges);
});

test('answers to what nobody asked change nothing', async () => {
  const arrivals: string[] = [];
  const far = await attacker((packet, send) => {
    agree(packet, send);
    for (const cmd of ['puback', 'pubrec', 'pubrel', 'pubcomp', 'unsuback'] as const) {
      if (packet.cmd === 'subscribe') send({ cmd, messageId: 7 } as Packet);
    }
    if (packet.cmd === 'subscribe') send({ cmd: 'suback', messageId: 9, granted: [0] });
    if (packet.cmd === 'publish') arrivals.push(`${packet.topic} ${packet.payload}`);
  });
  const here = await bridgingBroker();
  const bridges = await here.bridged(bridgeTo(far.port, ['out/# out 1', 'in/# in 1'], options));
  for (let i = 0; i < 3; i++) await here.broker.publish({ topic: 'out/1', payload: String(i), qos: 1 });
  await until(() => arrivals.length === 3, 'all have arrived', 3_000);
  await until(() => bridges.get('bridge')?.inflight === 0, 'all are acknowledged', 3_000);
  expect(arrivals).toEqual(['out/1 0', 'out/1 1', 'out/1 2']);
  expect(bridges.get('bridge')?.counters).toMatchObject({ connects: 1, failures: 0 });
});

test('a message of QoS 1 that is answered as one of QoS 2 is not lost, nor does it stop those behind it', async () => {
  const arrivals: string[] = [];
  const far = await attacker((packet, send) => {
    const isFirst = packet.cmd === 'publish' && arrivals.length === 0;
    if (packet.cmd === 'publish') arrivals.push(String(packet.payload));
    if (isFirst) send({ cmd: 'pubrec', messageId: packet.messageId ?? 0 } as Packet);
    else agree(packet, send);
  });
  const here = await bridgingBroker();
  await here.bridged(bridgeTo(far.port, ['out/# out 1'], options));
  for (let i = 0; i < 3; i++) await here.broker.publish({ topic: 'out/1', payload: String(i), qos: 1 });
  await until(() => arrivals.includes('2'), 'the last one has arrived', 3_000);
  expect(here.broker.inspect.client('local.here.bridge')).toBeDefined();
});

test('one that ends every connection at once is tried again with pauses, and told of once', async () => {
  const warnings: string[] = [];
  const far = await attacker((_packet, _send, socket) => socket.destroy());
  const log = { debug: () => {}, info: () => {}, warn: (text: string) => void warnings.push(text), error: () => {} };
  const here = await bridgingBroker({ log });
  const bridges = await here.bridge(
    bridgeTo(far.port, ['out/# out 1'], { ...options, retry: { baseSeconds: 0.1, capSeconds: 0.2 } }),
  );
  await pause(1_500);
  expect(far.connections).toBeGreaterThan(3);
  expect(far.connections).toBeLessThan(16);
  expect(warnings.filter((text) => text === 'Bridge is down')).toHaveLength(1);
  expect(bridges.get('bridge')?.lastFailure?.code).toBe('BRIDGE_REFUSED_SILENTLY');
});

test('a subscription that is refused does not keep other messages from crossing', async () => {
  const far = await attacker((packet, send) => {
    if (packet.cmd === 'subscribe') send({ cmd: 'suback', messageId: packet.messageId ?? 0, granted: [0x80] });
    else agree(packet, send);
    if (packet.cmd === 'publish')
      send({ cmd: 'publish', topic: 'in/1', payload: 'x', qos: 0, dup: false, retain: false });
  });
  const here = await bridgingBroker();
  const arrived = here.collect('in/#');
  const bridges = await here.bridged(bridgeTo(far.port, ['out/# out 1', 'in/# in 1'], options));
  await here.broker.publish({ topic: 'out/1', payload: 'x', qos: 1 });
  await until(() => arrived.length === 1, 'it has come', 3_000);
  expect(texts(arrived)).toEqual(['in/1 x']);
  expect(bridges.get('bridge')?.counters.failures).toBe(0);
});

test('two bridges that fight for one client identifier lose nothing', async () => {
  const remote = await bridgingBroker();
  const arrived = remote.collect('out/#');
  const here = await bridgingBroker();
  const same = { remoteClientId: 'same', retry: { baseSeconds: 0.1, capSeconds: 0.3 } };
  const bridges = await here.bridge(
    bridgeTo(remote.port, ['out/a out 1'], { ...same, name: 'a', localClientId: 'local.a' }),
    bridgeTo(remote.port, ['out/b out 1'], { ...same, name: 'b', localClientId: 'local.b' }),
  );
  for (let i = 0; i < 20; i++) {
    await here.broker.publish({ topic: `out/${i % 2 === 0 ? 'a' : 'b'}`, payload: String(i), qos: 1 });
    await pause(20);
  }
  const seen = (): number => new Set(arrived.map(({ payload }) => payload.toString())).size;
  await until(() => seen() === 20, 'all have arrived', 8_000);
  expect(bridges.list().some(({ counters }) => counters.failures > 0)).toBe(true);
});

test('a name that nobody knows is told of, and the next address is tried', async () => {
  const remote = await bridgingBroker();
  const here = await bridgingBroker();
  const addresses = [
    { host: 'nobody.invalid', port: 1883 },
    { host: '127.0.0.1', port: remote.port },
  ];
  const bridges = await here.bridge({ ...bridgeTo(remote.port, ['out/# out 1'], { roundRobin: true }), addresses });
  await until(() => bridges.get('bridge')?.lastFailure !== undefined, 'the first has failed', 5_000);
  expect(bridges.get('bridge')?.lastFailure?.code).toBe('BRIDGE_UNREACHABLE');
  await connected(bridges);
  expect(bridges.get('bridge')?.address).toBe(`127.0.0.1:${remote.port}`);
});

test('a message over which every connection ends is named, kept, and left out once that is said', async () => {
  const arrivals: string[] = [];
  const far = await attacker((packet, send, socket) => {
    if (packet.cmd === 'publish' && packet.payload.length > 100) socket.destroy();
    else agree(packet, send);
    if (packet.cmd === 'publish') arrivals.push(packet.topic);
  });
  const here = await bridgingBroker();
  const bridges = await here.bridged(bridgeTo(far.port, ['out/# out 1'], options));
  await here.broker.publish({ topic: 'out/large', payload: 'x'.repeat(200), qos: 1 });
  await here.broker.publish({ topic: 'out/next', payload: 'x', qos: 1 });
  await until(() => bridges.get('bridge')?.lastFailure?.code === 'BRIDGE_STUCK', 'it is told of', 8_000);
  expect(bridges.get('bridge')?.lastFailure?.fields).toMatchObject({ topics: 'out/large', bytes: 200 });
  expect(bridges.get('bridge')?.lastFailure?.message).toContain('packet_bytes_max');
  expect(arrivals).not.toContain('out/next');
  await bridges.put(bridgeTo(far.port, ['out/# out 1'], { ...options, packetBytesMax: 150 }));
  await until(() => arrivals.includes('out/next'), 'the next one has arrived', 5_000);
  expect(bridges.get('bridge')?.counters.tooLarge).toBe(1);
});
