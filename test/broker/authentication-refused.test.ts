import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';
import { say, withWords, word } from './authentication-method.ts';
import { outcome } from './outcome.ts';
import { watchedBroker, willOf } from './wills.ts';

test('[MQTT-4.12.0-1] a method that nobody provides gets 0x8C', async () => {
  for (const method of ['unknown', 'words-1', '']) {
    const t = await testBroker(withWords());
    const client = t.client();
    await client.connect({ properties: word('one', method) }).then((connack) => client.inbox.push(connack!));
    expect(outcome(client)).toBe(0x8c);
    expect(t.broker.gauges.sessions).toBe(0);
  }
});

for (const slow of [false, true]) {
  for (const failing of [0, 1, 2]) {
    test(`[MQTT-4.12.0-4] a wrong word in step ${failing + 1} gets CONNACK 0x86, slow ${slow}`, async () => {
      const t = await testBroker(withWords({ slow }));
      const client = t.client();
      const words = ['one', 'two', 'three'].map((right, step) => (step === failing ? 'wrong' : right));
      await client.send(client.connectPacket({ properties: word(words[0]!) }));
      for (const next of words.slice(1)) if (!client.isClosed) await say(client, next);
      expect(outcome(client)).toBe(0x86);
      expect(client.inbox.filter(({ type }) => type === 'connack')).toHaveLength(1);
      expect(t.broker.gauges).toMatchObject({ sessions: 0, connections: 0 });
    });
  }
}

test('[MQTT-4.12.0-4] the method chooses the code', async () => {
  const t = await testBroker(withWords({ reasonCode: 0x8a }));
  const client = t.client();
  await client.send(client.connectPacket({ properties: word('wrong') }));
  expect(outcome(client)).toBe(0x8a);
});

for (const [how, step] of [
  [
    'throws',
    () => {
      throw new TypeError('gone');
    },
  ],
  ['rejects', () => Promise.reject(new TypeError('gone'))],
] as const) {
  test(`[MQTT-4.12.0-4] a method that ${how} lets nobody in`, async () => {
    const t = await testBroker({ access: { enhancedAuthenticators: [{ method: 'm', begin: () => ({ step }) }] } });
    const client = t.client();
    await client.send(client.connectPacket({ properties: { authenticationMethod: 'm' } }));
    expect(outcome(client)).toBe(0x88);
    expect(t.broker.gauges.sessions).toBe(0);
  });
}

test('a client that gives up with DISCONNECT leaves nothing behind, and no will', async () => {
  const [t, watcher] = await watchedBroker(withWords());
  for (const reasonCode of [0x00, 0x04]) {
    const client = t.client();
    await client.connect({ properties: word('one'), will: willOf('gone') });
    client.take('auth');
    await client.disconnect(reasonCode);
    expect(outcome(client)).toBe('closed');
    expect(client.inbox).toEqual([]);
  }
  expect(watcher.takePublishes()).toEqual([]);
  expect(t.broker.gauges).toMatchObject({ connections: 1, sessions: 1 });
});
