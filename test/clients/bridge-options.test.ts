/** What each option of a bridge does, between brokers of ours and against brokers that say and do strange things. */

import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { ensureCertificates } from '../../src/listeners/certificates.ts';
import { folder, pause, until } from '../listeners/listening.ts';
import { type BridgingBroker, bridgeTo, bridgingBroker, connected, texts } from './bridging.ts';
import { connectedJs } from './mqttjs.ts';

async function two(): Promise<[BridgingBroker, BridgingBroker]> {
  return [await bridgingBroker(), await bridgingBroker()];
}

const STATE = '$SYS/broker/connection/here.bridge/state';
const STATES = '$SYS/broker/connection/#';

describe('notifications', () => {
  test('tell both brokers of the state, retained, from the start to the end', async () => {
    const [here, there] = await two();
    const [atHere, atThere] = [here.collect(STATES), there.collect(STATES)];
    const bridges = await here.bridged(bridgeTo(there.port, ['t/# out']));
    await until(() => atHere.length === 2 && atThere.length === 1, 'it is up');
    await bridges.close();
    await until(() => atHere.length === 3 && atThere.length === 2, 'it is down');
    expect(texts(atHere)).toEqual([`${STATE} 0`, `${STATE} 1`, `${STATE} 0`]);
    expect(texts(atThere)).toEqual([`${STATE} 1`, `${STATE} 0`]);
    expect([...atHere, ...atThere].every(({ retain, qos }) => retain && qos === 1)).toBe(true);
  });

  test.each([3, 4] as const)('come as a will at level %i when the bridge stops', async (protocolVersion) => {
    const [here, there] = await two();
    const bridges = await here.bridged(bridgeTo(there.port, ['t/# out'], { protocolVersion }));
    const atThere = there.collect(STATE);
    await bridges.close();
    await until(() => texts(atThere).at(-1) === `${STATE} 0`, 'it is down');
  });

  test('stay here, have another topic, or are none, as the options say', async () => {
    const [here, there] = await two();
    const atThere = there.collect(STATES);
    const local = bridgeTo(there.port, ['t/# out'], { notificationsLocalOnly: true, notificationTopic: 'state/x' });
    const none = bridgeTo(there.port, ['t/# out'], {
      name: 'none',
      remoteClientId: 'none',
      localClientId: 'l.none',
      notifications: false,
    });
    const atHere = here.collect('#');
    const inSys = here.collect(STATES);
    await here.bridged(local, none);
    await until(() => atHere.length === 2, 'the state here');
    expect(texts(atHere)).toEqual(['state/x 0', 'state/x 1']);
    expect([...inSys, ...atThere]).toEqual([]);
  });
});

describe('how it starts', () => {
  test('once: it is not started again', async () => {
    const [here, there] = await two();
    const bridges = await here.bridged(bridgeTo(there.port, ['t/# out'], { startType: 'once' }));
    there.broker.disconnectClient('here.bridge');
    await until(() => bridges.get('bridge')?.state === 'ended', 'it has ended');
    expect(bridges.get('bridge')?.lastFailure?.code).toBe('BRIDGE_LOST');
    await pause(400);
    expect(bridges.get('bridge')).toMatchObject({ state: 'ended', counters: { connects: 1 } });
  });

  test('manual: it waits for somebody to start it, and can be stopped', async () => {
    const [here, there] = await two();
    const bridges = await here.bridge(bridgeTo(there.port, ['t/# out 1'], { startType: 'manual' }));
    expect(bridges.get('bridge')?.state).toBe('stopped');
    await here.broker.publish({ topic: 't/waits', payload: '1', qos: 1 });
    const atThere = there.collect('t/#');
    expect(bridges.start('bridge')).toBe(true);
    await until(() => atThere.length === 1, 'what waited');
    expect(await bridges.stop('bridge')).toBe(true);
    expect(bridges.get('bridge')?.state).toBe('stopped');
    expect([bridges.start('nobody'), await bridges.stop('nobody')]).toEqual([false, false]);
  });

  test('lazy: enough messages connect it, of every QoS, and silence disconnects it', async () => {
    const [here, there] = await two();
    const spec = bridgeTo(there.port, ['t/# out 1'], { startType: 'lazy', threshold: 3, idleSeconds: 1 });
    const bridges = await here.bridge(spec);
    const atThere = there.collect('t/#');
    await here.broker.publish({ topic: 't/1', payload: '', qos: 0 });
    await here.broker.publish({ topic: 't/2', payload: '', qos: 1 });
    await pause(50);
    expect(bridges.get('bridge')).toMatchObject({ state: 'idle', counters: { connects: 0 } });
    await here.broker.publish({ topic: 't/3', payload: '', qos: 0 });
    await until(() => atThere.length === 3, 'all three');
    expect(texts(atThere).sort()).toEqual(['t/1 ', 't/2 ', 't/3 ']);
    await until(() => bridges.get('bridge')?.state === 'idle', 'it is idle again', 5_000);
    for (let i = 4; i < 7; i++) await here.broker.publish({ topic: `t/${i}`, payload: '', qos: 1 });
    await until(() => atThere.length === 6, 'the next three');
  });
});

