import { describe, expect, it } from 'vitest';
import { FakeConnection } from '../../test/doubles/fake-connection.ts';
import { bytes, frame } from '../../test/vectors/vector.ts';
import { ConnectError, type ProtocolError, UnsupportedVersionError } from '../packet/error.ts';
import { Message } from '../packet/message.ts';
import type { ControlPacket } from '../packet/types.ts';
import type { Delivery, LinkOwner } from '../ports/link.ts';
import { type MqttLimits, type MqttLink, openMqtt } from './mqtt.ts';

const limits: MqttLimits = { packetBytesMax: 1000, connectBytesMax: 100, userPropertiesMax: 8, filtersMax: 8 };
const connect = frame(0x10, '<MQTT> 04 02 003c <a>');
const connectFive = frame(0x10, '<MQTT> 05 02 003c {} <a>');
const ping = frame(0xc0, '');
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

class Recorder implements LinkOwner {
  readonly packets: (ControlPacket | Message)[] = [];
  readonly errors: ProtocolError[] = [];
  readonly closings: (Error | undefined)[] = [];
  drains = 0;
  onPacket: (packet: ControlPacket | Message) => void = () => {};

  receive(packet: ControlPacket): void {
    this.packets.push(packet);
    this.onPacket(packet);
  }

  receivePublish(message: Message): void {
    this.packets.push(message);
    this.onPacket(message);
  }

  failed(error: ProtocolError): void {
    this.errors.push(error);
  }

  closed(error: Error | undefined): void {
    this.closings.push(error);
  }

  drained(): void {
    this.drains++;
  }

  get types(): string[] {
    return this.packets.map((packet) => (packet instanceof Message ? packet.topic : packet.type));
  }
}

function open(sender: 'client' | 'server' = 'client'): { link: MqttLink; owner: Recorder; connection: FakeConnection } {
  const connection = new FakeConnection();
  const owner = new Recorder();
  const link = openMqtt(connection, () => owner, limits, sender);
  return { link, owner, connection };
}

function connected(hello: Buffer = connect): ReturnType<typeof open> {
  const parts = open();
  parts.connection.receive(hello);
  parts.link.adopt(hello === connectFive ? 5 : 4, Number.POSITIVE_INFINITY);
  parts.owner.packets.length = 0;
  return parts;
}

describe('input', () => {
  it('hands over packets of one chunk in order', () => {
    const { owner, connection } = open();
    connection.receive(Buffer.concat([connect, frame(0x30, '<a> "1"'), ping, frame(0x30, '<b> "2"')]));
    expect(owner.types).toEqual(['connect', 'a', 'pingreq', 'b']);
  });

  it('[MQTT-6.0.0-2] hands over packets that arrive byte by byte', () => {
    const { owner, connection } = open();
    const stream = Buffer.concat([connect, frame(0x30, '<a> "1"'), ping, frame(0x30, Buffer.alloc(300, 1))]);
    for (const byte of stream) connection.receive(Buffer.from([byte]));
    expect(owner.types.slice(0, 3)).toEqual(['connect', 'a', 'pingreq']);
    expect((owner.packets[3] as Message).payloadBytes).toBe(300 - 2 - 0x101);
  });

  it('leaves a payload where it was received', () => {
    const { owner, connection } = connected();
    const chunk = Buffer.concat([ping, frame(0x30, '<a> "payload"')]);
    connection.receive(chunk);
    const message = owner.packets[1] as Message;
    expect(message.source).toBe(chunk);
    expect(message.payload.toString()).toBe('payload');
  });

  it('reads each packet in the version that CONNECT named', () => {
    const { owner, connection } = open();
    connection.receive(Buffer.concat([connectFive, frame(0x30, '<a> {03 <t>} "x"')]));
    expect((owner.packets[1] as Message).properties).toEqual({ contentType: 't' });
  });

  it.each([
    ['PINGREQ', ping],
    ['the first byte of PUBLISH', bytes('30')],
    ['the first byte of a TLS handshake', bytes('16')],
    ['the first byte of an HTTP request', bytes('47')],
  ])('[MQTT-3.1.0-1] refuses %s before CONNECT', (_, chunk) => {
    const { owner, connection } = open();
    connection.receive(chunk);
    expect(owner.errors).toMatchObject([{ reasonCode: chunk[0] === 0x16 ? 0x81 : 0x82 }]);
  });

  it.each([0x20, 0x90, 0xb0, 0xd0])('refuses packets that only servers send: first byte %i', (firstByte) => {
    const { owner, connection } = connected();
    connection.receive(frame(firstByte, '0001'));
    expect(owner.errors).toMatchObject([{ reasonCode: 0x82 }]);
  });

  it('reads a server when it is told that the peer is one', () => {
    const { link, owner, connection } = open('server');
    link.adopt(5, Number.POSITIVE_INFINITY);
    connection.receive(frame(0x20, '0000 {}'), frame(0x30, '<a> {0b 07} "x"'));
    expect(owner.types).toEqual(['connack', 'a']);
  });
});

