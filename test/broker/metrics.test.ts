/** What Prometheus, EMQX's dashboards and charts are shown, and which alarms are raised. */

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { AccessResults, AnswerResults } from '../../src/metrics/access-results.ts';
import { Metrics, type MetricsSources } from '../../src/metrics/metrics.ts';
import type { ProcessUsage } from '../../src/metrics/process-usage.ts';
import { type TestBrokerOptions, testBroker } from '../../src/testing/test-broker.ts';
import { ferry } from '../doubles/shown-bridge.ts';
import { shout } from '../doubles/shown-plugin.ts';
import { KeptStore } from './kept-store.ts';

const GB = 1024 ** 3;

const calm: ProcessUsage = {
  memoryBytes: 100,
  heapUsedBytes: 1,
  heapTotalBytes: 2,
  heapBytesMax: 10,
  externalBytes: 3,
  cpuSeconds: 0,
  machineMemoryBytes: 8 * GB,
  machineMemoryFreeBytes: 4 * GB,
};

async function measured(sources: Partial<MetricsSources> = {}, options: TestBrokerOptions = {}) {
  const broker = await testBroker(options);
  const { clock } = broker;
  const { inspect, options: brokerOptions } = broker.broker;
  const world = { usage: calm };
  const metrics = new Metrics({
    inspect,
    options: brokerOptions,
    clock,
    durability: 'strict',
    usage: () => world.usage,
    ...sources,
  });
  const close = async (): Promise<void> => {
    metrics.close();
    await broker.close();
  };
  return { broker, metrics, world, close };
}