describe('several addresses', () => {
  test('the next is tried when one fails, and the first is returned to when it answers', {
    timeout: 20_000,
  }, async () => {
    const [here, second] = await two();
    const reserved = createServer();
    await new Promise<void>((resolve) => reserved.listen(0, '127.0.0.1', resolve));
    const { port } = reserved.address() as { port: number };
    await new Promise((resolve) => reserved.close(resolve));
    const addresses = [port, second.port].map((one) => ({ host: '127.0.0.1', port: one }));
    const bridges = await here.bridged(bridgeTo(port, ['t/# out'], { addresses }));
    expect(bridges.get('bridge')?.address).toBe(`127.0.0.1:${second.port}`);
    await bridgingBroker({ listen: { port } });
    const isBack = (): boolean => {
      const status = bridges.get('bridge');
      return status?.state === 'connected' && status.address === `127.0.0.1:${port}`;
    };
    await until(isBack, 'it is back at the first', 12_000);
  });
});

describe('sessions', () => {
  const combinations = [
    { cleanStart: false, localCleanStart: false },
    { cleanStart: false, localCleanStart: true },
    { cleanStart: true, localCleanStart: false },
    { cleanStart: true, localCleanStart: true },
  ];

  test.each(combinations)('%o decides what waits while the bridge is down', async (options) => {
    const [here, there] = await two();
    const spec = bridgeTo(there.port, ['out/# out 2', 'in/# in 2'], { ...options, startType: 'manual' });
    const bridges = await here.bridge(spec);
    bridges.start('bridge');
    await connected(bridges);
    await bridges.stop('bridge');
    await until(() => there.broker.gauges.connections === 0, 'it is gone there');
    const [atHere, atThere] = [here.collect('in/#'), there.collect('out/#')];
    for (const qos of [1, 2] as const) {
      await here.broker.publish({ topic: 'out/down', payload: String(qos), qos });
      await there.broker.publish({ topic: 'in/down', payload: String(qos), qos });
    }
    const local = ['out/down 1', 'out/down 2'];
    bridges.start('bridge');
    await connected(bridges);
    await here.broker.publish({ topic: 'out/up', payload: '', qos: 1 });
    await there.broker.publish({ topic: 'in/up', payload: '', qos: 1 });
    const isThere = (): boolean => texts(atHere).includes('in/up ') && texts(atThere).includes('out/up ');
    await until(isThere, 'what came afterwards');
    expect(texts(atThere)).toEqual([...(options.localCleanStart ? [] : local), 'out/up ']);
    const remote = options.cleanStart ? [] : ['in/down 1', 'in/down 2'];
    expect(texts(atHere)).toEqual([...remote, 'in/up ']);
  });

  test('the client identifier of its session is refused to clients', async () => {
    const [here, there] = await two();
    await here.bridged(bridgeTo(there.port, ['t/# out 1']));
    await expect(connectedJs(`mqtt://127.0.0.1:${here.port}`, { clientId: 'local.here.bridge' })).rejects.toThrow(
      /refused|Identifier|85|authori/i,
    );
    await expect(
      connectedJs(`mqtt://127.0.0.1:${here.port}`, { clientId: 'local.here.bridge', protocolVersion: 5 }),
    ).rejects.toThrow();
  });
});

