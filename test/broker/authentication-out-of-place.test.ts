import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';
import { frame } from '../vectors/vector.ts';
import { METHOD, say, withWords, word } from './authentication-method.ts';
import { outcome } from './outcome.ts';

const premature: [name: string, bytes: Buffer][] = [
  ['CONNECT', frame(0x10, '<MQTT> 05 02 0000 {} <a>')],
  ['PUBLISH', frame(0x30, '<a> {} "x"')],
  ['PUBACK', frame(0x40, '0001')],
  ['PUBREC', frame(0x50, '0001')],
  ['PUBREL', frame(0x62, '0001')],
  ['PUBCOMP', frame(0x70, '0001')],
  ['SUBSCRIBE', frame(0x82, '0001 {} <#> 00')],
  ['UNSUBSCRIBE', frame(0xa2, '0001 {} <#>')],
  ['PINGREQ', frame(0xc0, '')],
];

for (const [name, bytes] of premature) {
  test(`[MQTT-3.1.2-30] ${name} while the authentication goes on is a Protocol Error`, async () => {
    const t = await testBroker(withWords());
    const published: string[] = [];
    t.broker.subscribe('#', ({ topic }) => published.push(topic));
    const client = t.client();
    await client.connect({ properties: word('one') });
    await client.sendBytes(bytes);
    expect(outcome(client)).toBe(0x82);
    expect(client.inbox.map(({ type }) => type)).toEqual(['auth', 'connack']);
    expect(published).toEqual([]);
    expect(t.broker.gauges.sessions).toBe(0);
  });
}

test('[MQTT-4.12.0-7] AUTH from a client that named no method is a Protocol Error', async () => {
  for (const reasonCode of [0x18, 0x19]) {
    const t = await testBroker(withWords());
    const client = await t.connect();
    await say(client, 'one', reasonCode);
    expect(outcome(client)).toBe(0x82);
  }
});

test('[MQTT-4.12.0-5] AUTH with another method than CONNECT is a Protocol Error', async () => {
  const t = await testBroker(withWords());
  const client = t.client();
  await client.connect({ properties: word('one') });
  await client.send({ type: 'auth', reasonCode: 0x18, properties: word('two', 'OTHER') });
  expect(outcome(client)).toBe(0x82);
});

for (const [what, body] of [
  ['without a body', ''],
  ['without a method', '18 {}'],
  ['with Reason Code 0x00', `00 {15 <${METHOD}>}`],
  ['with Reason Code 0x01', `01 {15 <${METHOD}>}`],
  ['with Reason Code 0x80', `80 {15 <${METHOD}>}`],
  ['with Reason Code 0x19 before CONNACK', `19 {15 <${METHOD}>}`],
] as const) {
  test(`[MQTT-3.15.2-1] AUTH ${what} is a Protocol Error`, async () => {
    const t = await testBroker(withWords());
    const client = t.client();
    await client.connect({ properties: word('one') });
    await client.sendBytes(frame(0xf0, body));
    expect(outcome(client)).toBe(0x82);
  });
}

test('[MQTT-4.12.0-3] AUTH 0x18 from a connected client that is not authenticating is a Protocol Error', async () => {
  const t = await testBroker(withWords({ words: ['only'] }));
  const client = t.client();
  await client.connect({ properties: word('only') });
  await say(client, 'only', 0x18);
  expect(outcome(client)).toBe(0x82);
});
