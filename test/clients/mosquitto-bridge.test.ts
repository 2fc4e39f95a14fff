/**
 * A real Mosquitto that bridges to the broker: messages cross in both directions once, retained messages stay retained,
 * and what waits while the bridge is away comes afterwards.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { folder, until } from '../listeners/listening.ts';
import { freePort } from './mortal.ts';
import { mosquittoPub, mosquittoSub } from './mosquitto.ts';
import { lacks, needing, pathOf, RunningProgram } from './programs.ts';
import { type Serving, serve } from './serving.ts';

const bridgeVersions = ['mqttv31', 'mqttv311', 'mqttv50'] as const;

interface Bridge {
  /** Of the Mosquitto. */
  readonly port: number;
  readonly program: RunningProgram;
}

/** Starts a Mosquitto with a bridge to the broker, and waits until it has subscribed there. */
async function bridgeTo(
  serving: Serving,
  version: string,
  topics: readonly string[],
  waitFor: string,
): Promise<Bridge> {
  const port = await freePort();
  const file = join(folder(), 'mosquitto.conf');
  const lines = [
    `listener ${port} 127.0.0.1`,
    'allow_anonymous true',
    'persistence false',
    'log_dest stderr',
    'connection home',
    'remote_clientid bridge-home',
    `address 127.0.0.1:${serving.port}`,
    `bridge_protocol_version ${version}`,
    'try_private true',
    'cleansession false',
    'restart_timeout 1',
    ...topics.map((topic) => `topic ${topic}`),
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  const program = new RunningProgram(pathOf('mosquitto') ?? 'mosquitto', ['-c', file]);
  await serving.subscribed(waitFor);
  return { port, program };
}

describe.skipIf(lacks('mosquitto') || lacks('mosquitto-clients'))(needing('mosquitto', 'a Mosquitto bridge'), () => {
  for (const version of bridgeVersions) {
    test(`${version}: messages cross in both directions, each once`, async () => {
      const serving = await serve();
      const { port, subscribed } = serving;
      const bridge = await bridgeTo(serving, version, ['# both 2'], '#');
      const here = mosquittoSub(port, '-i', 'here', '-q', '2', '-t', 'm/#', '-t', 'end', '-v');
      const there = mosquittoSub(bridge.port, '-i', 'there', '-q', '2', '-t', 'm/#', '-t', 'end', '-v');
      await subscribed('end');
      await until(() => bridge.program.errors.includes('as there'), 'the subscriber of the Mosquitto', 5_000);
      const expected: string[] = [];
      for (let i = 0; i < 10; i++) {
        await mosquittoPub(port, '-q', String(i % 3), '-t', `m/${i}`, '-m', 'from here');
        await mosquittoPub(bridge.port, '-q', String(i % 3), '-t', `m/${i}`, '-m', 'from there');
        expected.push(`m/${i} from here`, `m/${i} from there`);
      }
      // A message that runs in a circle would come again and again before these have made their way there and back.
      await mosquittoPub(port, '-q', '1', '-t', 'end', '-m', 'from here');
      await until(() => there.lines.includes('end from here'), 'the end there', 5_000);
      await mosquittoPub(bridge.port, '-q', '1', '-t', 'end', '-m', 'from there');
      await until(() => here.lines.includes('end from there'), 'the end here', 5_000);
      expected.push('end from here', 'end from there');
      expect([...here.lines].sort()).toEqual([...expected].sort());
      expect([...there.lines].sort()).toEqual([...expected].sort());
    });

    test(`${version}: retained messages are retained on the other side, old and new ones`, async () => {
      const serving = await serve();
      const { broker, port } = serving;
      await broker.publish({ topic: 'in/old', payload: 'old', retain: true, qos: 1 });
      const bridge = await bridgeTo(serving, version, ['in/# in 1', 'out/# out 1'], 'in/#');
      await broker.publish({ topic: 'in/new', payload: 'new', retain: true, qos: 1 });
      await broker.publish({ topic: 'in/live', payload: 'live', qos: 1 });
      await mosquittoPub(bridge.port, '-q', '1', '-r', '-t', 'out/kept', '-m', 'kept');
      await mosquittoPub(bridge.port, '-q', '1', '-t', 'out/live', '-m', 'live');
      const notices = ['-t', 'in/#', '-F', '%r %t %p', '-C', '2'];
      await until(() => broker.counters.messagesReceived[1] >= 2, 'both messages from there', 5_000);
      const there = mosquittoSub(bridge.port, ...notices);
      expect((await there.said(2)).sort()).toEqual(['1 in/new new', '1 in/old old']);
      const here = mosquittoSub(port, '-t', 'out/#', '-F', '%r %t %p', '-C', '1');
      expect(await here.said(1)).toEqual(['1 out/kept kept']);
    });

    test(`${version}: the state of the bridge is told, also when it dies`, async () => {
      const serving = await serve();
      const states: string[] = [];
      serving.broker.subscribe('$SYS/broker/connection/+/state', (message) => {
        states.push(`${message.topic} ${message.payload} ${message.retain}`);
      });
      const bridge = await bridgeTo(serving, version, ['in/# in 1'], 'in/#');
      const topic = '$SYS/broker/connection/bridge-home/state';
      await until(() => states.at(-1) === `${topic} 1 true`, `the bridge is up; there was ${states}`, 5_000);
      bridge.program.kill('SIGKILL');
      await until(() => states.at(-1) === `${topic} 0 true`, `the bridge is down; there was ${states}`, 5_000);
    });
  }

  test('what came while the bridge was away waits for it', async () => {
    const serving = await serve();
    const { broker } = serving;
    const topics = ['in/# in 2'];
    const first = await bridgeTo(serving, 'mqttv311', topics, 'in/#');
    first.program.kill('SIGKILL');
    await serving.disconnected(1);
    for (let i = 0; i < 20; i++) await broker.publish({ topic: `in/${i}`, payload: 'waited', retain: true, qos: 2 });
    expect(broker.gauges.sessions).toBe(1);
    const second = await bridgeTo(serving, 'mqttv311', topics, 'in/#');
    await until(() => broker.counters.sessionsResumed === 1, 'the session is resumed', 5_000);
    const there = mosquittoSub(second.port, '-t', 'in/#', '-C', '20');
    expect(await there.said(20)).toHaveLength(20);
  });

  test('other clients may not say that a bridge is up', async () => {
    const { broker, port } = await serve();
    const states: string[] = [];
    broker.subscribe('$SYS/broker/connection/#', (message) => states.push(message.topic));
    const topic = (clientId: string): string => `$SYS/broker/connection/${clientId}/state`;
    await mosquittoPub(port, '-i', 'mallory', '-t', topic('bridge-home'), '-m', '1');
    await mosquittoPub(port, '-i', 'mallory', '-t', '$SYS/broker/version', '-m', '1');
    await mosquittoPub(port, '-i', 'honest', '-t', topic('honest'), '-m', '1');
    await until(() => states.length > 0, 'the honest one');
    expect(states).toEqual([topic('honest')]);
    expect(broker.counters.dropped.get('not_authorized')).toBe(2);
  });
});
