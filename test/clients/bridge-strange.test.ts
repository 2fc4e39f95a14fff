/** Bridges to brokers that refuse, forget, go silent or take little. */

import { createServer, type Socket } from 'node:net';
import mqttPacket, { type Packet } from 'mqtt-packet';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { BridgeSpec } from '../../src/bridges/spec.ts';
import { pause, until } from '../listeners/listening.ts';
import { bridgeTo, bridgingBroker, texts } from './bridging.ts';

/** A broker that answers as it is told, for what real ones do seldom. */
async function strangeBroker(
  answer: (packet: Packet, send: (packet: Packet) => void, socket: Socket) => void,
): Promise<{ port: number; connects: { level: number; bridge: boolean }[] }> {
  const connects: { level: number; bridge: boolean }[] = [];
  const server = createServer((socket) => {
    const parser = mqttPacket.parser();
    let version = 4;
    socket.on('error', () => {});
    socket.once('data', (chunk) => {
      // The level stands behind the header of two bytes and the name.
      const level = chunk[8] ?? 0;
      version = level & 0x7f;
      connects.push({ level: version, bridge: level >= 0x80 });
    });
    socket.on('data', (chunk) => parser.parse(chunk));
    parser.on('error', () => socket.destroy());
    parser.on('packet', (packet) => {
      answer(packet, (reply) => socket.write(mqttPacket.generate(reply, { protocolVersion: version })), socket);
    });
    onTestFinished(() => {
      socket.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
  });
  return { port: (server.address() as { port: number }).port, connects };
}

/** Says yes to everything that a bridge asks at the beginning. */
function agree(packet: Packet, send: (packet: Packet) => void): void {
  const messageId = packet.messageId ?? 0;
  if (packet.cmd === 'connect') send({ cmd: 'connack', returnCode: 0, reasonCode: 0, sessionPresent: false });
  if (packet.cmd === 'subscribe') send({ cmd: 'suback', messageId, granted: [0] });
  if (packet.cmd === 'unsubscribe') send({ cmd: 'unsuback', messageId, granted: [0] });
  if (packet.cmd === 'pingreq') send({ cmd: 'pingresp' });
}

describe('brokers that refuse or go silent', () => {
  const waiting = (spec: BridgeSpec): BridgeSpec => ({ ...spec, retry: { baseSeconds: 0.02, capSeconds: 0.05 } });

  test('MQTT 5, then 3.1.1 as a bridge, then without saying so, until one is accepted', async () => {
    const here = await bridgingBroker();
    const strange = await strangeBroker((packet, send, socket) => {
      const last = strange.connects.at(-1);
      if (packet.cmd === 'connect' && last?.level === 5) socket.write(Buffer.from([0x20, 2, 0, 1]));
      else if (packet.cmd === 'connect' && last?.bridge === true)
        send({ cmd: 'connack', returnCode: 1, sessionPresent: false });
      else agree(packet, send);
      if (packet.cmd === 'publish' && packet.qos === 1) send({ cmd: 'puback', messageId: packet.messageId ?? 0 });
    });
    const bridges = await here.bridged(bridgeTo(strange.port, ['t/# out 1']));
    expect(strange.connects).toEqual([
      { level: 5, bridge: false },
      { level: 4, bridge: true },
      { level: 4, bridge: false },
    ]);
    expect(bridges.get('bridge')).toMatchObject({ protocolVersion: 4, counters: { failures: 0 } });
  });

  test('the reason of a refusal is told, and no password with it', async () => {
    const here = await bridgingBroker();
    const strange = await strangeBroker((packet, send) => {
      if (packet.cmd === 'connect') send({ cmd: 'connack', returnCode: 5, sessionPresent: false });
    });
    const spec = bridgeTo(strange.port, ['t/# out'], {
      protocolVersion: 4,
      remoteUsername: 'u',
      remotePassword: 'sesame',
    });
    const bridges = await here.bridge(waiting(spec));
    await until(() => (bridges.get('bridge')?.counters.failures ?? 0) > 2, 'it was refused and tries again');
    const status = JSON.stringify(bridges.get('bridge'));
    expect(status).toContain('BRIDGE_REFUSED_LOGIN');
    expect(status).not.toContain('sesame');
  });

  test('one that ends the connection when it is asked for more than the rules is not asked any more', async () => {
    const here = await bridgingBroker();
    const asked: string[][] = [];
    const strange = await strangeBroker((packet, send, socket) => {
      agree(packet, send);
      if (packet.cmd === 'connect') asked.push([]);
      if (packet.cmd === 'subscribe') asked.at(-1)?.push(...packet.subscriptions.map(({ topic }) => topic));
      // Soon after the answer, while the bridge still waits whether its question comes back.
      if (packet.cmd === 'pingreq') setTimeout(() => socket.destroy(), 20);
    });
    const spec = bridgeTo(strange.port, ['t/# both 1'], { protocolVersion: 4, notifications: false });
    const bridges = await here.bridged(waiting(spec));
    await pause(300);
    expect(bridges.get('bridge')).toMatchObject({ state: 'connected', counters: { connects: 1, failures: 3 } });
    const extra = [
      '$SYS/broker/connection/#',
      '$SYS/broker/bridges/+',
      '$hoopoe/echo/here.bridge',
      '$hoopoe/echo/here.bridge/#',
    ];
    expect(asked).toEqual([...Array.from({ length: 3 }, () => [...extra, 't/#']), ['t/#']]);
  });

  test('a broker that stops answering is given up after its keep alive', async () => {
    const here = await bridgingBroker();
    const strange = await strangeBroker((packet, send) => {
      if (packet.cmd !== 'pingreq') agree(packet, send);
    });
    const spec = bridgeTo(strange.port, ['t/# out'], { protocolVersion: 4, keepAliveSeconds: 1, notifications: false });
    const bridges = await here.bridged(waiting(spec));
    await until(() => bridges.get('bridge')?.lastFailure?.code === 'BRIDGE_KEEP_ALIVE', 'it is given up', 5_000);
  });

  test('no more is in flight than the other broker allows, and a refusal for now is no loss', async () => {
    const here = await bridgingBroker();
    const open = new Set<number>();
    const taken: string[] = [];
    let most = 0;
    let refusals = 2;
    const strange = await strangeBroker((packet, send) => {
      if (packet.cmd === 'connect') {
        open.clear();
        send({ cmd: 'connack', reasonCode: 0, sessionPresent: true, properties: { receiveMaximum: 3 } });
      } else if (packet.cmd === 'publish' && packet.qos === 1 && packet.topic.startsWith('t/')) {
        const { messageId = 0, payload } = packet;
        open.add(messageId);
        most = Math.max(most, open.size);
        setTimeout(() => {
          open.delete(messageId);
          const isRefused = payload.toString() === '5' && refusals-- > 0;
          if (!isRefused) taken.push(payload.toString());
          send({ cmd: 'puback', messageId, reasonCode: isRefused ? 0x97 : 0 });
        }, 2);
      } else agree(packet, send);
    });
    const spec = bridgeTo(strange.port, ['t/# out 1'], { protocolVersion: 5, notifications: false });
    const bridges = await here.bridged(waiting(spec));
    for (let i = 0; i < 12; i++) await here.broker.publish({ topic: 't/x', payload: String(i), qos: 1 });
    await until(() => new Set(taken).size === 12, 'all are taken');
    expect(most).toBe(3);
    expect(bridges.get('bridge')).toMatchObject({
      counters: { refused: 0 },
      lastFailure: { code: 'BRIDGE_REMOTE_BUSY' },
    });
  });

  test('a broker with less QoS gets what it can take, and nothing waits for ever', async () => {
    const here = await bridgingBroker();
    const got: [string, number][] = [];
    const strange = await strangeBroker((packet, send) => {
      if (packet.cmd === 'connect') {
        send({ cmd: 'connack', reasonCode: 0, sessionPresent: false, properties: { maximumQoS: 1 } });
      } else if (packet.cmd === 'publish') {
        got.push([packet.payload.toString(), packet.qos]);
        if (packet.qos === 1) send({ cmd: 'puback', messageId: packet.messageId ?? 0, reasonCode: 0 });
      } else agree(packet, send);
    });
    const spec = bridgeTo(strange.port, ['t/# out 2'], { protocolVersion: 5, notifications: false });
    const bridges = await here.bridged(spec);
    for (let i = 0; i < 300; i++) await here.broker.publish({ topic: 't/x', payload: String(i), qos: 2 });
    await until(() => got.length === 300, 'all of them', 5_000);
    expect(got.every(([, qos]) => qos === 1)).toBe(true);
    await until(() => bridges.get('bridge')?.inflight === 0, 'none is in flight');
  });

  test('packet identifiers of a session that the other broker has lost are not taken for repeats, and repeats are', async () => {
    const here = await bridgingBroker();
    const atHere = here.collect('in/#');
    const scripts = [
      { sessionPresent: false, dup: false, payload: 'one' },
      // It has forgotten everything and begins with the same identifier.
      { sessionPresent: false, dup: false, payload: 'two' },
      // It remembers, and repeats what was not released.
      { sessionPresent: true, dup: true, payload: 'two' },
      // It remembers, and uses the identifier for something new.
      { sessionPresent: true, dup: false, payload: 'three' },
    ];
    let at = 0;
    const strange = await strangeBroker((packet, send, socket) => {
      const script = scripts[at] ?? { sessionPresent: true, dup: false, payload: 'end' };
      if (packet.cmd === 'connect') {
        send({ cmd: 'connack', returnCode: 0, sessionPresent: script.sessionPresent });
        const { payload, dup } = script;
        send({ cmd: 'publish', topic: 'in/x', payload, qos: 2, dup, retain: false, messageId: 1 });
      } else if (packet.cmd === 'pubrec') {
        at++;
        if (at < scripts.length) socket.destroy();
      } else agree(packet, send);
    });
    await here.bridge(bridgeTo(strange.port, ['in/# in 2'], { protocolVersion: 4, notifications: false }));
    await until(() => at === scripts.length, 'all connections');
    expect(texts(atHere)).toEqual(['in/x one', 'in/x two', 'in/x three']);
  });
});
