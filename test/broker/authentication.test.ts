import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';
import { METHOD, say, withWords, word } from './authentication-method.ts';
import { outcome } from './outcome.ts';

for (const slow of [false, true]) {
  test(`[MQTT-4.12.0-2] [MQTT-4.12.0-3] [MQTT-4.12.0-5] an exchange of several steps ends in CONNACK, slow ${slow}`, async () => {
    const t = await testBroker(withWords({ slow }));
    const client = t.client();
    expect(await client.connect({ properties: word('one') })).toBeUndefined();
    const request = (data: string) => ({
      type: 'auth',
      reasonCode: 0x18,
      properties: { authenticationMethod: METHOD, authenticationData: Buffer.from(data) },
    });
    expect(client.inbox.splice(0)).toEqual([request('1?')]);
    await say(client, 'two');
    expect(client.inbox.splice(0)).toEqual([request('2?')]);
    expect(t.broker.gauges.sessions).toBe(0);
    await say(client, 'three');
    const connack = client.take('connack');
    expect(connack?.reasonCode).toBe(0);
    expect(connack?.properties).toMatchObject({
      authenticationMethod: METHOD,
      authenticationData: Buffer.from('welcome'),
    });
    expect(client.inbox).toEqual([]);
    expect(outcome(client)).toBe('open');
  });
}

test('[MQTT-3.2.0-1] a method that needs one step lets in with CONNACK at once', async () => {
  const t = await testBroker(withWords({ words: ['only'] }));
  const client = t.client();
  expect(await client.connect({ properties: word('only') })).toMatchObject({ reasonCode: 0 });
  expect(client.inbox).toEqual([]);
});

test('the method decides the User Name', async () => {
  const t = await testBroker(withWords({ words: ['only'], username: 'proven' }));
  const names: (string | undefined)[] = [];
  t.broker.on('connected', ({ client }) => names.push(client.username));
  await t.client().connect({ username: 'claimed', properties: word('only') });
  expect(names).toEqual(['proven']);
});

test('a client that proves itself is let in where anonymous clients are not', async () => {
  const t = await testBroker({ ...withWords({ words: ['only'] }), rules: { anonymous: 'deny' } });
  expect(await t.client().connect({ properties: word('only') })).toMatchObject({ reasonCode: 0 });
});

test('[MQTT-4.12.0-6] without Authentication Method there is no AUTH and none in CONNACK', async () => {
  const t = await testBroker(withWords());
  const client = t.client();
  const connack = await client.connect();
  expect(connack?.reasonCode).toBe(0);
  expect(connack?.properties?.authenticationMethod).toBeUndefined();
  expect(connack?.properties?.authenticationData).toBeUndefined();
  expect(client.inbox).toEqual([]);
});

test('the session is opened only when the authentication has succeeded', async () => {
  const t = await testBroker(withWords());
  const owner = await t.connect({ clientId: 'pump', connect: { properties: { sessionExpiryInterval: 60 } } });
  const other = t.client({ clientId: 'pump' });
  await other.connect({ properties: word('one') });
  await say(other, 'two');
  expect(outcome(owner)).toBe('open');
  await say(other, 'three');
  expect(outcome(owner)).toBe(0x8e);
});
