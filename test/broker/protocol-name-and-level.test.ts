import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';
import { frame } from '../vectors/vector.ts';
import { recordBytes } from './outcome.ts';

const rest = '02 0000 {} <a>';

const cases: [title: string, body: string, answer: string][] = [
  ['[MQTT-3.1.2-1] the protocol name HTTP gets no answer', `<HTTP> 04 ${rest}`, ''],
  ['[MQTT-3.1.2-1] the protocol name mqtt in lower case gets no answer', `<mqtt> 05 ${rest}`, ''],
  ['[MQTT-3.1.2-1] the protocol name MQTT with a blank gets no answer', `<MQTT > 05 ${rest}`, ''],
  ['[MQTT-3.1.2-1] an empty protocol name gets no answer', `<> 05 ${rest}`, ''],
  ['[MQTT-3.1.2-2@3.1.1] level 0 is answered with return code 1', `<MQTT> 00 ${rest}`, '20020001'],
  ['[MQTT-3.1.2-2@3.1.1] level 3 of MQTT is answered with return code 1', `<MQTT> 03 ${rest}`, '20020001'],
  ['[MQTT-3.1.2-2@3.1.1] level 4 of MQIsdp is answered with return code 1', `<MQIsdp> 04 ${rest}`, '20020001'],
  ['[MQTT-3.1.2-2@3.1.1] level 5 of MQIsdp is answered with return code 1', `<MQIsdp> 05 ${rest}`, '20020001'],
];

for (const [title, body, answer] of cases) {
  test(title, async () => {
    const t = await testBroker();
    const client = t.client();
    const received = recordBytes(client);
    await client.sendBytes(frame(0x10, body));
    expect(received().toString('hex')).toBe(answer);
    expect(client.pair.server.closed).toBe(true);
    expect(t.broker.gauges.sessions).toBe(0);
  });
}

for (const level of [6, 7, 0x7f]) {
  test(`[MQTT-3.1.2-2] level ${level} is answered with Reason Code 0x84 in the form of MQTT 5`, async () => {
    const t = await testBroker();
    const client = t.client();
    await client.sendBytes(frame(0x10, Buffer.concat([Buffer.from('\0\x04MQTT'), Buffer.from([level])])));
    expect(client.take('connack')).toMatchObject({ reasonCode: 0x84, sessionPresent: false });
    expect(client.failure).toBeUndefined();
    expect(client.isClosed).toBe(true);
  });
}

for (const level of ['83', '84']) {
  test(`level ${level}, by which bridges say what they are, is the level without that bit`, async () => {
    const t = await testBroker();
    const client = t.client({ version: 4 });
    await client.sendBytes(frame(0x10, `${level === '83' ? '<MQIsdp>' : '<MQTT>'} ${level} 02 0000 <bridge>`));
    expect(client.take('connack')).toMatchObject({ reasonCode: 0 });
    expect(client.isClosed).toBe(false);
  });
}
