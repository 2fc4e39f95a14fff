import { describe, expect, it } from 'vitest';
import { OutputQueue, TurnArena } from '../std/output-queue.ts';
import { appendPacket, encodePacket } from './encode.ts';
import type { ControlPacket, Properties } from './types.ts';

const properties: Properties = { reasonString: 'because', userProperties: [['key', 'value']] };
const trimmed: Record<string, ControlPacket> = {
  '[MQTT-3.2.2-19] [MQTT-3.2.2-20] CONNACK': { type: 'connack', sessionPresent: false, reasonCode: 0x87, properties },
  '[MQTT-3.4.2-2] [MQTT-3.4.2-3] PUBACK': { type: 'puback', packetId: 1, reasonCode: 0x87, properties },
  '[MQTT-3.5.2-2] [MQTT-3.5.2-3] PUBREC': { type: 'pubrec', packetId: 1, reasonCode: 0x87, properties },
  '[MQTT-3.6.2-2] [MQTT-3.6.2-3] PUBREL': { type: 'pubrel', packetId: 1, reasonCode: 0x92, properties },
  '[MQTT-3.7.2-2] [MQTT-3.7.2-3] PUBCOMP': { type: 'pubcomp', packetId: 1, reasonCode: 0x92, properties },
  '[MQTT-3.9.2-1] [MQTT-3.9.2-2] SUBACK': { type: 'suback', packetId: 1, reasonCodes: [0x87], properties },
  '[MQTT-3.11.2-1] [MQTT-3.11.2-2] UNSUBACK': { type: 'unsuback', packetId: 1, reasonCodes: [0x87], properties },
  '[MQTT-3.14.2-3] [MQTT-3.14.2-4] DISCONNECT': { type: 'disconnect', reasonCode: 0x87, properties },
  '[MQTT-3.15.2-2] [MQTT-3.15.2-3] AUTH': {
    type: 'auth',
    reasonCode: 0x18,
    properties: { authenticationMethod: 'm', ...properties },
  },
};

function without(packet: ControlPacket, ...names: (keyof Properties)[]): ControlPacket {
  const rest: Properties = { ...('properties' in packet ? packet.properties : undefined) };
  for (const name of names) delete rest[name];
  return { ...packet, properties: rest } as ControlPacket;
}

describe('the Maximum Packet Size', () => {
  it.each(Object.entries(trimmed))(
    '%s loses User Properties, then the Reason String, then is not sent',
    (_, packet) => {
      const whole = encodePacket(packet, 5);
      const shorter = encodePacket(without(packet, 'userProperties'), 5);
      const shortest = encodePacket(without(packet, 'userProperties', 'reasonString'), 5);
      expect(encodePacket(packet, 5, whole.length)).toEqual(whole);
      expect(encodePacket(packet, 5, whole.length - 1)).toEqual(shorter);
      expect(encodePacket(packet, 5, shorter.length)).toEqual(shorter);
      expect(encodePacket(packet, 5, shorter.length - 1)).toEqual(shortest);
      expect(encodePacket(packet, 5, shortest.length)).toEqual(shortest);
      expect(encodePacket(packet, 5, shortest.length - 1)).toBeUndefined();
    },
  );

  it('leaves requests as they are', () => {
    const request: ControlPacket = { type: 'unsubscribe', packetId: 1, filters: ['a'], properties };
    const whole = encodePacket(request, 5);
    expect(encodePacket(request, 5, whole.length)).toEqual(whole);
    expect(encodePacket(request, 5, whole.length - 1)).toBeUndefined();
  });
});

describe('appending', () => {
  const puback: ControlPacket = { type: 'puback', packetId: 258, reasonCode: 0, properties: undefined };

  it('puts neighbours into one range of the arena', () => {
    const arena = new TurnArena();
    const output = new OutputQueue();
    for (let i = 0; i < 3; i++) expect(appendPacket(puback, 4, 100, arena, output)).toBe(true);
    expect(output.buffers).toEqual([arena.buffer]);
    expect(arena.buffer.toString('hex', output.starts[0], output.ends[0])).toBe('40020102'.repeat(3));
  });

  it('gives the same bytes as encoding', () => {
    for (const packet of Object.values(trimmed)) {
      const arena = new TurnArena();
      const output = new OutputQueue();
      const limit = encodePacket(packet, 5).length - 1;
      appendPacket(packet, 5, limit, arena, output);
      const bytes = Buffer.alloc(output.bytes);
      output.copyTo(bytes, 0);
      expect(bytes).toEqual(encodePacket(packet, 5, limit));
    }
  });

  it('takes no space for a packet that does not fit', () => {
    const arena = new TurnArena();
    const output = new OutputQueue();
    expect(appendPacket(puback, 4, 3, arena, output)).toBe(false);
    expect([arena.used, output.bytes]).toEqual([0, 0]);
  });

  it('answers failures of MQTT 5 with 0x80 in SUBACK of older versions', () => {
    const suback: ControlPacket = { type: 'suback', packetId: 1, reasonCodes: [1, 0x87, 0x8f], properties };
    expect(encodePacket(suback, 4).toString('hex')).toBe('90050001018080');
  });
});
