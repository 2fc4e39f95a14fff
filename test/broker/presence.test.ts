/** `$SYS/brokers/<node>/clients/…`: who is told that clients come and go, and what. */

import { describe, expect, it } from 'vitest';
import { type TestBroker, testBroker } from '../../src/testing/test-broker.ts';
import type { TestClient } from '../../src/testing/test-client.ts';
import { KeptStore } from './kept-store.ts';

const NODE = 'hoopoe@127.0.0.1';
const topicOf = (clientId: string, event: string): string => `$SYS/brokers/${NODE}/clients/${clientId}/${event}`;
const START_MS = Date.UTC(2026, 0, 1);

async function watch(broker: TestBroker, filter: string = '$SYS/brokers/+/clients/#'): Promise<TestClient> {
  const watcher = await broker.connect({ clientId: 'watcher' });
  await watcher.subscribe(filter, { qos: 2 });
  watcher.takePublishes();
  return watcher;
}

describe('presence', () => {
  it('tells of a client that comes, with the fields of EMQX 4.3 in their order', async () => {
    const broker = await testBroker();
    const watcher = await watch(broker);
    await broker.connect({
      clientId: '654321',
      version: 4,
      peer: { address: '10.1.2.3', localPort: 1883 },
      connect: { username: 'admin', keepAlive: 600 },
    });
    const [message] = watcher.takePublishes();
    expect(message).toMatchObject({ topic: topicOf('654321', 'connected'), qos: 1, retain: false });
    expect(message!.text).toBe(
      `{"username":"admin","ts":${START_MS},"sockport":1883,"proto_ver":4,"proto_name":"MQTT","keepalive":600,` +
        `"ipaddress":"10.1.2.3","expiry_interval":0,"connected_at":${START_MS},"connack":0,"clientid":"654321",` +
        '"clean_start":true}',
    );
    await broker.close();
  });

  it('tells of a client that goes, with when it came', async () => {
    const broker = await testBroker();
    const watcher = await watch(broker);
    const client = await broker.connect({ clientId: 'c', version: 3, peer: { address: '::1', localPort: 8883 } });
    watcher.takePublishes();
    await broker.advance(6_765);
    await client.disconnect();
    const [message] = watcher.takePublishes();
    expect(message).toMatchObject({ topic: topicOf('c', 'disconnected'), qos: 1, retain: false });
    const gone = START_MS + 6_765;
    expect(message!.text).toBe(
      `{"username":"undefined","ts":${gone},"sockport":8883,"reason":"normal","proto_ver":3,"proto_name":"MQIsdp",` +
        `"ipaddress":"::1","disconnected_at":${gone},"connected_at":${START_MS},"clientid":"c"}`,
    );
    await broker.close();
  });

  it.each<[reason: string, end: (client: TestClient, broker: TestBroker) => Promise<unknown>]>([
    ['tcp_closed', (client) => client.drop()],
    ['disconnect_with_will_message', (client) => client.disconnect(4)],
    ['keepalive_timeout', (_client, broker) => broker.advance(20_000)],
    ['kicked', async (client, broker) => broker.broker.inspect.kick(client.clientId)],
    ['takeovered', (client, broker) => broker.connect({ clientId: client.clientId })],
    ['protocol_error', (client) => client.send({ type: 'pingresp' })],
    ['topic_name_invalid', (client) => client.publish('a/'.repeat(200), '')],
  ])('says %s', async (reason, end) => {
    const broker = await testBroker();
    const watcher = await watch(broker);
    const client = await broker.connect({ clientId: 'c', connect: { keepAlive: 10 } });
    watcher.takePublishes();
    await end(client, broker);
    await broker.run();
    const gone = watcher.takePublishes().find(({ topic }) => topic === topicOf('c', 'disconnected'));
    expect(JSON.parse(gone!.text)).toMatchObject({ clientid: 'c', reason });
    await broker.close();
  });

  it('says ssl_closed of a TLS connection', async () => {
    const broker = await testBroker();
    const watcher = await watch(broker, '$SYS/brokers/+/clients/+/disconnected');
    const client = await broker.connect({ clientId: 'c', peer: { transport: 'tls' } });
    await client.drop();
    expect(JSON.parse(watcher.takePublishes()[0]!.text).reason).toBe('ssl_closed');
    await broker.close();
  });

  it('tells of a takeover that the first is gone before it tells that the second is there', async () => {
    const broker = await testBroker();
    const watcher = await watch(broker);
    await broker.connect({ clientId: 'c' });
    await broker.connect({ clientId: 'c' });
    expect(watcher.takePublishes().map(({ topic }) => topic)).toEqual(
      ['connected', 'disconnected', 'connected'].map((event) => topicOf('c', event)),
    );
    await broker.close();
  });

  it('puts every Client Identifier into a topic name that is valid, and the whole of it into the payload', async () => {
    const broker = await testBroker();
    const watcher = await watch(broker);
    const clientId = 'a/b+c#d "__proto__" \\ ü';
    await broker.connect({ clientId });
    const [message] = watcher.takePublishes();
    expect(message!.topic).toBe(topicOf('a/b%2Bc%23d "__proto__" \\ ü', 'connected'));
    expect(JSON.parse(message!.text).clientid).toBe(clientId);
    expect(message!.topic).toMatch(/^\$SYS\/brokers\/.*\/clients\/.*\/(dis)?connected/);
    await broker.close();
  });

  it('cannot be made to look as if another client came', async () => {
    const broker = await testBroker();
    const watcher = await watch(broker, '$SYS/brokers/+/clients/victim/+');
    await broker.connect({ clientId: 'victim/connected' });
    await broker.connect({ clientId: 'x/clients/victim' });
    expect(watcher.takePublishes()).toEqual([]);
    await broker.close();
  });

  it('says nothing of a client whose identifier no topic has room for', async () => {
    const broker = await testBroker({ broker: { clientIdBytesMax: 65_535 } });
    const watcher = await watch(broker);
    const client = await broker.connect({ clientId: 'x'.repeat(65_500) });
    await client.disconnect();
    expect(watcher.takePublishes()).toEqual([]);
    await broker.close();
  });

  it('says nothing of clients that were never accepted', async () => {
    const broker = await testBroker({ rules: { anonymous: 'allow' }, broker: { connectionsMax: 1 } });
    const watcher = await watch(broker);
    const refused = broker.client({ clientId: 'c' });
    expect((await refused.connect())?.reasonCode).toBe(0x89);
    expect(watcher.takePublishes()).toEqual([]);
    await broker.close();
  });

  it('is off when it is switched off', async () => {
    const broker = await testBroker({ broker: { presence: false } });
    const watcher = await watch(broker);
    const client = await broker.connect({ clientId: 'c' });
    await client.disconnect();
    expect(watcher.takePublishes()).toEqual([]);
    await broker.close();
  });

  it('comes at the QoS that was chosen, and no higher than the subscription', async () => {
    const broker = await testBroker({ broker: { presenceQos: 2 } });
    const watcher = await watch(broker);
    await watcher.subscribe('$SYS/brokers/+/clients/b/#', { qos: 0 });
    await watcher.unsubscribe('$SYS/brokers/+/clients/#');
    await broker.connect({ clientId: 'b' });
    expect(watcher.takePublishes().map(({ qos }) => qos)).toEqual([0]);
    await broker.close();
  });

  it('counts as no message of a client, and is not shown to hooks', async () => {
    const seen: string[] = [];
    const broker = await testBroker({
      publishFilter: (message) => {
        seen.push(message.topic);
        return message;
      },
    });
    const { counters } = broker.broker;
    await watch(broker);
    await broker.connect({ clientId: 'c' });
    expect(seen).toEqual([]);
    expect(counters.messagesReceived).toEqual([0, 0, 0]);
    expect(counters.dropped.get('no_subscriber')).toBeUndefined();
    await broker.close();
  });

  it('is not published by clients', async () => {
    const broker = await testBroker();
    const watcher = await watch(broker);
    const client = await broker.connect({ clientId: 'c' });
    watcher.takePublishes();
    await client.publish(topicOf('victim', 'disconnected'), '{}', { qos: 1 });
    expect(watcher.takePublishes()).toEqual([]);
    await broker.close();
  });
});

