import { expect, test } from 'vitest';
import type { ProtocolVersion } from '../../src/packet/types.ts';
import type { TestBroker, TestClient } from '../../src/testing/index.ts';
import { frame } from '../vectors/vector.ts';
import { watchedBroker, willOf } from './wills.ts';

/** Every way in which a connection ends without a DISCONNECT that takes the will back. */
const ends: [
  how: string,
  versions: readonly ProtocolVersion[],
  (t: TestBroker, client: TestClient) => Promise<void>,
][] = [
  ['the client closes without DISCONNECT', [3, 4, 5], (_t, client) => client.drop()],
  [
    'the line breaks',
    [3, 4, 5],
    async (t, client) => {
      client.pair.client.cut();
      await t.run();
    },
  ],
  ['it is silent for too long', [3, 4, 5], (t) => t.advance(20_000)],
  ['it sends a malformed packet', [3, 4, 5], (_t, client) => client.sendBytes('c1 00')],
  ['it breaks the protocol', [3, 4, 5], (_t, client) => client.sendBytes(frame(0xd0, ''))],
  ['it publishes to a wildcard', [3, 4, 5], (_t, client) => client.publish('a/#', 'x')],
  ['it sends a packet that is too large', [3, 4, 5], (_t, client) => client.sendBytes('30 ff ff 7f')],
  [
    'it connects again on the same connection',
    [3, 4, 5],
    (_t, client) => client.send(client.connectPacket({ will: undefined })),
  ],
  [
    'another connection takes over',
    [3, 4, 5],
    async (t, { version, clientId }) => void (await t.connect({ version, clientId })),
  ],
  [
    'an operator disconnects it',
    [3, 4, 5],
    async (t, { clientId }) => {
      t.broker.disconnectClient(clientId);
      await t.run();
    },
  ],
  [
    'an operator ends its session',
    [3, 4, 5],
    async (t, { clientId }) => {
      t.broker.disconnectClient(clientId, true);
      await t.run();
    },
  ],
  ['it disconnects with 0x04', [5], (_t, client) => client.disconnect(0x04)],
  ['it disconnects with 0x80', [5], (_t, client) => client.disconnect(0x80)],
  ['it disconnects with 0x98', [5], (_t, client) => client.disconnect(0x98)],
  [
    'it disconnects with a Session Expiry Interval that is not allowed',
    [5],
    (_t, client) => client.disconnect(0, { sessionExpiryInterval: 60 }),
  ],
  ['it disconnects with a Reason Code that is none', [5], (_t, client) => client.disconnect(0x01)],
];

for (const [how, versions, end] of ends) {
  for (const version of versions) {
    test(`v${version} [MQTT-3.1.2-7] [MQTT-3.1.2-8] the will is published once when ${how}`, async () => {
      const [t, watcher] = await watchedBroker();
      const client = await t.connect({ version, clientId: 'pump', connect: { will: willOf('gone'), keepAlive: 10 } });
      await t.advance(1000);
      expect(watcher.takePublishes()).toEqual([]);
      await end(t, client);
      expect(watcher.takePublishes()).toMatchObject([{ topic: 'will', text: 'gone', qos: 0, retain: false }]);
      await t.advance(60_000);
      expect(watcher.takePublishes()).toEqual([]);
      expect(t.broker.counters.willsPublished).toBe(1);
    });

    test(`v${version} [MQTT-3.1.2-12@3.1.1] no will is published for a client that set none when ${how}`, async () => {
      const [t, watcher] = await watchedBroker();
      const client = await t.connect({ version, clientId: 'pump', connect: { keepAlive: 10 } });
      await end(t, client);
      await t.advance(60_000);
      expect(watcher.takePublishes()).toEqual([]);
    });
  }
}
