/** MQTT 5 properties that the Mosquitto clients can send and show. */

import { describe, expect, test } from 'vitest';
import { pause } from '../listeners/listening.ts';
import { mosquittoPub, mosquittoRr, mosquittoSub } from './mosquitto.ts';
import { lacks, needing } from './programs.ts';
import { serve } from './serving.ts';

interface Shown {
  topic: string;
  payload: string;
  properties?: Record<string, unknown>;
}

const shown = (line: string | undefined): Shown => JSON.parse(line ?? '{}') as Shown;

describe.skipIf(lacks('mosquitto-clients'))(needing('mosquitto-clients', 'properties of Mosquitto'), () => {
  test('[MQTT-3.3.2-17] [MQTT-3.3.2-20] the properties of a message arrive as they were sent', async () => {
    const { port, subscribed } = await serve();
    const sub = mosquittoSub(port, '-V', 'mqttv5', '-q', '1', '-t', 'p', '-F', '%j');
    await subscribed('p');
    const properties = [
      ['payload-format-indicator', '1'],
      ['content-type', 'application/json; charset=utf-8'],
      ['response-topic', 'answers/7'],
      ['correlation-data', 'request-7'],
      ['message-expiry-interval', '120'],
      ['user-property', 'zeta', 'first'],
      ['user-property', 'alpha', 'second'],
      ['user-property', 'zeta', 'third 三'],
    ].flatMap((words) => ['-D', 'publish', ...words]);
    await mosquittoPub(port, '-V', 'mqttv5', '-q', '1', '-t', 'p', '-m', 'body', ...properties);
    const message = shown((await sub.said(1))[0]);
    expect(message).toMatchObject({ topic: 'p', payload: 'body' });
    expect(message.properties).toMatchObject({
      'payload-format-indicator': 1,
      'content-type': 'application/json; charset=utf-8',
      'response-topic': 'answers/7',
      'correlation-data': 'request-7',
    });
    const formatted = mosquittoSub(port, '-V', 'mqttv5', '-q', '1', '-t', 'q', '-F', '%E|%C|%R|%D|%P');
    await subscribed('q');
    await mosquittoPub(port, '-V', 'mqttv5', '-q', '1', '-t', 'q', '-m', 'body', ...properties);
    const [expiry, ...rest] = (await formatted.said(1))[0]!.split('|');
    expect(Number(expiry)).toBeGreaterThanOrEqual(119);
    expect(Number(expiry)).toBeLessThanOrEqual(120);
    expect(rest).toEqual([
      'application/json; charset=utf-8',
      'answers/7',
      'request-7',
      'zeta:first alpha:second zeta:third 三',
    ]);
  });

  test('[MQTT-3.3.2-5] [MQTT-3.3.2-6] a message that waits counts its expiry down and is gone when it is over', async () => {
    const { broker, port } = await serve();
    const args = ['-V', 'mqttv5', '-c', '-i', 'waits', '-q', '1', '-t', 'e/+'];
    expect(await mosquittoSub(port, ...args, '-E').end()).toBe(0);
    const expiring = ['-D', 'publish', 'message-expiry-interval'];
    await mosquittoPub(port, '-V', 'mqttv5', '-q', '1', '-t', 'e/short', '-m', 'x', ...expiring, '1');
    await mosquittoPub(port, '-V', 'mqttv5', '-q', '1', '-t', 'e/long', '-m', 'x', ...expiring, '100');
    await pause(1_200);
    const second = mosquittoSub(port, ...args, '-F', '%t %E');
    const [topic, seconds] = (await second.said(1))[0]!.split(' ');
    expect(topic).toBe('e/long');
    expect(Number(seconds)).toBeLessThan(100);
    expect(Number(seconds)).toBeGreaterThan(90);
    expect(broker.counters.dropped.get('expired')).toBe(1);
  });

  test('a topic alias stands for its topic', async () => {
    const { port, subscribed } = await serve();
    const sub = mosquittoSub(port, '-V', 'mqttv5', '-q', '1', '-t', 'aliased/#', '-v');
    await subscribed('aliased/#');
    const alias = ['-D', 'publish', 'topic-alias', '3'];
    const args = ['-V', 'mqttv5', '-q', '1', '-t', 'aliased/topic', '-m', 'again', '--repeat', '3'];
    await mosquittoPub(port, ...args, '--repeat-delay', '0.02', ...alias);
    expect(await sub.said(3)).toEqual(Array(3).fill('aliased/topic again'));
  });

  test('a subscription identifier comes with each of its messages', async () => {
    const { broker, port, subscribed } = await serve();
    const identifier = ['-D', 'subscribe', 'subscription-identifier', '42'];
    const sub = mosquittoSub(port, '-V', 'mqttv5', '-t', 's/#', ...identifier, '-F', '%j');
    await subscribed('s/#');
    await broker.publish({ topic: 's/1', payload: 'identified' });
    expect(shown((await sub.said(1))[0])).toMatchObject({ topic: 's/1', payload: 'identified' });
  });

  test('mosquitto_rr gets its answer through the response topic', async () => {
    const { broker, port } = await serve();
    broker.subscribe('square', ({ payload, properties }) => {
      const { responseTopic = '', correlationData } = properties ?? {};
      const answer = String(Number(payload.toString()) ** 2);
      void broker.publish({
        topic: responseTopic,
        payload: answer,
        properties: correlationData === undefined ? {} : { correlationData },
      });
    });
    const asking = mosquittoRr(port, '-V', 'mqttv5', '-t', 'square', '-e', 'answers/here', '-m', '12');
    expect(await asking.end()).toBe(0);
    expect(asking.lines).toEqual(['144']);
  });

  test('the will carries its properties', async () => {
    const { port, subscribed } = await serve();
    const watcher = mosquittoSub(port, '-V', 'mqttv5', '-t', 'gone', '-F', '%p %C %P');
    const will = ['--will-topic', 'gone', '--will-payload', 'w', '-D', 'will', 'content-type', 'text/plain'];
    const dying = mosquittoSub(
      port,
      '-V',
      'mqttv5',
      '-t',
      'x',
      ...will,
      '-D',
      'will',
      'user-property',
      'why',
      'killed',
    );
    await subscribed('gone');
    await subscribed('x');
    dying.kill('SIGKILL');
    expect(await watcher.said(1)).toEqual(['w text/plain why:killed']);
  });
});
