import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';
import { frame } from '../vectors/vector.ts';
import { outcome, recordBytes } from './outcome.ts';

const connect = frame(0x10, '<MQIsdp> 03 02 003c <old>');

test('MQIsdp at level 3 is let in with a CONNACK of two bytes', async () => {
  const t = await testBroker();
  const client = t.client({ version: 3 });
  const received = recordBytes(client);
  await client.sendBytes(connect);
  expect(received().toString('hex')).toBe('20020000');
});

test('the byte before the return code of CONNACK stays 0 for a resumed session, since 3.1 reserves it', async () => {
  const t = await testBroker();
  for (const _round of [1, 2]) {
    const client = t.client({ version: 3 });
    const received = recordBytes(client);
    await client.sendBytes(frame(0x10, '<MQIsdp> 03 00 003c <old>'));
    expect(received().toString('hex')).toBe('20020000');
    await client.sendBytes('e000');
  }
  expect(t.broker.counters.sessionsResumed).toBe(1);
});

test('a CONNECT whose credentials are missing though flags announce them has none', async () => {
  const seen: unknown[] = [];
  const t = await testBroker({
    access: {
      authenticators: [
        {
          name: 'spy',
          authenticate({ username, password }) {
            seen.push([username, password?.toString()]);
            return { outcome: 'allow' };
          },
        },
      ],
    },
  });
  for (const body of [
    '<MQIsdp> 03 c2 003c <a>',
    '<MQIsdp> 03 c2 003c <b> <user>',
    '<MQIsdp> 03 c2 003c <c> <user> <word>',
  ]) {
    const client = t.client({ version: 3 });
    await client.sendBytes(frame(0x10, body));
    expect(client.take('connack')?.reasonCode).toBe(0);
  }
  expect(seen).toEqual([
    [undefined, undefined],
    ['user', undefined],
    ['user', 'word'],
  ]);
});

test('DUP on a repeated SUBSCRIBE, UNSUBSCRIBE and PUBREL is accepted, as 3.1 has it', async () => {
  const t = await testBroker();
  const client = await t.connect({ version: 3 });
  await client.sendBytes(frame(0x8a, '0001 <a> 01'));
  expect(client.take('suback')).toMatchObject({ packetId: 1, reasonCodes: [1] });
  await client.sendBytes(frame(0x34, '<b> 0002 "x"'));
  await client.sendBytes(frame(0x6a, '0002'));
  expect(client.take('pubcomp')).toMatchObject({ packetId: 2 });
  await client.sendBytes(frame(0xaa, '0003 <a>'));
  expect(client.take('unsuback')).toMatchObject({ packetId: 3 });
  expect(outcome(client)).toBe('open');
});

test('a publish without permission is acknowledged and goes nowhere, since 3.1 has no refusal', async () => {
  const t = await testBroker({ access: { authorizers: [{ name: 'no', authorize: () => 'deny' }] } });
  const published: string[] = [];
  t.broker.subscribe('#', ({ topic }) => published.push(topic));
  const client = await t.connect({ version: 3 });
  await client.publish('a', 'x', { qos: 1 });
  expect(client.take('puback')).toMatchObject({ packetId: 1, reasonCode: 0 });
  expect(published).toEqual([]);
});

for (const [what, flags, payload] of [
  ['a will', '06', '<old> <will> <gone>'],
  ['a retained will at QoS 2', '36', '<old> <will> <gone>'],
  ['a Client Identifier of more than 23 characters', '02', '<012345678901234567890123456789>'],
] as const) {
  test(`a CONNECT of 3.1 with ${what} is accepted`, async () => {
    const t = await testBroker();
    const client = t.client({ version: 3 });
    await client.sendBytes(frame(0x10, `<MQIsdp> 03 ${flags} 003c ${payload}`));
    expect(client.take('connack')?.reasonCode).toBe(0);
  });
}
