/** Looking on while packets pass. */

import { describe, expect, it } from 'vitest';
import { InvalidRequest, type TappedPacket } from '../../src/broker/broker.ts';
import { testBroker } from '../../src/testing/test-broker.ts';

describe('a tap', () => {
  it('shows all packets of one client, from its CONNECT on, without what is secret', async () => {
    const broker = await testBroker();
    const seen: TappedPacket[] = [];
    const end = broker.broker.inspect.tap({ clientId: 'c' }, (packet) => seen.push(packet));
    const client = broker.client({ clientId: 'c' });
    await client.connect({ username: 'u', password: Buffer.from('secret') });
    const other = await broker.connect({ clientId: 'other' });
    await client.subscribe('a', { qos: 1 });
    await other.publish('a', 'hello', { qos: 1 });
    await client.publish('b', Buffer.from([1, 2]), { qos: 0, properties: { correlationData: Buffer.from([255]) } });
    await client.disconnect();
    expect(seen.map(({ direction, type }) => `${direction} ${type}`)).toEqual([
      'in connect',
      'out connack',
      'in subscribe',
      'out suback',
      'out publish',
      'in publish',
      'in disconnect',
    ]);
    expect(seen.every(({ clientId, atMs }) => clientId === 'c' && atMs === broker.clock.now())).toBe(true);
    expect(seen[0]!.fields).toMatchObject({ version: 5, clientId: 'c', username: 'u', hasPassword: true });
    expect(seen[4]).toMatchObject({ topic: 'a', qos: 1, packetId: 1, payloadBytes: 5 });
    expect(seen[4]!.payload?.toString()).toBe('hello');
    expect(seen[5]!.fields).toEqual({ correlationData: 'ff' });
    expect(JSON.stringify(seen)).not.toContain('secret');
    expect(JSON.stringify(seen)).not.toContain(Buffer.from('secret').toString('base64'));
    end();
    end();
    expect(broker.broker.inspect.taps).toBe(0);
    await broker.connect({ clientId: 'c' });
    expect(seen).toHaveLength(7);
    await broker.close();
  });

  it('begins with a client that is connected, and follows it to its next connection', async () => {
    const broker = await testBroker();
    const client = await broker.connect({ clientId: 'c' });
    const seen: string[] = [];
    const end = broker.broker.inspect.tap({ clientId: 'c' }, ({ direction, type }) =>
      seen.push(`${direction} ${type}`),
    );
    await client.send({ type: 'pingreq' });
    const again = await broker.connect({ clientId: 'c' });
    await again.send({ type: 'pingreq' });
    expect(seen).toEqual([
      'in pingreq',
      'out pingresp',
      'in connect',
      'out disconnect',
      'out connack',
      'in pingreq',
      'out pingresp',
    ]);
    end();
    await again.send({ type: 'pingreq' });
    expect(seen).toHaveLength(7);
    await broker.close();
  });

  it('follows a client that is called otherwise than its CONNECT said', async () => {
    const broker = await testBroker();
    const first = broker.client({ clientId: '' });
    const assigned = (await first.connect())!.properties!.assignedClientIdentifier!;
    const seen: string[] = [];
    broker.broker.inspect.tap({ clientId: assigned }, ({ type }) => seen.push(type));
    await first.send({ type: 'pingreq' });
    expect(seen).toEqual(['pingreq', 'pingresp']);
    await broker.close();
  });

  it('shows messages on topics, whoever publishes them, and is no receiver', async () => {
    const broker = await testBroker();
    const seen: string[] = [];
    const end = broker.broker.inspect.tap({ filter: 'a/+' }, ({ clientId, topic, payload }) =>
      seen.push(`${clientId} ${topic} ${payload!.toString()}`),
    );
    const client = await broker.connect({ clientId: 'c' });
    await client.publish('a/1', 'x', { qos: 1 });
    expect(client.take('puback')?.reasonCode).toBe(0x10);
    await client.publish('b', 'x');
    await broker.broker.publish({ topic: 'a/2', payload: 'y' });
    expect(seen).toEqual(['c a/1 x', ' a/2 y']);
    end();
    await client.publish('a/1', 'x');
    expect(seen).toHaveLength(2);
    await broker.close();
  });

  it('leaves packets out above its rate, counts them, and cuts payloads', async () => {
    const broker = await testBroker();
    const seen: TappedPacket[] = [];
    const client = await broker.connect({ clientId: 'c' });
    broker.broker.inspect.tap({ filter: '#', packetsPerSecondMax: 2, payloadBytesMax: 3 }, (one) => seen.push(one));
    for (let i = 0; i < 6; i++) await client.publish('t', `payload ${i}`);
    expect(seen).toHaveLength(2);
    await broker.advance(1_000);
    await client.publish('t', 'again');
    expect(seen[2]).toMatchObject({ missed: 4, payloadBytes: 5 });
    expect(seen[2]!.payload?.toString()).toBe('aga');
    await broker.close();
  });

  it('that throws disturbs nobody', async () => {
    const broker = await testBroker();
    const client = await broker.connect({ clientId: 'c' });
    broker.broker.inspect.tap({ clientId: 'c' }, () => {
      throw new TypeError('broken');
    });
    await client.send({ type: 'pingreq' });
    expect(client.take('pingresp')).toBeDefined();
    await broker.close();
  });

  it('gets copies: what it does to a packet changes nothing', async () => {
    const broker = await testBroker();
    const client = await broker.connect({ clientId: 'c' });
    await client.subscribe('a');
    broker.broker.inspect.tap({ clientId: 'c' }, ({ payload, fields }) => {
      payload?.fill(0);
      const { userProperties } = fields as { userProperties?: unknown[] };
      if (userProperties !== undefined) userProperties.length = 0;
    });
    await client.publish('a', 'hello', { properties: { userProperties: [['k', 'v']] } });
    expect(client.takePublishes()).toMatchObject([{ text: 'hello', properties: { userProperties: [['k', 'v']] } }]);
    await broker.close();
  });

  it.each([
    {},
    { clientId: 'c', filter: 'a' },
    { filter: 'a#' },
    { clientId: 'c', packetsPerSecondMax: 0 },
    { clientId: 'c', packetsPerSecondMax: 1e9 },
    { clientId: 'c', payloadBytesMax: -1 },
  ])('is refused with %j', async (request) => {
    const broker = await testBroker();
    expect(() => broker.broker.inspect.tap(request, () => {})).toThrow(InvalidRequest);
    expect(broker.broker.inspect.taps).toBe(0);
    await broker.close();
  });

  it('is refused when a hundred look on already', async () => {
    const broker = await testBroker();
    for (let i = 0; i < 100; i++) broker.broker.inspect.tap({ clientId: 'c' }, () => {});
    expect(() => broker.broker.inspect.tap({ clientId: 'c' }, () => {})).toThrow(/100/);
    await broker.close();
  });
});