describe('what crosses', () => {
  test('retained messages of topics that go out are sent at every connection', async () => {
    const [here, there] = await two();
    await here.broker.publish({ topic: 'r/a', payload: 'kept', retain: true, qos: 1 });
    const bridges = await here.bridged(bridgeTo(there.port, ['r/# out 1']));
    const atThere = there.collect('r/#');
    await until(() => atThere.length === 1, 'the retained message');
    expect(atThere[0]?.retain).toBe(true);
    there.broker.disconnectClient('here.bridge');
    await until(() => bridges.get('bridge')?.counters.connects === 2, 'it is back');
    await until(() => atThere.length === 2, 'the retained message again');
  });

  test('RETAIN is cleared where outgoing messages are not to be retained', async () => {
    const [here, there] = await two();
    await here.bridged(bridgeTo(there.port, ['r/# out 1'], { outgoingRetain: false }));
    await here.broker.publish({ topic: 'r/a', payload: 'kept', retain: true, qos: 1 });
    const atThere = there.collect('r/#');
    await here.broker.publish({ topic: 'r/b', payload: '', qos: 1 });
    await until(() => texts(atThere).includes('r/b '), 'both');
    expect(there.broker.gauges.retainedMessages).toBe(1);
  });

  test('an empty topic stands for the two prefixes', async () => {
    const [here, there] = await two();
    await here.bridged(bridgeTo(there.port, ['"" both 1 temperature house/kitchen/temperature']));
    const [atHere, atThere] = [here.collect('#'), there.collect('house/#')];
    await here.broker.publish({ topic: 'temperature', payload: '20', qos: 1 });
    await there.broker.publish({ topic: 'house/kitchen/temperature', payload: '21', qos: 1 });
    await until(() => atHere.length === 2 && atThere.length === 2, 'both');
    expect(texts(atHere)).toEqual(['temperature 20', 'temperature 21']);
  });

  test('what is larger than the other broker takes is left out and counted, and the rest goes on', async () => {
    const [here, there] = await two();
    const bridges = await here.bridged(bridgeTo(there.port, ['t/# out 2'], { packetBytesMax: 200 }));
    const atThere = there.collect('t/#');
    for (const qos of [0, 1, 2] as const) {
      await here.broker.publish({ topic: 't/big', payload: 'x'.repeat(300), qos });
      await here.broker.publish({ topic: 't/small', payload: String(qos), qos });
    }
    await until(() => atThere.length === 3, 'the small ones');
    expect(texts(atThere)).toEqual(['t/small 0', 't/small 1', 't/small 2']);
    expect(bridges.get('bridge')?.counters.tooLarge).toBe(3);
  });

  test('properties of MQTT 5 cross, and the expiry is what is left of it', async () => {
    const [here, there] = await two();
    await here.bridged(bridgeTo(there.port, ['t/# out 1 "" far/'], { protocolVersion: 5 }));
    const atThere = there.collect('far/#');
    const properties = {
      contentType: 'text/plain',
      responseTopic: 'answers',
      correlationData: Buffer.from('id'),
      messageExpiryInterval: 100,
      userProperties: [['a', 'b']] as [string, string][],
    };
    await here.broker.publish({ topic: 't/x', payload: 'p', qos: 1, properties });
    await until(() => atThere.length === 1, 'the message');
    const userProperties = [...properties.userProperties, ['hoopoe-path', expect.any(String)]];
    const expiry = { messageExpiryInterval: expect.any(Number) };
    expect(atThere[0]?.properties).toMatchObject({ ...properties, ...expiry, userProperties });
  });

  test('a bridge of a broker to itself does not send messages round', async () => {
    const here = await bridgingBroker();
    await here.bridged(bridgeTo(here.port, ['# both 1']));
    const atHere = here.collect('t/#');
    for (let i = 0; i < 5; i++) await here.broker.publish({ topic: `t/${i}`, payload: '', qos: 1 });
    // Each is published, and comes once through what goes out and once through what comes in.
    await until(() => atHere.length >= 15, 'there and back');
    await pause(150);
    expect(atHere.length).toBe(15);
  });

  test('what only goes out is unsubscribed from there, unless that is not wanted', async () => {
    const [here, there] = await two();
    const both = bridgeTo(there.port, ['t/# both 1'], { protocolVersion: 4 });
    await (await here.bridged(both)).close();
    const again = await bridgingBroker();
    await again.bridged(bridgeTo(there.port, ['t/# out 1'], { protocolVersion: 4, unsubscribes: false }));
    // Two others ask which bridges there are, and two whether messages come back.
    expect(there.broker.gauges.subscriptions).toBe(5);
    const third = await bridgingBroker();
    await third.bridged(bridgeTo(there.port, ['t/# out 1'], { protocolVersion: 4 }));
    await until(() => there.broker.gauges.subscriptions === 4, 'the old subscription is gone');
  });
});

describe('TLS', () => {
  test('with certificates: the right authority, the wrong one, and none', async () => {
    const certificates = await ensureCertificates(folder(), Date.now());
    const there = await bridgingBroker({
      listen: { transport: 'tls', tls: { cert: certificates.cert, key: certificates.key } } as never,
    });
    const tls = { caFile: certificates.caPath, checksHostName: true, versionMin: 'TLSv1.2' } as const;
    const here = await bridgingBroker();
    const good = bridgeTo(there.port, ['t/# out 1'], { tls });
    await here.bridged(good);
    const other = await ensureCertificates(folder(), Date.now());
    const bad = bridgeTo(there.port, ['t/# out 1'], {
      name: 'bad',
      remoteClientId: 'bad',
      localClientId: 'l.bad',
      tls: { ...tls, caFile: other.caPath },
    });
    const missing = bridgeTo(there.port, ['t/# out 1'], {
      name: 'missing',
      remoteClientId: 'm',
      localClientId: 'l.m',
      tls: { ...tls, caFile: '/nonexistent' },
    });
    const bridges = await here.bridge(bad, missing);
    await until(() => bridges.list().every(({ lastFailure }) => lastFailure !== undefined), 'both have failed');
    expect(bridges.list().map(({ lastFailure }) => lastFailure?.code)).toEqual(['BRIDGE_TLS', 'BRIDGE_TLS_FILES']);
  });

  test('with a pre-shared key', async () => {
    const key = Buffer.from('0123456789abcdef', 'hex');
    const there = await bridgingBroker({
      listen: {
        transport: 'tls',
        tls: {
          ciphers: 'PSK+HIGH',
          maxVersion: 'TLSv1.2',
          pskKey: (identity: string) => (identity === 'bridge' ? key : undefined),
        },
      } as never,
    });
    const here = await bridgingBroker();
    const psk = { identity: 'bridge', keyHex: key.toString('hex') };
    const tls = { checksHostName: true, versionMin: 'TLSv1.2', psk } as const;
    await here.bridged(bridgeTo(there.port, ['t/# out 1'], { tls }));
  });
});