describe('limits', () => {
  it('refuses a packet above the limit as soon as its length is known', () => {
    const { owner, connection } = connected();
    connection.receive(bytes('30 e607'));
    expect(owner.errors).toMatchObject([{ reasonCode: 0x95 }]);
  });

  it('accepts a packet of exactly the limit', () => {
    const { owner, connection } = connected();
    connection.receive(frame(0x30, Buffer.concat([bytes('<a>'), Buffer.alloc(994)])));
    expect(owner.types).toEqual(['a']);
  });

  it('knows a smaller limit for the first packet, and only for it', () => {
    const { owner, connection } = open();
    connection.receive(bytes('10 7f'));
    expect(owner.errors).toMatchObject([{ reasonCode: 0x95 }]);
  });

  it.each(['30 80808080', '30 ffffffff7f'])('refuses a Remaining Length of five bytes: %s', (notation) => {
    const { owner, connection } = connected();
    connection.receive(bytes(notation));
    expect(owner.errors).toMatchObject([{ reasonCode: 0x81 }]);
  });

  it('[MQTT-1.5.5-1] refuses a Remaining Length that wastes bytes, in MQTT 5', () => {
    const { owner, connection } = connected(connectFive);
    connection.receive(bytes('c0 8000'));
    expect(owner.errors).toMatchObject([{ reasonCode: 0x81, statement: 'MQTT-1.5.5-1' }]);
  });

  it('[MQTT-1.5.5-1] refuses a CONNECT of MQTT 5 whose Remaining Length wastes bytes', () => {
    const { owner, connection } = open();
    connection.receive(Buffer.concat([bytes('10 8e00'), connectFive.subarray(2)]));
    expect(owner.errors).toMatchObject([{ reasonCode: 0x81, answerVersion: 5 }]);
  });

  it('lets older versions waste bytes in a Remaining Length', () => {
    const { owner, connection } = connected();
    connection.receive(bytes('c0 8000'), bytes('30 8500 0001 "abc"'));
    expect(owner.types).toEqual(['pingreq', 'a']);
    expect((owner.packets[1] as Message).frameStart).toBe(-1);
  });

  it('refuses nonsense before it has gathered it', () => {
    const { owner, connection } = connected();
    connection.receive(bytes('00 c803 00'));
    expect(owner.errors).toMatchObject([{ reasonCode: 0x81 }]);
  });
});

describe('failure', () => {
  it('is told once, and nothing is received afterwards', () => {
    const { owner, connection } = connected();
    connection.receive(Buffer.concat([frame(0x36, '<a> 0001'), ping]), ping, bytes('00'));
    expect(owner.errors).toHaveLength(1);
    expect(owner.packets).toEqual([]);
  });

  it('[MQTT-3.1.2-2] says which version can be answered', () => {
    const { owner, connection } = open();
    connection.receive(frame(0x10, '<MQTT> 07 02 003c <a>'));
    expect(owner.errors[0]).toBeInstanceOf(UnsupportedVersionError);
    expect(owner.errors[0]).toMatchObject({ reasonCode: 0x84, protocolName: 'MQTT', level: 7, answerVersion: 5 });
  });

  it('[MQTT-3.1.4-1] says the version of a CONNECT that is malformed', () => {
    const { owner, connection } = open();
    connection.receive(frame(0x10, '<MQTT> 05 03 003c {} <a>'));
    expect(owner.errors[0]).toBeInstanceOf(ConnectError);
    expect(owner.errors[0]).toMatchObject({ reasonCode: 0x81, answerVersion: 5 });
  });

  it('of the owner is not taken for the failure of the peer', () => {
    const { owner, connection } = connected();
    owner.onPacket = () => {
      throw new TypeError('broken');
    };
    expect(() => connection.receive(ping)).toThrow('broken');
    expect(owner.errors).toEqual([]);
    owner.onPacket = () => {};
    connection.receive(ping);
    expect(owner.packets).toHaveLength(2);
  });

  it('leaves output open, so that the owner can say why', () => {
    const { link, owner, connection } = connected(connectFive);
    connection.receive(bytes('00'), bytes('00'));
    expect(owner.errors).toHaveLength(1);
    expect(link.send({ type: 'disconnect', reasonCode: 0x81, properties: undefined })).toBe(true);
    expect(connection.written().toString('hex')).toBe('e00181');
  });
});

