/** Retained messages with the options of the Mosquitto clients. */

import { describe, expect, test } from 'vitest';
import { until } from '../listeners/listening.ts';
import { mosquittoPub, mosquittoSub, versions } from './mosquitto.ts';
import { lacks, needing } from './programs.ts';
import { serve } from './serving.ts';

describe.skipIf(lacks('mosquitto-clients'))(needing('mosquitto-clients', 'retained messages of Mosquitto'), () => {
  for (const version of versions) {
    test(`-r keeps the last message for ${version} clients that subscribe later`, async () => {
      const { broker, port, subscribed } = await serve();
      await mosquittoPub(port, '-V', version, '-q', '1', '-r', '-t', 'state/door', '-m', 'open');
      await mosquittoPub(port, '-V', version, '-q', '1', '-r', '-t', 'state/door', '-m', 'closed');
      expect(broker.gauges.retainedMessages).toBe(1);
      const sub = mosquittoSub(port, '-V', version, '-q', '1', '-t', 'state/#', '-F', '%r %t %p');
      expect(await sub.said(1)).toEqual(['1 state/door closed']);
      await subscribed('state/#');
      await mosquittoPub(port, '-V', version, '-r', '-t', 'state/door', '-m', 'open');
      expect(await sub.said(2)).toEqual(['1 state/door closed', '0 state/door open']);
      await mosquittoPub(port, '-V', version, '-r', '-t', 'state/door', '-n');
      await until(() => broker.gauges.retainedMessages === 0, 'the retained message is cleared');
    });
  }

  test('--remove-retained clears what matches and leaves the rest', async () => {
    const { broker, port } = await serve();
    for (const topic of ['old/a', 'old/b', 'new/a']) await mosquittoPub(port, '-r', '-t', topic, '-m', 'x');
    const sub = mosquittoSub(port, '-t', 'old/#', '--remove-retained', '-W', '1');
    await until(() => broker.gauges.retainedMessages === 1, 'two of three are cleared', 5_000);
    sub.kill('SIGTERM');
    const rest = mosquittoSub(port, '-t', '#', '-v', '-C', '1');
    expect(await rest.said(1)).toEqual(['new/a x']);
  });

  test('-R ignores what was retained and takes what is new', async () => {
    const { port, subscribed } = await serve();
    await mosquittoPub(port, '-r', '-t', 'r', '-m', 'old');
    const sub = mosquittoSub(port, '-R', '-t', 'r', '-C', '1');
    await subscribed('r');
    await mosquittoPub(port, '-t', 'r', '-m', 'new');
    expect(await sub.said(1)).toEqual(['new']);
  });

  test('--retained-only ends the client after the retained messages', async () => {
    const { port } = await serve();
    for (const topic of ['a/1', 'a/2']) await mosquittoPub(port, '-r', '-t', topic, '-m', topic);
    const sub = mosquittoSub(port, '--retained-only', '-t', 'a/#', '-C', '2');
    expect((await sub.said(2)).sort()).toEqual(['a/1', 'a/2']);
    expect(await sub.end()).toBe(0);
  });

  test('[MQTT-3.3.1-12] --retain-as-published keeps the flag, also for messages that come live', async () => {
    const { port, subscribed } = await serve();
    const sub = mosquittoSub(port, '-V', 'mqttv5', '--retain-as-published', '-t', 'flag', '-F', '%r %p');
    await subscribed('flag');
    await mosquittoPub(port, '-r', '-t', 'flag', '-m', 'kept');
    await mosquittoPub(port, '-t', 'flag', '-m', 'passing');
    expect(await sub.said(2)).toEqual(['1 kept', '0 passing']);
  });

  test('a thousand retained messages reach a subscriber of #, each once', async () => {
    const { broker, port } = await serve();
    for (let i = 0; i < 1000; i++)
      await broker.publish({ topic: `many/${i}`, payload: String(i), retain: true, qos: 1 });
    const sub = mosquittoSub(port, '-q', '1', '-t', '#', '-C', '1000');
    const lines = await sub.said(1000);
    expect(new Set(lines).size).toBe(1000);
  });
});
