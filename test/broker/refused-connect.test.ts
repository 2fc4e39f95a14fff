import { expect, test } from 'vitest';
import { type TestBroker, type TestBrokerOptions, testBroker } from '../../src/testing/index.ts';
import { frame } from '../vectors/vector.ts';
import { outcome } from './outcome.ts';

const failing: TestBrokerOptions = {
  access: { authenticators: [{ name: 'gone', authenticate: () => Promise.reject(new TypeError('no answer')) }] },
};
const denying: TestBrokerOptions = {
  access: { authenticators: [{ name: 'no', authenticate: () => ({ outcome: 'deny' }) }] },
};
const lateDenying: TestBrokerOptions = {
  access: { authenticators: [{ name: 'no', authenticate: async () => ({ outcome: 'deny', reasonCode: 0x8a }) }] },
};

const rows: [why: string, options: TestBrokerOptions, code: number, returnCode: number][] = [
  ['the password is wrong', denying, 0x86, 4],
  ['the client is banned', lateDenying, 0x8a, 5],
  ['anonymous clients are not accepted', { rules: { anonymous: 'deny' } }, 0x86, 4],
  ['nobody can check the login', failing, 0x88, 3],
];

/** A watched broker and what a refused client tried with its CONNECT in one piece. */
async function refuse(options: TestBrokerOptions, version: 3 | 4 | 5) {
  const t: TestBroker = await testBroker(options);
  const published: string[] = [];
  t.broker.subscribe('#', ({ topic }) => published.push(topic));
  const client = t.client({ version });
  const connect = ['<MQIsdp> 03 02 0000 <a>', '<MQTT> 04 02 0000 <a>', '<MQTT> 05 02 0000 {} <a>'][version - 3]!;
  const list = version === 5 ? '{}' : '';
  const publish = frame(0x31, `<topic> ${list} "x"`);
  const subscribe = frame(0x82, `0001 ${list} <#> 00`);
  await client.sendBytes(Buffer.concat([frame(0x10, connect), publish, subscribe]));
  return { t, client, published };
}

for (const [why, options, code, returnCode] of rows) {
  for (const version of [3, 4, 5] as const) {
    test(`v${version} [MQTT-3.1.4-2] [MQTT-3.1.4-6] [MQTT-3.2.2-7] processes nothing when ${why}`, async () => {
      const { t, client, published } = await refuse(options, version);
      expect(outcome(client)).toBe(version === 5 ? code : returnCode);
      expect(client.inbox).toHaveLength(1);
      expect(published).toEqual([]);
      expect(t.broker.gauges).toEqual({
        connections: 0,
        sessions: 0,
        subscriptions: expect.any(Number),
        retainedMessages: 0,
        retainedBytes: 0,
        queuedBytes: 0,
      });
    });
  }
}

for (const version of [3, 4, 5] as const) {
  test(`v${version} [MQTT-3.14.0-1] a client that was not accepted gets no DISCONNECT`, async () => {
    for (const [, options] of rows) {
      const { client } = await refuse(options, version);
      expect(client.inbox.map(({ type }) => type)).toEqual(['connack']);
    }
  });
}

test('[MQTT-3.14.0-1] a client whose login is not decided gets no DISCONNECT when the broker stops', async () => {
  const t = await testBroker({
    access: { authenticators: [{ name: 'slow', authenticate: () => new Promise<never>(() => {}) }] },
  });
  const client = t.client();
  await client.connect();
  const closing = t.broker.close();
  await t.advance(2000);
  await closing;
  expect(client.isClosed).toBe(true);
  expect(client.take('disconnect')).toBeUndefined();
  expect(client.failure).toBeUndefined();
});
