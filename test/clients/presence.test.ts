/** A program in Python that watches clients come and go, as people write it, and the command line of Mosquitto. */

import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { defaultRules } from '../../src/access/default-rules.ts';
import { until } from '../listeners/listening.ts';
import { lacks, needing, pathOf, python, RunningProgram } from './programs.ts';
import { serve } from './serving.ts';

const script = fileURLToPath(new URL('presence_watcher.py', import.meta.url));

interface Seen {
  readonly topic: string;
  readonly matches: boolean;
  readonly qos: number;
  readonly retain: boolean;
  readonly text: string;
}

describe.skipIf(lacks('paho'))(needing('paho', 'paho for Python'), () => {
  test('sees clients come and go with the fields and the topics that its program expects', async () => {
    const { broker, port, subscribed } = await serve({
      node: 'emqx@127.0.0.1',
      authenticate: ({ username, password }) => username === 'admin' && password?.toString() === 'aoto@123',
      authorizers: [defaultRules],
    });
    const program = new RunningProgram(python, [script, String(port)]);
    await subscribed('$SYS/brokers/+/clients/#');
    const { default: mqtt } = await import('mqtt');
    const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, {
      clientId: '654321',
      username: 'admin',
      password: 'aoto@123',
      keepalive: 600,
    });
    const of654321 = (): Seen[] =>
      program.lines.map((line) => JSON.parse(line) as Seen).filter(({ topic }) => topic.includes('/654321/'));
    await until(() => of654321().length === 1, 'the notice that it came', 10_000);
    client.stream.destroy();
    client.end(true);
    await until(() => of654321().length === 2, 'the notice that it is gone', 10_000);
    const [came, gone] = of654321();
    const shown = { matches: true, qos: 0, retain: false };
    expect(came).toMatchObject({ ...shown, topic: '$SYS/brokers/emqx@127.0.0.1/clients/654321/connected' });
    expect(gone).toMatchObject({ ...shown, topic: '$SYS/brokers/emqx@127.0.0.1/clients/654321/disconnected' });
    const connected = JSON.parse(came!.text) as Record<string, unknown>;
    const { ts } = connected;
    expect(connected).toEqual({
      username: 'admin',
      ts,
      sockport: port,
      proto_ver: 4,
      proto_name: 'MQTT',
      keepalive: 600,
      ipaddress: '127.0.0.1',
      expiry_interval: 0,
      connected_at: ts,
      connack: 0,
      clientid: '654321',
      clean_start: true,
    });
    expect(Math.abs(Date.now() - (ts as number))).toBeLessThan(60_000);
    const disconnected = JSON.parse(gone!.text) as Record<string, unknown>;
    expect(disconnected).toMatchObject({
      username: 'admin',
      reason: 'tcp_closed',
      clientid: '654321',
      connected_at: ts,
      disconnected_at: disconnected['ts'],
    });
    expect(disconnected['ts']).toBeGreaterThanOrEqual(ts as number);
    expect(program.errors).toBe('');
    expect(broker.counters.protocolErrors).toBe(0);
  });
});

describe.skipIf(lacks('mosquitto-clients'))(needing('mosquitto-clients', 'mosquitto_sub'), () => {
  test('reads $SYS/broker at once', async () => {
    const { port } = await serve();
    const args = ['-p', String(port), '-t', '$SYS/broker/#', '-v', '-C', '50', '-W', '10'];
    const program = new RunningProgram(pathOf('mosquitto_sub')!, args);
    expect(await program.end(20_000)).toBe(0);
    expect(program.lines).toContainEqual(expect.stringMatching(/^\$SYS\/broker\/version hoopoe version \d+\.\d+\.\d+/));
    expect(program.lines).toContain('$SYS/broker/clients/connected 1');
    expect(program.lines).toContainEqual(expect.stringMatching(/^\$SYS\/broker\/heap\/current \d{7,}$/));
  });
});