/** Every sample by its name with labels. */
function samplesOf(text: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

const answers = (one: Partial<AnswerResults> = {}): AnswerResults => {
  return { allow: 0, deny: 0, ignore: 0, failed: 0, waited: 0, waitedMs: 0, ...one };
};

function accessOf(up: boolean): AccessResults {
  return {
    sources: [
      {
        name: 'devices',
        kind: 'postgresql',
        up,
        logins: answers({ allow: 3, deny: 1, waited: 4, waitedMs: 20 }),
        permissions: answers({ ignore: 7 }),
        lastFailure: { code: 'SQL_DOWN', text: 'connection refused' },
      },
    ],
    anonymousAllowed: 2,
    anonymousRefused: 5,
  };
}

describe('metrics for Prometheus', () => {
  it('are well formed, each family once, counters in _total', async () => {
    const { broker, metrics, close } = await measured({
      access: () => accessOf(true),
      storeSize: () => ({ entries: 1, usedBytes: 2, fileBytes: 3 }),
      plugins: () => [shout],
      bridges: () => [ferry],
    });
    await broker.connect();
    const text = await metrics.prometheus();
    expect(text.endsWith('\n')).toBe(true);
    expect(text).toContain('mqtt_plugin_hook_failures_total{plugin="shout",hook="message.publish"} 4\n');
    expect(text).toContain('mqtt_plugin_restarts_total{plugin="shout"} 2\n');
    const families = new Map<string, string>();
    for (const line of text.trimEnd().split('\n')) {
      const head = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line);
      if (head !== null) {
        const [, kind, name, rest] = head;
        if (kind === 'TYPE') {
          expect(families.has(name!)).toBe(false);
          families.set(name!, rest!);
        }
        continue;
      }
      const sample =
        /^([a-z_:][a-z0-9_:]*)(\{[a-z_]+="(?:[^"\\\n]|\\.)*"(?:,[a-z_]+="(?:[^"\\\n]|\\.)*")*\})? (\S+)$/.exec(line);
      expect(sample, line).not.toBeNull();
      const family = sample![1]!.replace(/_(bucket|sum|count)$/, '');
      expect(families.has(sample![1]!) || families.get(family) === 'histogram', line).toBe(true);
      expect(Number.isFinite(Number(sample![3])), line).toBe(true);
    }
    for (const [name, type] of families) expect(name.endsWith('_total'), name).toBe(type === 'counter');
    expect(families.size).toBeGreaterThan(60);
    await close();
  });

  it('count what clients do', async () => {
    const { broker, metrics, close } = await measured();
    const client = await broker.connect({ clientId: 'c' });
    await client.subscribe('a', { qos: 1 });
    await client.publish('a', 'hello', { qos: 1 });
    await client.publish('nobody', 'x');
    await client.ack('puback', 1);
    await client.ack('puback', 99);
    const refused = broker.client({ clientId: 'x'.repeat(2_000) });
    await refused.connect();
    const samples = samplesOf(await metrics.prometheus());
    const expected: Record<string, number> = {
      'mqtt_info{version="unknown",node="hoopoe@127.0.0.1"}': 1,
      'mqtt_durability_info{mode="strict"}': 1,
      mqtt_clients_connected: 1,
      mqtt_subscriptions: 1,
      'mqtt_listener_connections{listener="memory"}': 1,
      'mqtt_packets_received_total{packet="publish"}': 2,
      'mqtt_packets_received_total{packet="puback"}': 2,
      'mqtt_packets_received_total{packet="connect"}': 2,
      'mqtt_packets_sent_total{packet="publish"}': 1,
      mqtt_payload_bytes_received_total: 6,
      mqtt_payload_bytes_sent_total: 5,
      'mqtt_messages_received_total{qos="1"}': 1,
      mqtt_messages_acknowledged_total: 1,
      'mqtt_messages_dropped_total{reason="no_subscriber"}': 1,
      'mqtt_connections_refused_total{reason_code="0x85"}': 1,
      'mqtt_limits_hit_total{limit="client_id_bytes"}': 1,
      mqtt_publish_acknowledgement_seconds_count: 1,
      'mqtt_publish_acknowledgement_seconds_bucket{le="+Inf"}': 1,
    };
    for (const [name, value] of Object.entries(expected)) expect(samples.get(name), name).toBe(value);
    await client.disconnect();
    const after = samplesOf(await metrics.prometheus());
    expect(after.get('mqtt_listener_connections{listener="memory"}')).toBe(0);
    expect(after.get('mqtt_connections_ended_total{reason="normal"}')).toBe(1);
    await close();
  });

  it('agree with what went over the wire, byte by byte', async () => {
    const { broker, metrics, close } = await measured();
    const client = broker.client({ clientId: 'c', version: 4 });
    // CONNECT of 3.1.1 with a Client Identifier of one byte is 15 bytes, CONNACK 4, PINGREQ and PINGRESP 2.
    await client.connect();
    await client.send({ type: 'pingreq' });
    const samples = samplesOf(await metrics.prometheus());
    expect(samples.get('mqtt_bytes_received_total')).toBe(17);
    expect(samples.get('mqtt_bytes_sent_total')).toBe(6);
    await close();
  });

  it('measure the commits of a store, and the wait of publishers for them', async () => {
    const { broker, metrics, close } = await measured({}, { store: new KeptStore() });
    const client = await broker.connect({ connect: { cleanStart: false, properties: { sessionExpiryInterval: 60 } } });
    await client.subscribe('a', { qos: 1 });
    await client.publish('a', 'x', { qos: 1 });
    const samples = samplesOf(await metrics.prometheus());
    expect(samples.get('mqtt_store_commit_seconds_count')).toBeGreaterThanOrEqual(3);
    expect(samples.get('mqtt_store_commit_records_sum')).toBeGreaterThanOrEqual(4);
    expect(samples.get('mqtt_publish_acknowledgement_seconds_count')).toBe(1);
    await close();
  });

  it('tell what sources of logins and permissions answer', async () => {
    const { metrics, close } = await measured({ access: () => accessOf(false) });
    const samples = samplesOf(await metrics.prometheus());
    expect(samples.get('mqtt_access_source_up{source="devices",kind="postgresql"}')).toBe(0);
    expect(samples.get('mqtt_login_results_total{source="devices",kind="postgresql",result="allow"}')).toBe(3);
    expect(samples.get('mqtt_permission_results_total{source="devices",kind="postgresql",result="ignore"}')).toBe(7);
    expect(samples.get('mqtt_access_waited_seconds_total{source="devices",kind="postgresql"}')).toBe(0.02);
    expect(samples.get('mqtt_anonymous_logins_total{result="deny"}')).toBe(5);
    await close();
  });

  it('have no label that a client can choose, whatever clients are called', async () => {
    const { broker, metrics, close } = await measured();
    for (let i = 0; i < 20; i++) {
      const client = await broker.connect({ clientId: `evil"\n${i}`, connect: { username: 'evil' } });
      await client.publish(`evil/${i}`, '');
      await client.disconnect();
    }
    expect(await metrics.prometheus()).not.toContain('evil');
    await close();
  });

  it('have EMQX names too, about a hundred, without labels', async () => {
    const { broker, metrics, close } = await measured();
    await broker.connect();
    const text = metrics.emqxPrometheus();
    const samples = samplesOf(text);
    expect(samples.get('emqx_packets_connect')).toBe(1);
    expect(samples.get('emqx_connections_count')).toBe(1);
    expect(samples.get('emqx_vm_total_memory')).toBe(8 * GB);
    expect(samples.size).toBeGreaterThan(100);
    expect(text).not.toContain('{');
    expect(text).toContain('# TYPE emqx_connections_count gauge\n');
    expect(text).toContain('# TYPE emqx_messages_received counter\n');
    expect(metrics.emqxStats()['connections.count']).toBe(1);
    expect(metrics.emqxMetrics()['packets.connect.received']).toBe(1);
    await close();
  });
});

