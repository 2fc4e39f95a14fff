import { describe, expect, it } from 'vitest';
import { FakeConnection } from '../../test/doubles/fake-connection.ts';
import { frame } from '../../test/vectors/vector.ts';
import type { Message } from '../packet/message.ts';
import type { ProtocolVersion } from '../packet/types.ts';
import type { Delivery, LinkOwner } from '../ports/link.ts';
import { OutputQueue, TurnArena } from '../std/output-queue.ts';
import { openMqtt } from './mqtt.ts';
import { appendPublish } from './outgoing-publish.ts';

const limits = { packetBytesMax: 1 << 20, connectBytesMax: 100, userPropertiesMax: 8, filtersMax: 8 };
const payload = Buffer.from(Array.from({ length: 60_000 }, (_, i) => i % 251));
const atQos0: Delivery = {
  qos: 0,
  retain: false,
  dup: false,
  packetId: 0,
  subscriptionIdentifiers: undefined,
  messageExpiryInterval: undefined,
  topicAlias: 0,
  topicOmitted: false,
};

/** Sends a stream in chunks of `size` bytes and gives the messages that came of it. */
function receive(version: ProtocolVersion, stream: Buffer, size: number): Message[] {
  const messages: Message[] = [];
  const owner: LinkOwner = {
    receive: () => {},
    receivePublish: (message) => messages.push(message),
    failed: (error) => {
      throw error;
    },
    closed: () => {},
    drained: () => {},
  };
  const connection = new FakeConnection();
  const link = openMqtt(connection, () => owner, limits);
  connection.receive(frame(0x10, version === 5 ? '<MQTT> 05 02 003c {} <a>' : '<MQTT> 04 02 003c <a>'));
  link.adopt(version, Number.POSITIVE_INFINITY);
  for (let at = 0; at < stream.length; at += size) connection.receive(Buffer.from(stream.subarray(at, at + size)));
  return messages;
}

function sent(
  messages: Message[],
  delivery: Delivery,
  version: ProtocolVersion,
): { bytes: Buffer; output: OutputQueue } {
  const output = new OutputQueue();
  const arena = new TurnArena();
  for (const message of messages) appendPublish(message, delivery, version, Number.POSITIVE_INFINITY, arena, output);
  const bytes = Buffer.alloc(output.bytes);
  output.copyTo(bytes, 0);
  return { bytes, output };
}

const body = (head: string): Buffer => Buffer.concat([frame(0x30, head).subarray(2), payload]);
const four = frame(0x30, body('<a/b>'));
const five = frame(0x30, body('<a/b> {03 <type> 26 <k> <v>}'));

describe('a large PUBLISH in pieces', () => {
  // From every position of the cut within the head to the last byte of the payload.
  const cuts = [1, 2, 3, 4, 5, 8, 9, 12, 20, 30, 255, 8191, 8192, 8193, 20_000, 59_999, 60_008, 60_020];

  it.each(cuts)('goes on as it came when it was cut at byte %i', (cut) => {
    for (const [version, whole] of [[4, four] as const, [5, five] as const]) {
      const stream = Buffer.concat([whole, whole, whole]);
      const messages = [
        ...receive(version, stream, cut < 100 ? 30_000 + cut : cut),
        ...receive(version, stream, Math.max(cut, 10_000)),
      ];
      expect(messages).toHaveLength(6);
      for (const message of messages) expect(message.payloadBytes).toBe(payload.length);
      expect(sent(messages, atQos0, version).bytes.equals(Buffer.concat([stream, stream]))).toBe(true);
    }
  });

  it.each(cuts)('is what was sent, whoever asks for it, when it was cut at byte %i', (cut) => {
    const chunks = Math.max(cut, 9000);
    const again = (): Message => receive(5, five.subarray(0), chunks)[0]!;
    expect(again().payload.equals(payload)).toBe(true);
    expect(again().properties).toMatchObject({ contentType: 'type', userProperties: [['k', 'v']] });
    expect(again().detach(true).payload.equals(payload)).toBe(true);
    expect(again().detach(false).payload.equals(payload)).toBe(true);
    const joined = again();
    joined.payload.fill(0);
    expect(joined.payload.equals(Buffer.alloc(payload.length))).toBe(true);
    const atQos1 = sent([again()], { ...atQos0, qos: 1, packetId: 7 }, 4).bytes;
    expect(atQos1.equals(frame(0x32, Buffer.concat([Buffer.from('0003612f620007', 'hex'), payload])))).toBe(true);
  });

  it('is not copied, and what neighbours share of a block is one range', () => {
    const stream = Buffer.concat([four, four, four, four]);
    const { output } = sent(receive(4, stream, 40_000), atQos0, 4);
    expect(output.buffers.map((buffer) => buffer.length)).toEqual([40_000, 40_000, 40_000, 40_000, 40_000, 40_000, 36]);
    expect(output.starts).toEqual(new Array(7).fill(0));
  });
});