describe('presence after a crash', () => {
  /** What a broker finds that starts after another that was cut off now. */
  async function crash(broker: TestBroker, store: KeptStore): Promise<TestBroker> {
    await broker.run();
    return await testBroker({ store, clock: broker.clock });
  }

  it('tells a watcher with a lasting session of everybody who was cut off, whatever their sessions were', async () => {
    const store = new KeptStore();
    const broker = await testBroker({ store });
    const lasting = { cleanStart: false, properties: { sessionExpiryInterval: 3_600 } };
    const watcher = await broker.connect({ clientId: 'watcher', connect: lasting });
    await watcher.subscribe('$SYS/brokers/+/clients/#', { qos: 1 });
    await broker.connect({ clientId: 'clean', connect: { username: 'u' }, peer: { address: '10.0.0.9' } });
    await broker.connect({ clientId: 'kept', connect: lasting });
    const left = await broker.connect({ clientId: 'left' });
    await left.disconnect();

    const next = await crash(broker, store);
    const again = await next.connect({ clientId: 'watcher', connect: lasting });
    const gone = again
      .takePublishes()
      .filter(({ topic, dup }) => topic.endsWith('/disconnected') && !dup)
      .map(({ text }) => JSON.parse(text) as Record<string, unknown>);
    const cutOff = gone.filter(({ reason }) => reason === 'internal_error');
    expect(cutOff.map(({ clientid }) => clientid).sort()).toEqual(['clean', 'kept', 'watcher']);
    const clean = cutOff.find(({ clientid }) => clientid === 'clean');
    expect(clean).toMatchObject({ username: 'u', ipaddress: '10.0.0.9', connected_at: START_MS, proto_ver: 5 });
    await next.close();
  });

  it('tells a watcher that comes back later, until the client itself is back', async () => {
    const store = new KeptStore();
    const broker = await testBroker({ store });
    await watch(broker);
    await broker.connect({ clientId: 'a' });
    await broker.connect({ clientId: 'b' });

    const next = await crash(broker, store);
    await next.advance(30_000);
    await next.connect({ clientId: 'a' });
    const watcher = await next.connect({ clientId: 'watcher-2' });
    await watcher.subscribe('$SYS/brokers/+/clients/+/disconnected', { qos: 1 });
    // Of the watcher itself nobody had been told: it came before it watched.
    expect(watcher.takePublishes().map(({ topic, retain }) => [topic, retain])).toEqual([
      [topicOf('b', 'disconnected'), true],
    ]);

    await next.advance(11 * 60_000);
    const late = await next.connect({ clientId: 'late' });
    await late.subscribe('$SYS/brokers/+/clients/+/disconnected', { qos: 1 });
    expect(late.takePublishes()).toEqual([]);
    await next.close();
  });

  it('tells it once: a second start knows of nobody', async () => {
    const store = new KeptStore();
    const broker = await testBroker({ store });
    await watch(broker);
    await broker.connect({ clientId: 'a' });
    const second = await crash(broker, store);
    const third = await crash(second, store);
    const watcher = await third.connect({ clientId: 'w' });
    await watcher.subscribe('$SYS/#');
    expect(
      watcher.takePublishes().filter(({ topic }) => topic.startsWith('$SYS/brokers/') && topic.includes('/clients/')),
    ).toEqual([]);
    await third.close();
  });

  it('leaves nothing behind at a clean stop, and records nothing when nobody watches', async () => {
    const store = new KeptStore();
    const broker = await testBroker({ store });
    await broker.connect({ clientId: 'unseen' });
    expect([...store.range('p/')]).toEqual([]);
    await watch(broker);
    await broker.connect({ clientId: 'seen' });
    await broker.run();
    expect([...store.range('p/')].map(({ key }) => key)).toEqual(['p/=seen']);
    await broker.close();
    expect([...store.range('p/')]).toEqual([]);
  });
});