describe('what is written about metrics', () => {
  const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

  /** Everything that can be there: each label has had a value. */
  async function families(): Promise<Map<string, string>> {
    const { broker, metrics, close } = await measured({
      plugins: () => [shout],
      bridges: () => [ferry],
      access: () => accessOf(true),
      storeSize: () => ({ entries: 1, usedBytes: 2, fileBytes: 3 }),
    });
    const client = await broker.connect();
    await client.publish('nobody', '');
    await client.disconnect();
    await broker.client({ clientId: 'x'.repeat(2_000) }).connect();
    broker.broker.counters.refuseAtListener('rate');
    const text = await metrics.prometheus();
    await close();
    return new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name!, type!]));
  }

  it('is true: the document has each family with its type, and no other', async () => {
    const rows = [...read('docs/metrics.md').matchAll(/^\| `((?:mqtt|process|nodejs)_\w+)` \| (\w+) \|/gm)];
    expect(new Map(rows.map(([, name, type]) => [name!, type!]))).toEqual(await families());
  });

  it('is of use: the dashboard asks for families that are there', async () => {
    const dashboard = JSON.parse(read('packaging/grafana/hoopoe.json')) as {
      readonly panels: readonly { readonly id: number; readonly targets?: readonly { readonly expr: string }[] }[];
    };
    const known = await families();
    const asked = dashboard.panels
      .flatMap(({ targets = [] }) => targets)
      .flatMap(({ expr }) => [...expr.matchAll(/\b((?:mqtt|process|nodejs)_[a-z_]+)\{/g)].map(([, name]) => name!));
    expect(asked.length).toBeGreaterThan(30);
    for (const name of asked) {
      const family = name.replace(/_(bucket|sum|count)$/, '');
      expect(known.has(name) || known.get(family) === 'histogram', name).toBe(true);
    }
    const ids = dashboard.panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('history', () => {
  it('has rates of each second and of each minute, bounded', async () => {
    const { broker, metrics, world, close } = await measured();
    const client = await broker.connect();
    await broker.advance(1_000);
    for (let i = 0; i < 30; i++) await client.publish('a', '');
    world.usage = { ...calm, cpuSeconds: 0.5 };
    await broker.advance(1_000);
    expect(metrics.rates).toMatchObject({ messagesIn: 30, connects: 0 });
    const { stepSeconds, series, toMs, fromMs } = metrics.history('10m');
    expect([stepSeconds, toMs - fromMs, toMs]).toEqual([1, 1_000, broker.clock.now()]);
    expect(series.messagesIn).toEqual([0, 30]);
    expect(series.connects).toEqual([1, 0]);
    expect(series.connections).toEqual([1, 1]);
    expect(series.cpuPercent).toEqual([0, 50]);
    await broker.advance(58_000);
    expect(metrics.history('24h').series.messagesIn).toEqual([0.5]);
    await broker.advance(15 * 60_000);
    expect(metrics.history('10m').series.messagesIn).toHaveLength(600);
    expect(metrics.history('24h').series.messagesIn).toHaveLength(16);
    await close();
    expect(metrics.history('24h').stepSeconds).toBe(60);
  });

  it('is empty at the beginning', async () => {
    const { metrics, close } = await measured();
    expect(metrics.history('10m')).toMatchObject({ fromMs: 0, toMs: 0, series: { messagesIn: [] } });
    await close();
  });

  it('shows a delay of the event loop', async () => {
    const { broker, metrics, close } = await measured();
    await broker.advance(1_000);
    expect(metrics.overview().loopDelaySeconds).toEqual({ p50: 0, p99: 0, max: 0 });
    // The clock stands for 400 ms more than anybody is told of.
    const { clock } = broker;
    const real = clock.monotonic.bind(clock);
    clock.monotonic = () => real() + 400;
    await broker.advance(1_000);
    const { max, p99, p50 } = metrics.overview().loopDelaySeconds;
    expect(max).toBeCloseTo(0.4, 5);
    expect(p99).toBeCloseTo(0.4, 5);
    expect(p50).toBeLessThanOrEqual(0.001);
    await close();
  });

  it('has an overview that can be sent as JSON', async () => {
    const { broker, metrics, close } = await measured({}, { store: new KeptStore() });
    await broker.connect({ connect: { cleanStart: false, properties: { sessionExpiryInterval: 60 } } });
    await broker.advance(1_000);
    const overview = JSON.parse(JSON.stringify(metrics.overview())) as Record<string, unknown>;
    expect(overview).toMatchObject({ connections: 1, sessions: 1, alarms: 0, retained: { messages: 0 }, drops: {} });
    expect(overview['store']).toMatchObject({ commits: 1, commitFailures: 0, recordsPerCommit: 1 });
    await close();
  });
});

describe('alarms', () => {
  it('are raised for memory above a high mark and over below a low one', async () => {
    const { broker, metrics: _metrics, world, close } = await measured();
    const { alarms } = broker.broker.inspect;
    const names = (): string[] => alarms.active.map(({ name }) => name);
    await broker.advance(10_000);
    expect(names()).toEqual([]);
    world.usage = { ...calm, machineMemoryFreeBytes: 0.5 * GB, heapUsedBytes: 9 };
    await broker.advance(10_000);
    expect(names().sort()).toEqual(['high_process_memory_usage', 'high_system_memory_usage']);
    expect(alarms.active.find(({ name }) => name === 'high_system_memory_usage')).toMatchObject({
      details: { percent: 93.8, highPercent: 90, lowPercent: 85 },
    });
    // 87 % is above the low mark.
    world.usage = { ...calm, machineMemoryFreeBytes: 1.04 * GB };
    await broker.advance(10_000);
    expect(names()).toEqual(['high_system_memory_usage']);
    world.usage = calm;
    await broker.advance(10_000);
    expect(names()).toEqual([]);
    expect(alarms.history).toHaveLength(2);
    await close();
  });

  it('are raised for a processor that is busy for a minute, and not for a moment', async () => {
    const { broker, world, close } = await measured();
    const { alarms } = broker.broker.inspect;
    let cpuSeconds = 0;
    const burn = async (seconds: number): Promise<void> => {
      for (let i = 0; i < seconds; i++) {
        cpuSeconds++;
        world.usage = { ...calm, cpuSeconds };
        await broker.advance(1_000);
      }
    };
    await broker.advance(60_000);
    await burn(20);
    expect(alarms.active).toEqual([]);
    await burn(50);
    expect(alarms.active.map(({ name }) => name)).toEqual(['high_cpu_usage']);
    await close();
  });

  it('are raised for a disk that is nearly full and for sources that do not answer', async () => {
    const world = { freeBytes: 1, up: false };
    const { broker, close } = await measured({
      diskUsage: () => ({ freeBytes: world.freeBytes, totalBytes: 100 }),
      access: () => accessOf(world.up),
    });
    const { alarms } = broker.broker.inspect;
    await broker.advance(10_000);
    expect(alarms.active.map(({ name, message }) => [name, message])).toEqual([
      ['access_source_down/devices', 'Access source devices cannot answer: SQL_DOWN: connection refused'],
      ['low_disk_space', '99 % of the disk of the store is in use'],
    ]);
    Object.assign(world, { freeBytes: 50, up: true });
    await broker.advance(10_000);
    expect(alarms.active).toEqual([]);
    await close();
  });

  it('are raised while the store refuses writes', async () => {
    const store = new KeptStore();
    const { broker, close } = await measured({}, { store });
    const { alarms } = broker.broker.inspect;
    const client = await broker.connect();
    store.failing = true;
    await client.publish('kept', 'x', { qos: 1, retain: true });
    await broker.advance(10_000);
    expect(alarms.active.map(({ name }) => name)).toEqual(['store_failed']);
    store.failing = false;
    // What was refused is tried again each second.
    await broker.advance(2_000);
    await broker.advance(10_000);
    expect(alarms.active).toEqual([]);
    await close();
  });
});
