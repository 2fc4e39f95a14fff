import { expect, test } from 'vitest';
import type { Message } from '../../src/packet/message.ts';
import { testBroker } from '../../src/testing/index.ts';
import { outcome } from './outcome.ts';
import { willOf } from './wills.ts';

for (const version of [3, 4, 5] as const) {
  test(`v${version} [MQTT-3.1.2-8] the wills of connected clients are published when the broker stops`, async () => {
    const t = await testBroker();
    const wills: string[] = [];
    t.broker.subscribe('will', (message: Message) => wills.push(message.payload.toString()));
    const client = await t.connect({ version, connect: { will: willOf('stopped') } });
    const closing = t.broker.close();
    await t.run();
    expect(wills).toEqual(['stopped']);
    expect(outcome(client)).toBe(version === 5 ? 0x8b : 'closed');
    await t.advance(1000);
    await closing;
    expect(wills).toEqual(['stopped']);
  });
}

test('[MQTT-3.1.2-8] delayed wills are published when the broker stops, of clients here and away, once each', async () => {
  const t = await testBroker();
  const wills: string[] = [];
  t.broker.subscribe('will', (message: Message) => wills.push(message.payload.toString()));
  const properties = { sessionExpiryInterval: 600 };
  const away = await t.connect({ connect: { will: willOf('away', { willDelayInterval: 60 }), properties } });
  await t.connect({ connect: { will: willOf('here', { willDelayInterval: 60 }), properties } });
  await away.drop();
  await t.advance(1000);
  expect(wills).toEqual([]);
  await t.close();
  expect(wills.sort()).toEqual(['away', 'here']);
});

test('a client that comes while the broker stops is closed without an answer', async () => {
  const t = await testBroker();
  await t.close();
  const client = t.client();
  await client.connect();
  expect(outcome(client)).toBe('closed');
});
