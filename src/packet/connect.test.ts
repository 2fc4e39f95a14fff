import { describe, expect, it } from 'vitest';
import { testLimits } from '../../test/vectors/codec.ts';
import { bytes } from '../../test/vectors/vector.ts';
import { decodeConnect } from './connect.ts';

function decode(notation: string): ReturnType<typeof decodeConnect> {
  const body = bytes(notation);
  return decodeConnect(body, 0, body.length, testLimits);
}

describe('the version that a refusal can be answered in', () => {
  it.each([
    ['<MQTT> 06 02', 5],
    ['<MQTT> 7f 02', 5],
    ['<MQTT> 03 02', 4],
    ['<MQTT> 00 02', 4],
    ['<MQIsdp> 04 02', 3],
    ['<HTTP> 04 02', undefined],
  ] as const)('[MQTT-3.1.2-2] of an unsupported version: %s', (notation, answerVersion) => {
    expect(() => decode(notation)).toThrow(expect.objectContaining({ reasonCode: 0x84, answerVersion }));
  });

  it.each([
    ['<MQTT> 05 03 003c {} <a>', 5],
    ['<MQTT> 04 03 003c <a>', 4],
    ['<MQIsdp> 03 03 003c <a>', 3],
    ['<MQTT> 05', 5],
    ['<MQTT>', undefined],
    ['0009 "MQTT"', undefined],
  ] as const)('[MQTT-3.1.4-1] of a malformed CONNECT: %s', (notation, answerVersion) => {
    expect(() => decode(notation)).toThrow(expect.objectContaining({ reasonCode: 0x81, answerVersion }));
  });
});

describe('what a session keeps', () => {
  it('is in memory of its own', () => {
    const packet = decode('<MQTT> 05 c6 003c {15 <m> 16 <data>} <a> {09 <c>} <w> <gone> <u> <p>');
    const kept = [
      packet.will!.payload,
      packet.will!.properties!.correlationData!,
      packet.password!,
      packet.properties!.authenticationData!,
    ];
    expect(kept.map(String)).toEqual(['gone', 'c', 'p', 'data']);
    for (const binary of kept) expect(binary.buffer.byteLength).toBe(binary.length);
  });
});
