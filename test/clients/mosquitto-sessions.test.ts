/** Sessions that outlive connections, wills, and shared subscriptions of the Mosquitto clients. */

import { describe, expect, test } from 'vitest';
import { until } from '../listeners/listening.ts';
import { mosquittoPub, mosquittoSub, versions } from './mosquitto.ts';
import { lacks, needing } from './programs.ts';
import { serve } from './serving.ts';

describe.skipIf(lacks('mosquitto-clients'))(needing('mosquitto-clients', 'sessions of Mosquitto'), () => {
  for (const version of versions) {
    test(`-c -i gets what was queued while a ${version} client was away, in order`, async () => {
      const { broker, port } = await serve();
      const args = ['-V', version, '-c', '-i', 'sleeper', '-q', '1', '-t', 'queue/#', '-v'];
      expect(await mosquittoSub(port, ...args, '-E').end()).toBe(0);
      expect(broker.gauges.sessions).toBe(1);
      for (let i = 1; i <= 20; i++) await broker.publish({ topic: `queue/${i}`, payload: String(i), qos: 1 });
      await broker.publish({ topic: 'queue/qos0', payload: 'not kept', qos: 0 });
      const second = mosquittoSub(port, ...args);
      const lines = await second.said(20);
      expect(lines).toEqual(Array.from({ length: 20 }, (_, i) => `queue/${i + 1} ${i + 1}`));
      await mosquittoPub(port, '-t', 'queue/end', '-m', 'live');
      expect((await second.said(21)).at(-1)).toBe('queue/end live');
    });

    test(`the will of a ${version} client that is killed is published`, async () => {
      const { port, subscribed } = await serve();
      const will = ['--will-topic', 'gone/pump', '--will-payload', 'lost', '--will-qos', '1', '--will-retain'];
      const watcher = mosquittoSub(port, '-V', version, '-q', '1', '-t', 'gone/#', '-F', '%q %r %t %p');
      const dying = mosquittoSub(port, '-V', version, '-t', 'anything', ...will);
      await subscribed('gone/#');
      await subscribed('anything');
      dying.kill('SIGKILL');
      expect(await watcher.said(1)).toEqual(['1 0 gone/pump lost']);
      const later = mosquittoSub(port, '-V', version, '-t', 'gone/#', '-F', '%r %p', '-C', '1');
      expect(await later.said(1)).toEqual(['1 lost']);
    });

    test(`[MQTT-3.14.4-3] a ${version} client that says goodbye has no will`, async () => {
      const { broker, port, disconnected } = await serve();
      await mosquittoPub(port, '-V', version, '-t', 'a', '-m', 'x', '--will-topic', 'gone', '--will-payload', 'w');
      await disconnected(1);
      expect(broker.counters.willsPublished).toBe(0);
    });

    test(`a second ${version} client of the same identifier takes over`, async () => {
      const { broker, port, subscribed } = await serve();
      const ends: string[] = [];
      broker.on('disconnected', ({ reason }) => ends.push(reason));
      const args = ['-V', version, '-i', 'same', '-t', 'takeover', '-v'];
      const first = mosquittoSub(port, ...args);
      await subscribed('takeover');
      // Stopped, it cannot come back and take its identifier in turn.
      first.kill('SIGSTOP');
      const second = mosquittoSub(port, ...args);
      await subscribed('takeover', 2);
      await until(() => ends.length > 0, 'the first is told');
      expect(ends).toEqual(['taken_over']);
      await mosquittoPub(port, '-t', 'takeover', '-m', 'mine');
      expect(await second.said(1)).toEqual(['takeover mine']);
      expect(broker.gauges.connections).toBeGreaterThanOrEqual(1);
      expect(first.lines).toEqual([]);
    });
  }

  test('[MQTT-3.1.2-8] DISCONNECT 0x04 asks for the will, which mosquitto_sub sends when it is stopped', async () => {
    const { broker, port, subscribed } = await serve();
    const watcher = mosquittoSub(port, '-t', 'gone', '-v');
    const leaving = mosquittoSub(port, '-V', 'mqttv5', '-t', 'go', '--will-topic', 'gone', '--will-payload', 'bye');
    await subscribed('gone');
    await subscribed('go');
    await broker.publish({ topic: 'go', payload: 'now' });
    await leaving.said(1);
    leaving.kill('SIGTERM');
    expect(await watcher.said(1)).toEqual(['gone bye']);
  });

  test('$share spreads messages over the members of a group, and each message goes to one', async () => {
    const { broker, port, subscribed } = await serve();
    const members = ['a', 'b', 'c'].map((id) =>
      mosquittoSub(port, '-V', 'mqttv5', '-i', id, '-q', '1', '-t', '$share/workers/jobs/#'),
    );
    const witness = mosquittoSub(port, '-q', '1', '-t', 'jobs/#');
    await subscribed('$share/workers/jobs/#', 3);
    await subscribed('jobs/#');
    for (let i = 0; i < 30; i++) await broker.publish({ topic: `jobs/${i}`, payload: String(i), qos: 1 });
    await witness.said(30);
    const count = (): number => members.reduce((sum, member) => sum + member.lines.length, 0);
    await until(() => count() >= 30, 'thirty jobs done', 10_000);
    expect(members.map((member) => member.lines.length)).toEqual([10, 10, 10]);
    expect(new Set(members.flatMap((member) => member.lines)).size).toBe(30);
  });

  test('a member of a group that is killed leaves its messages to the others', async () => {
    const { broker, port, subscribed, disconnected } = await serve();
    const [first, second] = ['a', 'b'].map((id) =>
      mosquittoSub(port, '-V', 'mqttv311', '-i', id, '-c', '-q', '1', '-t', '$share/workers/jobs'),
    );
    await subscribed('$share/workers/jobs', 2);
    first!.kill('SIGSTOP');
    for (let i = 0; i < 20; i++) await broker.publish({ topic: 'jobs', payload: String(i), qos: 1 });
    first!.kill('SIGKILL');
    await disconnected(1);
    const lines = await second!.said(20);
    expect(new Set(lines).size).toBe(20);
  });
});
