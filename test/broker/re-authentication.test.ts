import { expect, test } from 'vitest';
import { type TestBroker, type TestClient, testBroker } from '../../src/testing/index.ts';
import { METHOD, say, type WordsOptions, withWords, word } from './authentication-method.ts';
import { outcome } from './outcome.ts';
import { watchedBroker, willOf } from './wills.ts';

async function authenticated(options: WordsOptions = {}): Promise<[TestBroker, TestClient]> {
  const t = await testBroker(withWords({ words: ['one', 'two'], ...options }));
  const client = t.client();
  await client.connect({ properties: word('one') });
  await say(client, 'two');
  expect(client.take('connack')?.reasonCode).toBe(0);
  client.inbox.length = 0;
  return [t, client];
}

for (const slow of [false, true]) {
  test(`[MQTT-4.12.0-5] [MQTT-3.15.2-1] a client proves itself again and goes on, slow ${slow}`, async () => {
    const [t, client] = await authenticated({ slow });
    await client.subscribe('a');
    await say(client, 'one', 0x19);
    expect(client.take('auth')).toMatchObject({ reasonCode: 0x18, properties: { authenticationMethod: METHOD } });
    await t.broker.publish({ topic: 'a', payload: 'meanwhile' });
    await client.publish('a', 'own');
    expect(client.takePublishes().map(({ text }) => text)).toEqual(['meanwhile', 'own']);
    await say(client, 'two');
    expect(client.take('auth')).toMatchObject({
      reasonCode: 0x00,
      properties: { authenticationMethod: METHOD, authenticationData: Buffer.from('welcome') },
    });
    expect(outcome(client)).toBe('open');
    await say(client, 'one', 0x19);
    expect(client.take('auth')?.reasonCode).toBe(0x18);
  });
}

test('[MQTT-4.12.1-2] a failed re-authentication gets DISCONNECT 0x87, and the will is published', async () => {
  for (const failing of [0, 1]) {
    const [t, watcher] = await watchedBroker(withWords({ words: ['one', 'two'] }));
    const client = t.client();
    await client.connect({ properties: word('one'), will: willOf('gone') });
    await say(client, 'two');
    await say(client, failing === 0 ? 'wrong' : 'one', 0x19);
    if (failing === 1) await say(client, 'wrong');
    expect(outcome(client)).toBe(0x87);
    expect(client.isClosed).toBe(true);
    expect(watcher.takePublishes()).toHaveLength(1);
  }
});

test('[MQTT-4.12.1-1] re-authentication with another method is a Protocol Error', async () => {
  const [, client] = await authenticated();
  await client.send({ type: 'auth', reasonCode: 0x19, properties: word('one', 'OTHER') });
  expect(outcome(client)).toBe(0x82);
});

test('a second re-authentication before the first is over is a Protocol Error', async () => {
  const [, client] = await authenticated();
  await say(client, 'one', 0x19);
  await say(client, 'one', 0x19);
  expect(outcome(client)).toBe(0x82);
});

test('the User Name that a re-authentication proves is the one that counts', async () => {
  let name = 'first';
  const t = await testBroker({
    access: {
      enhancedAuthenticators: [
        { method: METHOD, begin: () => ({ step: () => ({ outcome: 'allow', username: name }) }) },
      ],
      authorizers: [{ name: 'x', authorize: ({ username }) => (username === 'second' ? 'allow' : 'deny') }],
    },
  });
  const client = t.client();
  await client.connect({ properties: word('') });
  expect((await client.subscribe('a'))?.reasonCodes).toEqual([0x87]);
  name = 'second';
  await say(client, '', 0x19);
  expect((await client.subscribe('a'))?.reasonCodes).toEqual([0]);
});
