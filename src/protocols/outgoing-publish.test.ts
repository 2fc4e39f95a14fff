import { describe, expect, it } from 'vitest';
import { decodeFrame, plain, testLimits } from '../../test/vectors/codec.ts';
import { frame } from '../../test/vectors/vector.ts';
import type { Message } from '../packet/message.ts';
import { decodePublish } from '../packet/publish.ts';
import { TopicMemory } from '../packet/topic-memory.ts';
import type { ProtocolVersion, PublishLike } from '../packet/types.ts';
import type { Delivery } from '../ports/link.ts';
import { OutputQueue, TurnArena } from '../std/output-queue.ts';
import { appendPublish } from './outgoing-publish.ts';

const plainDelivery: Delivery = {
  qos: 0,
  retain: false,
  dup: false,
  packetId: 0,
  subscriptionIdentifiers: undefined,
  messageExpiryInterval: undefined,
  topicAlias: 0,
  topicOmitted: false,
};
const noLimit = Number.POSITIVE_INFINITY;
const versions: readonly ProtocolVersion[] = [3, 4, 5];

function received(bytes: Buffer, version: ProtocolVersion): Message {
  const bodyStart = bytes[1]! < 128 ? 2 : 3;
  return decodePublish(bytes[0]!, bytes, 0, bodyStart, bytes.length, version, testLimits, new TopicMemory());
}

class Receiver {
  readonly output: OutputQueue = new OutputQueue();
  readonly #arena: TurnArena;
  readonly #version: ProtocolVersion;

  constructor(version: ProtocolVersion, arena: TurnArena = new TurnArena()) {
    this.#version = version;
    this.#arena = arena;
  }

