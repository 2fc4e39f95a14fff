/** What the broker tells of itself on `$SYS`, in EMQX's topics and in Mosquitto's. */

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type TestBroker, testBroker } from '../../src/testing/test-broker.ts';
import type { TestClient } from '../../src/testing/test-client.ts';

const OWN = '$SYS/brokers/hoopoe@127.0.0.1';

function texts(client: TestClient): Map<string, string> {
  return new Map(client.takePublishes().map(({ topic, text }) => [topic, text]));
}

/** `a/{b,c}/{d}` as `a/b/d` and `a/c/d`. */
function expanded(name: string): string[] {
  const found = /^([^{]*)\{([^}]*)\}(.*)$/.exec(name);
  if (found === null) return [name];
  const [, before, among, after] = found as unknown as [string, string, string, string];
  return among.split(',').flatMap((one) => expanded(before + one.trim() + after));
}

async function reader(broker: TestBroker, ...filters: string[]): Promise<TestClient> {
  const client = await broker.connect({ clientId: 'reader' });
  for (const filter of filters) await client.subscribe(filter, { qos: 2 });
  return client;
}

describe("Mosquitto's topics", () => {
  const named = [
    'version uptime clients/total clients/maximum clients/connected clients/active clients/disconnected',
    'clients/inactive clients/expired messages/received messages/sent publish/messages/received',
    'publish/messages/sent publish/messages/dropped publish/bytes/received publish/bytes/sent bytes/received',
    'bytes/sent messages/stored store/messages/count store/messages/bytes subscriptions/count',
    'shared_subscriptions/count',
  ];
  const load = ['connections', 'sockets', 'bytes/received', 'bytes/sent', 'messages/received', 'messages/sent'];
  const publishes = ['publish/received', 'publish/sent', 'publish/dropped'];
  const averages = [...load, ...publishes].flatMap((name) => [1, 5, 15].map((n) => `load/${name}/${n}min`));
  const all = [...named.join(' ').split(' '), 'retained messages/count', ...averages].map(
    (name) => `$SYS/broker/${name}`,
  );

  it('are those that the document names', () => {
    const text = readFileSync(new URL('../../docs/sys-topics.md', import.meta.url), 'utf8');
    const list = text.slice(text.indexOf('`version`, `uptime`'), text.indexOf(':\nhow many there were'));
    const names = [...list.matchAll(/`([^`]+)`/g)].flatMap(([, name]) => expanded(name!.replaceAll('\n', '')));
    // The memory of the process is not known to a broker in a test.
    const heap = ['heap/current', 'heap/maximum'].map((name) => `$SYS/broker/${name}`);
    expect(names.map((name) => `$SYS/broker/${name}`).sort()).toEqual([...all, ...heap].sort());
  });

  it('are all there at once for a new subscription, as retained messages', async () => {
    const broker = await testBroker();
    const client = await broker.connect();
    await client.subscribe('$SYS/broker/#', { qos: 0 });
    const messages = client.takePublishes();
    expect(messages.map(({ topic }) => topic).sort()).toEqual([...all].sort());
    expect(messages.every(({ retain }) => retain)).toBe(true);
    await broker.close();
  });

  it('have the values of the moment of the subscription', async () => {
    const broker = await testBroker();
    const other = await broker.connect({ clientId: 'other' });
    await other.subscribe('$share/g/a');
    await other.publish('kept', '12345', { retain: true });
    await broker.advance(2_500);
    const client = await broker.connect();
    await client.subscribe('$SYS/broker/#');
    const values = texts(client);
    const value = (name: string): string | undefined => values.get(`$SYS/broker/${name}`);
    expect(value('uptime')).toBe('2 seconds');
    expect(value('clients/connected')).toBe('2');
    expect(value('clients/total')).toBe('2');
    expect(value('publish/messages/received')).toBe('1');
    expect(value('publish/bytes/received')).toBe('5');
    expect(value('retained messages/count')).toBe('1');
    expect(value('subscriptions/count')).toBe('2');
    expect(value('shared_subscriptions/count')).toBe('1');
    expect(Number(value('bytes/received'))).toBeGreaterThan(40);
    await broker.close();
  });

  it('are published every ten seconds where they have changed, at QoS 2 and no longer retained', async () => {
    const broker = await testBroker();
    const client = await reader(broker, '$SYS/broker/clients/connected', '$SYS/broker/version');
    expect(texts(client).size).toBe(2);
    await broker.advance(10_000);
    // What was published first is new to the broker, whoever has seen it stand.
    await client.ack('pubrec', client.takePublishes()[0]!.packetId);
    await broker.connect();
    await broker.advance(9_000);
    expect(client.takePublishes()).toEqual([]);
    await broker.advance(1_000);
    expect(client.takePublishes()).toMatchObject([
      { topic: '$SYS/broker/clients/connected', text: '2', qos: 2, retain: false },
    ]);
    await broker.advance(30_000);
    expect(client.takePublishes()).toEqual([]);
    await broker.close();
  });

  it('average the load over one, five and fifteen minutes', async () => {
    const broker = await testBroker();
    const client = await reader(broker, '$SYS/broker/load/publish/received/+');
    client.takePublishes();
    for (let i = 0; i < 30; i++) await client.publish('a', '');
    await broker.advance(10_000);
    // 30 in ten seconds are 180 a minute: 180 (1 - e^(-10/60n)).
    const expected = [1, 5, 15].map((n) => (180 * (1 - Math.exp(-10 / (60 * n)))).toFixed(2));
    const first = texts(client);
    expect([1, 5, 15].map((n) => first.get(`$SYS/broker/load/publish/received/${n}min`))).toEqual(expected);
    await broker.close();
  });

  it.each([{ sysMosquittoSeconds: 0 }, { sysTree: 'emqx' as const }, { sysTree: 'off' as const }])(
    'are not there with %j',
    async (options) => {
      const broker = await testBroker({ broker: options });
      const client = await reader(broker, '$SYS/broker/#');
      await broker.advance(60_000);
      expect(client.takePublishes()).toEqual([]);
      await broker.close();
    },
  );
});

describe("EMQX's topics", () => {
  it('name the node, the version and the kind of broker to new subscriptions', async () => {
    const broker = await testBroker();
    const client = await reader(broker, '$SYS/brokers', '$SYS/brokers/+/version', '$SYS/brokers/+/sysdescr');
    expect([...texts(client)]).toEqual([
      ['$SYS/brokers', 'hoopoe@127.0.0.1'],
      [`${OWN}/version`, 'unknown'],
      [`${OWN}/sysdescr`, 'Hoopoe'],
    ]);
    await broker.close();
  });

  it('tell uptime and date every thirty seconds, and do not keep them', async () => {
    const broker = await testBroker();
    const client = await reader(broker, '$SYS/brokers/+/uptime', '$SYS/brokers/+/datetime');
    expect(client.takePublishes()).toEqual([]);
    await broker.advance(30_000);
    const values = texts(client);
    expect(values.get(`${OWN}/uptime`)).toBe('30 seconds');
    expect(values.get(`${OWN}/datetime`)).toMatch(/^20\d\d-\d\d-\d\d \d\d:\d\d:\d\d$/);
    await broker.advance(3_600_000);
    expect(client.takePublishes().at(-2)!.text).toBe('1 hours, 0 minutes, 30 seconds');
    await broker.close();
  });

  it('tell statistics and metrics every minute, dots kept in the one and slashes in the other', async () => {
    const broker = await testBroker();
    const client = await reader(broker, '$SYS/brokers/+/stats/#', '$SYS/brokers/+/metrics/#');
    await client.publish('a', 'x', { qos: 1 });
    await broker.advance(59_000);
    expect(client.takePublishes()).toEqual([]);
    await broker.advance(1_000);
    const messages = client.takePublishes();
    expect(messages.every(({ qos, retain }) => qos === 0 && !retain)).toBe(true);
    const values = new Map(messages.map(({ topic, text }) => [topic.slice(OWN.length + 1), text]));
    expect(values.get('stats/connections.count')).toBe('1');
    expect(values.get('stats/subscriptions.max')).toBe('2');
    expect(values.get('metrics/packets/connect/received')).toBe('1');
    expect(values.get('metrics/messages/qos1/received')).toBe('1');
    expect(values.get('metrics/messages/dropped/no_subscribers')).toBe('1');
    expect(values.size).toBeGreaterThan(100);
    for (const text of values.values()) expect(text).toMatch(/^\d+$/);
    await broker.close();
  });

  it('are not there in the tree of Mosquitto', async () => {
    const broker = await testBroker({ broker: { sysTree: 'mosquitto' } });
    const client = await reader(broker, '$SYS/brokers/#', '$SYS/brokers');
    await broker.advance(120_000);
    expect(client.takePublishes().filter(({ topic }) => !topic.includes('/clients/'))).toEqual([]);
    await broker.close();
  });
});

describe('$SYS', () => {
  it('is not matched by # and +', async () => {
    const broker = await testBroker();
    const client = await reader(broker, '#', '+/#', '+');
    await broker.advance(120_000);
    await broker.connect();
    expect(client.takePublishes()).toEqual([]);
    await broker.close();
  });

  it('is not what a broker keeps or counts as retained', async () => {
    const broker = await testBroker();
    const client = await reader(broker, '$SYS/#');
    expect(client.takePublishes().length).toBeGreaterThan(50);
    await broker.advance(60_000);
    expect(broker.broker.gauges.retainedMessages).toBe(0);
    expect((await broker.broker.inspect.retained.list()).total).toBe(0);
    await broker.close();
  });

  it('reads nothing while nobody looks', async () => {
    let reads = 0;
    const broker = await testBroker();
    const { counters } = broker.broker;
    const { dropped } = counters;
    Object.defineProperty(counters, 'dropped', {
      get: () => {
        reads++;
        return dropped;
      },
    });
    await broker.advance(60_000);
    const forAverages = reads;
    await reader(broker, '$SYS/broker/publish/messages/dropped');
    expect(reads).toBeGreaterThan(forAverages);
    // The load averages are the only thing that goes on: one sum every ten seconds.
    expect(forAverages).toBeLessThanOrEqual(6);
    await broker.close();
  });

  it('comes to subscriptions that program and filter share, and stops with the broker', async () => {
    const broker = await testBroker();
    const topics: string[] = [];
    broker.broker.subscribe('$SYS/broker/uptime', ({ topic, payload }) =>
      topics.push(`${topic} ${payload.toString()}`),
    );
    await broker.advance(10_000);
    expect(topics).toEqual(['$SYS/broker/uptime 0 seconds', '$SYS/broker/uptime 10 seconds']);
    await broker.close();
    broker.clock.advance(60_000);
    expect(topics).toHaveLength(2);
  });

  it('is where others announce what they have to say, made only for those who want it', async () => {
    const broker = await testBroker();
    const { inspect } = broker.broker;
    let made = 0;
    const text = (): string => `line ${++made}`;
    inspect.announce('$SYS/broker/log/N', text);
    const client = await reader(broker, '$SYS/broker/log/#');
    expect(made).toBe(0);
    inspect.announce('$SYS/broker/log/N', text);
    await broker.run();
    expect(client.takePublishes()).toMatchObject([
      { topic: '$SYS/broker/log/N', text: 'line 1', qos: 0, retain: false },
    ]);
    await broker.close();
  });
});