describe('top topics', () => {
  it('are counted from when somebody wants it until nobody does', async () => {
    const broker = await testBroker();
    const { topTopics } = broker.broker.inspect;
    const client = await broker.connect();
    await client.publish('before', '');
    expect(topTopics.isOn).toBe(false);
    topTopics.start(broker.clock.now());
    for (const topic of ['a', 'b', 'a']) await client.publish(topic, '');
    await client.publish('x'.repeat(2_000), '');
    expect(topTopics.top(2)).toEqual([
      { topic: 'a', messages: 2, error: 0 },
      { topic: expect.stringMatching(/^b|^x{511}…$/), messages: 1, error: 0 },
    ]);
    topTopics.stop();
    await client.publish('a', '');
    expect(topTopics.top(10)).toEqual([]);
    await broker.close();
  });

  it('are counted from the start where the configuration says so, in bounded memory', async () => {
    const broker = await testBroker({ broker: { topTopics: true, topTopicsMax: 10 } });
    const client = await broker.connect();
    for (let i = 0; i < 50; i++) await client.publish(`t/${i}`, '');
    expect(broker.broker.inspect.topTopics.top(1_000)).toHaveLength(10);
    await broker.close();
  });
});

describe('alarms', () => {
  it('are told on $SYS as EMQX tells them, listed while they last, and kept afterwards', async () => {
    const broker = await testBroker();
    const { alarms } = broker.broker.inspect;
    const watcher = await broker.connect();
    await watcher.subscribe('$SYS/brokers/+/alarms/#', { qos: 1 });
    expect(alarms.activate('high_cpu_usage', '95 % of one processor', { percent: 95 })).toBe(true);
    expect(alarms.activate('high_cpu_usage', 'again')).toBe(false);
    await broker.run();
    const [raised] = watcher.takePublishes();
    const microseconds = broker.clock.now() * 1000;
    expect(raised).toMatchObject({
      topic: '$SYS/brokers/hoopoe@127.0.0.1/alarms/activate',
      qos: 0,
      properties: { contentType: 'application/json' },
    });
    expect(JSON.parse(raised!.text)).toEqual({
      name: 'high_cpu_usage',
      details: { percent: 95 },
      message: '95 % of one processor',
      activate_at: microseconds,
      deactivate_at: 'infinity',
      activated: true,
    });
    expect(alarms.active).toHaveLength(1);
    await broker.advance(5_000);
    expect(alarms.deactivate('high_cpu_usage')).toBe(true);
    expect(alarms.deactivate('high_cpu_usage')).toBe(false);
    await broker.run();
    const [over] = watcher.takePublishes();
    expect(over!.topic).toBe('$SYS/brokers/hoopoe@127.0.0.1/alarms/deactivate');
    expect(JSON.parse(over!.text)).toMatchObject({ deactivate_at: microseconds + 5_000_000, activated: false });
    expect(alarms.active).toEqual([]);
    expect(alarms.history).toHaveLength(1);
    await broker.advance(25 * 60 * 60 * 1000);
    expect(alarms.history).toEqual([]);
    await broker.close();
  });

  it('are bounded, and tell their listeners', async () => {
    const broker = await testBroker();
    const { alarms } = broker.broker.inspect;
    let told = 0;
    const stop = alarms.on(() => {
      told++;
      throw new TypeError('broken');
    });
    for (let i = 0; i < 1_500; i++) {
      alarms.activate(`x/${i}`, 'm');
      alarms.deactivate(`x/${i}`);
    }
    expect(told).toBe(3_000);
    expect(alarms.history).toHaveLength(1_000);
    expect(alarms.history[0]!.name).toBe('x/1499');
    stop();
    alarms.activate('y', 'm');
    expect(told).toBe(3_000);
    alarms.clearHistory();
    expect(alarms.history).toEqual([]);
    await broker.close();
  });
});