  send(message: Message, fields: Partial<Delivery> = {}, maximumPacketSize: number = noLimit): boolean {
    const delivery = { ...plainDelivery, ...fields };
    return appendPublish(message, delivery, this.#version, maximumPacketSize, this.#arena, this.output);
  }

  taken(): Buffer {
    const bytes = Buffer.alloc(this.output.bytes);
    this.output.copyTo(bytes, 0);
    this.output.clear();
    return bytes;
  }

  packet(): PublishLike {
    return decodeFrame(this.taken(), this.#version, 'server') as PublishLike;
  }
}

describe('a frame that can go on as it was received', () => {
  it.each([
    [3, 4],
    [4, 3],
    [4, 4],
    [5, 5],
  ] as const)('is passed on untouched from version %i to %i', (from, to) => {
    const bytes = frame(0x30, from === 5 ? '<a/b> {26 <k> <v> 03 <t> 26 <l> <w>} "hi"' : '<a/b> "hi"');
    const receiver = new Receiver(to);
    receiver.send(received(bytes, from));
    expect(receiver.output.buffers[0]).toBe(bytes);
    expect(receiver.taken()).toEqual(bytes);
  });

  it('joins its neighbours to one range', () => {
    const one = frame(0x30, '<a> "1"');
    const chunk = Buffer.concat([one, one, one]);
    const receiver = new Receiver(4);
    for (let at = 0; at < chunk.length; at += one.length) {
      receiver.send(decodePublish(0x30, chunk, at, at + 2, at + one.length, 4, testLimits, new TopicMemory()));
    }
    expect(receiver.output.buffers).toHaveLength(1);
    expect(receiver.taken()).toEqual(chunk);
  });

  it('is held to the Maximum Packet Size of the receiver', () => {
    const message = received(frame(0x30, '<a/b> {} "hi"'), 5);
    const receiver = new Receiver(5);
    expect(receiver.send(message, {}, 9)).toBe(false);
    expect(receiver.send(message, {}, 10)).toBe(true);
  });

  it.each([
    ['to another family of versions', '<a/b> "hi"', 4, 5],
    ['from MQTT 5 to an older version', '<a/b> {03 <t>} "hi"', 5, 4],
    ['with a Topic Alias', '<a/b> {23 0001} "hi"', 5, 5],
    ['with a Message Expiry Interval', '<a/b> {02 0000000a} "hi"', 5, 5],
  ] as const)('is encoded anew when it goes %s', (_, body, from, to) => {
    const bytes = frame(0x30, body);
    const receiver = new Receiver(to);
    receiver.send(received(bytes, from));
    expect(receiver.output.buffers[0]).not.toBe(bytes);
    const properties = to === 5 && body.includes('03 <t>') ? { contentType: 't' } : undefined;
    expect(receiver.packet()).toMatchObject({ topic: 'a/b', payload: Buffer.from('hi'), properties });
  });
});

describe('a message', () => {
  it.each(versions)(
    '[MQTT-3.3.1-3] goes to version %i with the flags of its delivery, not of its arrival',
    (version) => {
      const message = received(frame(0x3b, version === 5 ? '<a/b> 0007 {} "hi"' : '<a/b> 0007 "hi"'), version);
      const receiver = new Receiver(version);
      receiver.send(message, { qos: 1, packetId: 9 });
      expect(receiver.packet()).toMatchObject({ qos: 1, packetId: 9, dup: false, retain: false });
      receiver.send(message, { qos: 2, packetId: 10, dup: true });
      expect(receiver.packet()).toMatchObject({ qos: 2, packetId: 10, dup: true, retain: false });
      receiver.send(message, { qos: 1, packetId: 11, retain: true });
      expect(receiver.packet()).toMatchObject({ qos: 1, packetId: 11, dup: false, retain: true });
      receiver.send(message);
      expect(receiver.packet()).toMatchObject({ qos: 0, packetId: 0, retain: false });
    },
  );

  it('[MQTT-3.3.2-17] [MQTT-3.3.2-18] keeps all that belongs to it, in order', () => {
    const list = '01 01 03 <t> 08 <r> 09 0002 beef 26 <b> <1> 26 <a> <2> 26 <b> <1>';
    const message = received(frame(0x32, `<a/b> 0007 {23 0005 02 00000064 ${list}} "hi"`), 5);
    const receiver = new Receiver(5);
    receiver.send(message, { qos: 1, packetId: 1 });
    expect(receiver.taken()).toEqual(frame(0x32, `<a/b> 0001 {${list}} "hi"`));
  });

  it('[MQTT-3.3.2-6] [MQTT-3.3.4-4] gets what belongs to one receiver from the delivery', () => {
    const message = received(frame(0x30, '<a/b> {02 00000064 03 <t>} "hi"'), 5);
    const receiver = new Receiver(5);
    receiver.send(message, { topicAlias: 3, messageExpiryInterval: 90, subscriptionIdentifiers: [1, 300] });
    expect(receiver.packet().properties).toEqual({
      topicAlias: 3,
      messageExpiryInterval: 90,
      subscriptionIdentifiers: [1, 300],
      contentType: 't',
    });
    receiver.send(message, { topicAlias: 3, topicOmitted: true });
    expect(receiver.packet()).toMatchObject({ topic: '', properties: { topicAlias: 3, contentType: 't' } });
  });

  it('is encoded once for all receivers of a form, in memory that outlives the turn', () => {
    const message = received(frame(0x30, '<a/b> "hi"'), 4);
    const arena = new TurnArena();
    const receivers = Array.from({ length: 5 }, () => new Receiver(5, arena));
    for (const receiver of receivers) receiver.send(message);
    const shared = receivers.slice(1).map((receiver) => receiver.output.buffers[0]);
    expect(new Set(shared).size).toBe(1);
    expect(shared[0]).not.toBe(arena.buffer);
    const packets = receivers.map((receiver) => receiver.packet());
    expect(packets).toEqual(Array(5).fill(packets[0]));
    arena.reset();
    arena.buffer.fill(0xff);
    const late = new Receiver(5, arena);
    late.send(message);
    expect(late.packet()).toEqual(packets[0]);
  });

  it.each([10, 100, 5000])(
    'of %i bytes reaches many receivers at QoS 1 with identifiers of their own',
    (payloadBytes) => {
      const payload = Buffer.alloc(payloadBytes, 7);
      const message = received(frame(0x32, Buffer.concat([frame(0, '<a/b> 0007').subarray(2), payload])), 4);
      const receiver = new Receiver(4);
      for (let packetId = 1; packetId <= 4; packetId++) {
        receiver.send(message, { qos: 1, packetId, dup: packetId === 4 });
        expect(receiver.packet()).toMatchObject({ packetId, payload, qos: 1, dup: packetId === 4 });
      }
    },
  );

  it.each([0, 1] as const)('with a large payload is never copied, at QoS %i', (qos) => {
    const bytes = frame(0x32, Buffer.concat([frame(0, '<a/b> 0007').subarray(2), Buffer.alloc(10_000, 7)]));
    const message = received(bytes, 4);
    for (const version of [4, 5, 4, 5, 4, 5] as const) {
      const receiver = new Receiver(version);
      receiver.send(message, { qos, packetId: qos });
      expect(receiver.output.buffers[1]).toBe(bytes);
      expect(receiver.packet().payload).toEqual(message.payload);
    }
  });

  it('is not kept in an encoded form for the sake of a retained replay', () => {
    const message = received(frame(0x31, '<a/b> "hi"'), 4);
    const receiver = new Receiver(4);
    for (let i = 0; i < 3; i++) receiver.send(message, { retain: true });
    expect(message.encoded).toBeUndefined();
  });

  it('can be sent again after its payload has moved', () => {
    const message = received(frame(0x32, '<a/b> 0007 "hi"'), 4);
    const receiver = new Receiver(4);
    for (let i = 1; i <= 3; i++) receiver.send(message, { qos: 1, packetId: i });
    receiver.taken();
    message.detach(true);
    receiver.send(message, { qos: 1, packetId: 9 });
    expect(receiver.packet()).toMatchObject({ topic: 'a/b', packetId: 9, payload: Buffer.from('hi') });
  });

  it.each(versions)('that is too large for a receiver of version %i is not sent, in whatever form', (version) => {
    const receiver = new Receiver(version);
    for (const fields of [{}, { qos: 1, packetId: 1 }, { retain: true }] as const) {
      const message = received(frame(0x30, '<a/b> "hello"'), 4);
      for (let i = 0; i < 3; i++) expect(receiver.send(message, fields, 11)).toBe(false);
    }
    expect(receiver.output.bytes).toBe(0);
  });

  it('is the same plain value on both sides', () => {
    const message = received(frame(0x30, '<温度/室内> {03 <t>} "21"'), 5);
    const receiver = new Receiver(5);
    receiver.send(message, { qos: 2, packetId: 77 });
    expect(receiver.packet()).toEqual({ ...plain(message), qos: 2, packetId: 77 });
  });
});
