import { expect, test } from 'vitest';
import type { BrokerEvents } from '../../src/broker/events.ts';
import { testBroker } from '../../src/testing/index.ts';
import { frame } from '../vectors/vector.ts';
import { outcome } from './outcome.ts';

/** Reason Codes that a client may send in DISCONNECT: table 3-10. */
const clientCodes = [0x00, 0x04, 0x80, 0x81, 0x82, 0x83, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99];

test('[MQTT-3.14.2-1] a client’s DISCONNECT has a Reason Code that is listed for it', async () => {
  for (let code = 0; code <= 0xff; code++) {
    const t = await testBroker();
    const client = await t.connect();
    await client.sendBytes(frame(0xe0, Buffer.from([code])));
    expect([code, outcome(client)]).toEqual([code, clientCodes.includes(code) ? 'closed' : 0x82]);
  }
});

for (const [what, body] of [
  ['without a body', ''],
  ['with a Reason Code alone', '00'],
  ['with an empty property list', '00 {}'],
  ['with a Reason String and User Properties', '00 {1f <bye> 26 <n> <v> 26 <n> <v>}'],
] as const) {
  test(`DISCONNECT ${what} is a normal end`, async () => {
    const t = await testBroker();
    const ended: BrokerEvents['disconnected'][] = [];
    t.broker.on('disconnected', (event) => ended.push(event));
    const client = await t.connect();
    await client.sendBytes(frame(0xe0, body));
    expect(ended).toMatchObject([{ reason: 'normal', reasonCode: 0 }]);
    expect(outcome(client)).toBe('closed');
    expect(client.inbox).toEqual([]);
  });
}

for (const version of [3, 4, 5] as const) {
  const list = version === 5 ? '{}' : '';

  test(`v${version} [MQTT-3.14.4-1] [MQTT-3.14.4-2] the server closes after DISCONNECT and ignores what follows it`, async () => {
    const t = await testBroker();
    const published: string[] = [];
    t.broker.subscribe('#', ({ topic }) => published.push(topic));
    const client = await t.connect({ version });
    await client.sendBytes(Buffer.concat([frame(0xe0, ''), frame(0x32, `<late> 0001 ${list}`), frame(0xc0, '')]));
    expect(outcome(client)).toBe('closed');
    expect(client.inbox).toEqual([]);
    expect(published).toEqual([]);
    expect(t.broker.gauges.connections).toBe(0);
  });

  test(`v${version} [MQTT-3.14.4-1] [MQTT-3.14.4-2] [MQTT-4.13.2-1] the server sends nothing after its own last word`, async () => {
    const t = await testBroker();
    const published: string[] = [];
    t.broker.subscribe('#', ({ topic }) => published.push(topic));
    const client = await t.connect({ version });
    await client.subscribe('a');
    await client.sendBytes(Buffer.concat([frame(0xc1, ''), frame(0x32, `<late> 0001 ${list}`), frame(0xc0, '')]));
    await t.broker.publish({ topic: 'a', payload: 'x' });
    await t.run();
    expect(client.inbox.map(({ type }) => type)).toEqual(version === 5 ? ['disconnect'] : []);
    expect(client.isClosed).toBe(true);
    expect(published).toEqual(['a']);
  });

  test(`v${version} an operator disconnects a client and may end its session`, async () => {
    const t = await testBroker();
    const properties = version === 5 ? { sessionExpiryInterval: 60 } : undefined;
    const connect = { cleanStart: false, properties };
    const client = await t.connect({ version, clientId: 'pump', connect });
    expect(t.broker.disconnectClient('pump')).toBe(true);
    await t.run();
    expect(outcome(client)).toBe(version === 5 ? 0x98 : 'closed');
    expect(t.broker.gauges.sessions).toBe(1);
    expect(t.broker.disconnectClient('pump', true)).toBe(true);
    expect(t.broker.gauges.sessions).toBe(0);
    expect(t.broker.disconnectClient('pump')).toBe(false);
  });
}

for (const version of [3, 4] as const) {
  test(`v${version} [MQTT-4.8.0-1@3.1.1] DISCONNECT with a body is a violation`, async () => {
    const t = await testBroker();
    const client = await t.connect({ version });
    await client.sendBytes(frame(0xe0, '00'));
    expect(outcome(client)).toBe('closed');
    expect(t.broker.counters.protocolErrors).toBe(1);
  });
}
