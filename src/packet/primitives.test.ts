import { describe, expect, it } from 'vitest';
import { ProtocolError } from './error.ts';
import {
  decodeText,
  Reader,
  textBytes,
  VARINT_MAX,
  varintBytes,
  writeText,
  writeU16,
  writeU32,
  writeVarint,
} from './primitives.ts';

describe('Variable Byte Integers', () => {
  it.each([
    [0, '00'],
    [127, '7f'],
    [128, '8001'],
    [16_383, 'ff7f'],
    [16_384, '808001'],
    [2_097_151, 'ffff7f'],
    [2_097_152, '80808001'],
    [VARINT_MAX, 'ffffff7f'],
  ])('[MQTT-1.5.5-1] %i takes the fewest bytes', (value, hex) => {
    const target = Buffer.alloc(4);
    const end = writeVarint(target, 0, value);
    expect(target.toString('hex', 0, end)).toBe(hex);
    expect(varintBytes(value)).toBe(end);
    expect(new Reader(target, 0, end, 'TEST').varint('a value')).toBe(value);
  });

  it.each(['8000', '808000', '80808000', 'ff00', '8080808001', 'ffffffff7f'])('[MQTT-1.5.5-1] %s is refused', (hex) => {
    const bytes = Buffer.from(hex, 'hex');
    expect(() => new Reader(bytes, 0, bytes.length, 'TEST').varint('a value')).toThrow(ProtocolError);
  });
});

describe('integers', () => {
  it('are written big-endian and read back', () => {
    const target = Buffer.alloc(6);
    expect(writeU32(target, writeU16(target, 0, 0xfedc), 0xffeeddcc)).toBe(6);
    expect(target.toString('hex')).toBe('fedcffeeddcc');
    const reader = new Reader(target, 0, 6, 'TEST');
    expect([reader.u16('a'), reader.u32('b')]).toEqual([0xfedc, 0xffeeddcc]);
  });
});

describe('strings', () => {
  it.each([
    '',
    'a',
    'a'.repeat(48),
    'a'.repeat(49),
    'ä',
    `${'a'.repeat(47)}ä`,
    '水'.repeat(20),
    '🦆',
    '\ufeffa',
    '\ufeff',
    'a\u0001',
  ])('survive encoding: %j', (text) => {
    const target = Buffer.alloc(textBytes(text), 0xff);
    expect(writeText(target, 0, text)).toBe(target.length);
    expect(target.readUInt16BE(0)).toBe(Buffer.byteLength(text));
    expect(new Reader(target, 0, target.length, 'TEST').text('a field')).toBe(text);
  });

  it.each([
    ['a high surrogate', 'eda080'],
    ['a low surrogate', 'edbfbf'],
    ['a surrogate pair', 'eda081edb080'],
    ['an overlong solidus', 'c0af'],
    ['an overlong U+0000', 'c080'],
    ['a code point above U+10FFFF', 'f4908080'],
    ['a byte that never occurs', 'ff'],
    ['a character cut off', '61e6b0'],
    ['a lone continuation byte', '80'],
  ])('[MQTT-1.5.4-1] refuse %s', (_, hex) => {
    const bytes = Buffer.from(hex, 'hex');
    expect(() => decodeText(bytes, 0, bytes.length, 'a field')).toThrow(
      expect.objectContaining({ reasonCode: 0x81, statement: 'MQTT-1.5.4-1' }),
    );
  });

  it.each(['00', '610062', 'e6b0b400'])('[MQTT-1.5.4-2] refuse U+0000: %s', (hex) => {
    const bytes = Buffer.from(hex, 'hex');
    expect(() => decodeText(bytes, 0, bytes.length, 'a field')).toThrow(
      expect.objectContaining({ reasonCode: 0x81, statement: 'MQTT-1.5.4-2' }),
    );
  });

  it('[MQTT-1.5.4-3] keep U+FEFF wherever it stands', () => {
    const bytes = Buffer.from('efbbbf61efbbbf', 'hex');
    expect(decodeText(bytes, 0, bytes.length, 'a field')).toBe('\ufeffa\ufeff');
  });

  it('[MQTT-4.7.3-3] of more than 65,535 bytes are not encoded', () => {
    expect(textBytes('a'.repeat(65_535))).toBe(65_537);
    expect(() => textBytes('a'.repeat(65_536))).toThrow(RangeError);
    expect(() => textBytes('水'.repeat(21_846))).toThrow(RangeError);
  });
});
