import { describe, expect, it } from 'vitest';
import { testLimits } from '../../test/vectors/codec.ts';
import { bytes, frame } from '../../test/vectors/vector.ts';
import type { Message } from './message.ts';
import { decodePublish } from './publish.ts';
import { TopicMemory } from './topic-memory.ts';
import type { ProtocolVersion } from './types.ts';

function decode(whole: Buffer, version: ProtocolVersion, bodyStart = 2): Message {
  return decodePublish(whole[0]!, whole, 0, bodyStart, whole.length, version, testLimits, new TopicMemory());
}

describe('decodePublish', () => {
  it.each([
    ['an older version', 4, 0x30, '<a> "x"'],
    ['MQTT 5 without properties', 5, 0x30, '<a> {} "x"'],
    ['MQTT 5 with properties of the message', 5, 0x30, '<a> {01 01 03 <t> 26 <k> <v>} "x"'],
  ] as const)('offers the frame for sending on: %s', (_, version, firstByte, body) => {
    expect(decode(frame(firstByte, body), version)).toMatchObject({ frameStart: 0, frameVersion: version });
  });

  it.each([
    ['RETAIN', 4, 0x31, '<a> "x"'],
    ['QoS 1', 4, 0x32, '<a> 0001 "x"'],
    ['QoS 2', 4, 0x34, '<a> 0001 "x"'],
    ['a Topic Alias', 5, 0x30, '<a> {23 0001} "x"'],
    ['a Topic Alias for its topic', 5, 0x30, '<> {23 0001} "x"'],
    ['a Message Expiry Interval', 5, 0x30, '<a> {02 00000001} "x"'],
  ] as const)('does not offer a frame with %s', (_, version, firstByte, body) => {
    expect(decode(frame(firstByte, body), version).frameStart).toBe(-1);
  });

  it('[MQTT-1.5.5-1] does not offer a frame whose Remaining Length wastes bytes', () => {
    expect(decode(bytes('30 8400 <a> "x"'), 4, 3).frameStart).toBe(-1);
  });

  it('gives the identical string for a topic that is repeated', () => {
    const memory = new TopicMemory();
    const one = frame(0x30, '<some/topic>');
    const two = frame(0x30, '<some/topic> "x"');
    const first = decodePublish(0x30, one, 0, 2, one.length, 4, testLimits, memory);
    const second = decodePublish(0x30, two, 0, 2, two.length, 4, testLimits, memory);
    expect(second.topic).toBe(first.topic);
  });
});

describe('detach', () => {
  it('frees a lasting message from the block it was received in', () => {
    const block = Buffer.alloc(65_536);
    const body = frame(0x30, '<a> {09 0004 01020304 26 <k> <v>} "payload"');
    body.copy(block, 100);
    const message = decodePublish(0x30, block, 100, 102, 100 + body.length, 5, testLimits, new TopicMemory());
    message.detach(true);
    block.fill(0);
    expect(message.payload.toString()).toBe('payload');
    expect(message.source.buffer.byteLength).toBe(7);
    expect(message.properties!.correlationData).toEqual(bytes('01020304'));
    expect(message.properties!.correlationData!.buffer.byteLength).toBe(4);
    expect(message.frameStart).toBe(-1);
  });
});