describe('hold', () => {
  it('keeps the rest of a chunk back until it is released', () => {
    const { link, owner, connection } = open();
    owner.onPacket = (packet) => {
      if (packet instanceof Message) return;
      if (packet.type === 'connect') link.hold();
    };
    connection.receive(Buffer.concat([connect, ping, frame(0x30, '<a>')]));
    expect(owner.types).toEqual(['connect']);
    link.release();
    expect(owner.types).toEqual(['connect', 'pingreq', 'a']);
  });

  it('pauses the connection when more bytes come, and resumes it afterwards', () => {
    const { link, owner, connection } = connected();
    link.hold();
    connection.receive(ping, ping);
    expect(connection.calls).toEqual(['pause']);
    expect(owner.packets).toEqual([]);
    link.release();
    expect(owner.types).toEqual(['pingreq', 'pingreq']);
    expect(connection.calls).toEqual(['pause', 'resume']);
  });

  it('counts', () => {
    const { link, owner, connection } = connected();
    link.hold();
    link.hold();
    connection.receive(ping);
    link.release();
    expect(owner.packets).toEqual([]);
    link.release();
    expect(owner.types).toEqual(['pingreq']);
    expect(() => link.release()).toThrow(RangeError);
  });

  it('can be released within the packet that took it, ten thousand times, without growing the stack', () => {
    const { link, owner, connection } = connected();
    owner.onPacket = () => {
      link.hold();
      link.release();
    };
    connection.receive(Buffer.concat(Array.from({ length: 10_000 }, () => ping)));
    expect(owner.packets).toHaveLength(10_000);
  });

  it('keeps a frame whole that arrives in pieces meanwhile', () => {
    const { link, owner, connection } = connected();
    const publish = frame(0x30, '<topic> "payload"');
    link.hold();
    connection.receive(publish.subarray(0, 1), publish.subarray(1, 5), publish.subarray(5));
    link.release();
    expect((owner.packets[0] as Message).payload.toString()).toBe('payload');
  });

  it('is over when the link is closed: what the peer still sends is dropped', () => {
    const { link, owner, connection } = connected();
    link.hold();
    connection.receive(ping);
    link.close();
    expect(connection.calls).toEqual(['pause', 'resume', 'end']);
    link.release();
    connection.receive(ping);
    expect(owner.packets).toEqual([]);
  });
});

describe('ending', () => {
  it('stops input within a chunk', () => {
    const { link, owner, connection } = connected();
    owner.onPacket = () => link.close();
    connection.receive(Buffer.concat([ping, ping, ping]));
    expect(owner.packets).toHaveLength(1);
    expect(connection.calls).toEqual(['end']);
  });

  it('stops input when the link is destroyed', () => {
    const { link, owner, connection } = connected();
    owner.onPacket = () => link.destroy();
    connection.receive(Buffer.concat([ping, ping]));
    expect(owner.packets).toHaveLength(1);
    expect(connection.calls).toEqual(['destroy']);
  });

  it('is told once, with the error', () => {
    const { owner, connection } = connected();
    const error = new Error('reset');
    connection.handler!.onClose(error);
    connection.handler!.onClose(undefined);
    connection.handler!.onDrain();
    connection.receive(ping);
    expect(owner.closings).toEqual([error]);
    expect(owner.drains).toBe(0);
    expect(owner.packets).toEqual([]);
  });

  it('sends nothing after close', () => {
    const { link, connection } = connected();
    link.close();
    expect(link.send({ type: 'pingresp' })).toBe(true);
    expect(link.sendPublish(Message.of('a', Buffer.from('x'), 0, false), atQos0)).toBe(true);
    expect(connection.written()).toHaveLength(0);
    link.close();
    expect(connection.calls).toEqual(['end']);
  });
});

describe('output', () => {
  it('appends packets and wakes the connection', () => {
    const { link, connection } = connected();
    link.send({ type: 'puback', packetId: 7, reasonCode: 0, properties: undefined });
    link.send({ type: 'pingresp' });
    expect(link.bytesWaiting).toBe(6);
    expect(connection.calls).toEqual(['wake', 'wake']);
    expect(connection.written().toString('hex')).toBe('40020007d000');
  });

  it('passes on that room has come', () => {
    const { owner, connection } = connected();
    connection.handler!.onDrain();
    expect(owner.drains).toBe(1);
  });

  it('[MQTT-3.1.2-24] sends nothing above the Maximum Packet Size', () => {
    const { link, connection } = connected(connectFive);
    link.adopt(5, 10);
    expect(link.sendPublish(Message.of('topic', Buffer.from('payload'), 0, false), atQos0)).toBe(false);
    expect(link.send({ type: 'suback', packetId: 1, reasonCodes: Array(20).fill(0), properties: undefined })).toBe(
      false,
    );
    expect(connection.written()).toHaveLength(0);
    expect(connection.calls).toEqual([]);
  });

  it('tells the peer that the connection tells', () => {
    const { link, connection } = open();
    expect(link.peer).toBe(connection.peer);
  });
});
