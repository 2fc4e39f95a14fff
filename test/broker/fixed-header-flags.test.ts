import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';
import { frame } from '../vectors/vector.ts';
import { outcome, recordBytes } from './outcome.ts';
import { watchedBroker, willOf } from './wills.ts';

interface Row {
  readonly statements: string;
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly body: (list: string) => string;
}

const rows: readonly Row[] = [
  {
    statements: '[MQTT-2.1.3-1]',
    name: 'CONNECT',
    type: 0x10,
    flags: 0,
    body: (list) => `<MQTT> 05 02 0000 ${list} <a>`,
  },
  { statements: '[MQTT-2.1.3-1]', name: 'PUBACK', type: 0x40, flags: 0, body: () => '0001' },
  { statements: '[MQTT-2.1.3-1]', name: 'PUBREC', type: 0x50, flags: 0, body: () => '0001' },
  { statements: '[MQTT-2.1.3-1] [MQTT-3.6.1-1]', name: 'PUBREL', type: 0x60, flags: 2, body: () => '0001' },
  { statements: '[MQTT-2.1.3-1]', name: 'PUBCOMP', type: 0x70, flags: 0, body: () => '0001' },
  {
    statements: '[MQTT-2.1.3-1] [MQTT-3.8.1-1]',
    name: 'SUBSCRIBE',
    type: 0x80,
    flags: 2,
    body: (list) => `0001 ${list} <a> 00`,
  },
  {
    statements: '[MQTT-2.1.3-1] [MQTT-3.10.1-1]',
    name: 'UNSUBSCRIBE',
    type: 0xa0,
    flags: 2,
    body: (list) => `0001 ${list} <a>`,
  },
  { statements: '[MQTT-2.1.3-1]', name: 'PINGREQ', type: 0xc0, flags: 0, body: () => '' },
  { statements: '[MQTT-3.14.1-1]', name: 'DISCONNECT', type: 0xe0, flags: 0, body: () => '' },
];

for (const version of [3, 4, 5] as const) {
  const list = version === 5 ? '{}' : '';
  for (const { statements, name, type, flags, body } of rows) {
    test(`v${version} ${statements} [MQTT-2.2.2-2@3.1.1] closes for ${name} with other flags than ${flags}`, async () => {
      for (let wrong = 0; wrong < 16; wrong++) {
        // MQTT 3.1 lets a client set DUP on those that it sends again.
        if (wrong === flags || (version === 3 && flags === 2 && wrong === 10)) continue;
        const t = await testBroker();
        const client = await t.connect({ version });
        await client.sendBytes(frame(type | wrong, body(list)));
        expect([wrong, outcome(client)]).toEqual([wrong, version === 5 ? 0x81 : 'closed']);
      }
    });
  }

  test(`v${version} [MQTT-3.14.1-1] publishes the will of a client whose DISCONNECT has flags`, async () => {
    const [t, watcher] = await watchedBroker();
    const client = await t.connect({ version, connect: { will: willOf('gone') } });
    await client.sendBytes('e1 00');
    expect(watcher.takePublishes()).toHaveLength(1);
  });

  test(`v${version} [MQTT-2.1.3-1] sends each packet with the flags of the table`, async () => {
    const t = await testBroker();
    const client = t.client({ version });
    const received = recordBytes(client);
    const firstByte = async (packet: Buffer): Promise<number | undefined> => {
      await client.sendBytes(packet);
      return received()[0];
    };
    const connect = ['<MQIsdp> 03 02 0000 <a>', '<MQTT> 04 02 0000 <a>', '<MQTT> 05 02 0000 {} <a>'][version - 3]!;
    expect(await firstByte(frame(0x10, connect))).toBe(0x20);
    expect(await firstByte(frame(0x82, `0001 ${list} <a> 02`))).toBe(0x90);
    expect(await firstByte(frame(0xc0, ''))).toBe(0xd0);
    expect(await firstByte(frame(0x32, `<b> 0001 ${list}`))).toBe(0x40);
    expect(await firstByte(frame(0x34, `<b> 0002 ${list}`))).toBe(0x50);
    expect(await firstByte(frame(0x62, '0002'))).toBe(0x70);
    await t.broker.publish({ topic: 'a', payload: 'x', qos: 2 });
    await t.run();
    expect(received()[0]).toBe(0x34);
    expect(await firstByte(frame(0x50, '0001'))).toBe(0x62);
    expect(await firstByte(frame(0xa2, `0001 ${list} <a>`))).toBe(0xb0);
  });
}

test('[MQTT-3.15.1-1] closes for AUTH with any flag', async () => {
  for (let wrong = 1; wrong < 16; wrong++) {
    const t = await testBroker();
    const client = await t.connect();
    await client.sendBytes(frame(0xf0 | wrong, '18 {15 <m>}'));
    expect([wrong, outcome(client)]).toEqual([wrong, 0x81]);
  }
});

for (const version of [3, 4] as const) {
  test(`v${version} [MQTT-4.8.0-1@3.1.1] closes for the packet types 0 and 15, which it does not have`, async () => {
    for (const bytes of ['00 00', 'f0 00']) {
      const t = await testBroker();
      const client = await t.connect({ version });
      await client.sendBytes(bytes);
      expect(outcome(client)).toBe('closed');
    }
  });
}
