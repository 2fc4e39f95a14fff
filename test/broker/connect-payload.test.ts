import { expect, test } from 'vitest';
import type { Credentials } from '../../src/ports/access.ts';
import { testBroker } from '../../src/testing/index.ts';
import { frame } from '../vectors/vector.ts';
import { outcome } from './outcome.ts';

for (const version of [4, 5] as const) {
  const list = version === 5 ? '{}' : '';

  test(`v${version} [MQTT-3.1.3-1] [MQTT-3.1.3-3] reads identifier, will, User Name and Password in this order`, async () => {
    const seen: Credentials[] = [];
    const t = await testBroker({
      access: {
        authenticators: [
          {
            name: 'spy',
            authenticate(credentials): { outcome: 'allow' } {
              seen.push(credentials);
              return { outcome: 'allow' };
            },
          },
        ],
      },
    });
    const watcher = await t.connect();
    await watcher.subscribe('#');
    const client = t.client({ version });
    const body = `<MQTT> 0${version} c6 0000 ${list} <pump> ${list} <will/topic> <will payload> <user> <word>`;
    await client.sendBytes(frame(0x10, body));
    expect(seen.at(-1)).toMatchObject({ clientId: 'pump', username: 'user', password: Buffer.from('word') });
    await client.drop();
    expect(watcher.takePublishes()).toMatchObject([{ topic: 'will/topic', text: 'will payload' }]);
  });

  test(`v${version} [MQTT-3.1.3-3] refuses a CONNECT without a Client Identifier`, async () => {
    const t = await testBroker();
    const client = t.client({ version });
    await client.sendBytes(frame(0x10, `<MQTT> 0${version} 02 0000 ${list}`));
    expect(outcome(client)).toBe(version === 5 ? 0x81 : 'closed');
  });

  test(`v${version} [MQTT-3.1.4-1] refuses a CONNECT that ends anywhere before its end`, async () => {
    const t = await testBroker();
    const body = frame(0x10, `<MQTT> 0${version} c6 0000 ${list} <a> ${list} <w> <gone> <user> <word>`).subarray(2);
    for (let length = 0; length < body.length; length++) {
      const client = t.client({ version });
      await client.sendBytes(frame(0x10, body.subarray(0, length)));
      expect([length, outcome(client)]).toEqual([length, version === 5 && length > 6 ? 0x81 : 'closed']);
    }
  });

  test(`v${version} [MQTT-3.1.4-1] [MQTT-3.1.4-1@3.1.1] refuses a CONNECT with bytes behind its end`, async () => {
    const t = await testBroker();
    const client = t.client({ version });
    await client.sendBytes(frame(0x10, `<MQTT> 0${version} 02 0000 ${list} <a> 00`));
    expect(outcome(client)).toBe(version === 5 ? 0x81 : 'closed');
    expect(client.inbox).toHaveLength(version === 5 ? 1 : 0);
  });
}

test('[MQTT-3.1.4-1] refuses an announced CONNECT that is too large before it has come', async () => {
  const t = await testBroker({ limits: { connectBytesMax: 1000 } });
  const client = t.client();
  await client.sendBytes('10 e5 07');
  expect(outcome(client)).toBe('open');
  const large = t.client();
  await large.sendBytes('10 e6 07');
  expect(outcome(large)).toBe('closed');
});
