/** Well-formed packets of every type and version for property tests. */

import fc from 'fast-check';
import type { ControlPacket, Properties, ProtocolVersion, Qos } from '../../src/packet/types.ts';
import type { Packet } from '../vectors/vector.ts';

/** A packet with a version that it exists in. */
export interface VersionedPacket {
  readonly version: ProtocolVersion;
  readonly packet: Packet;
}

const text = fc.string({ unit: 'binary', maxLength: 12 }).filter((value) => !value.includes('\0'));
const topic = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }).filter((value) => !/[\0+#]/.test(value));
const filter = fc.constantFrom('a', '+', '#', 'a/+/b', '水/#', '$SYS/#', '$share/g/a/#');
const binary = fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes));
const qos = fc.constantFrom<Qos[]>(0, 1, 2);
const packetId = fc.integer({ min: 1, max: 65_535 });
const u16 = fc.integer({ min: 0, max: 65_535 });
const positiveU16 = fc.integer({ min: 1, max: 65_535 });
const u32 = fc.integer({ min: 0, max: 0xffffffff });
const positiveU32 = fc.integer({ min: 1, max: 0xffffffff });
const identifier = fc.integer({ min: 1, max: 268_435_455 });
const bit = fc.constantFrom<(0 | 1)[]>(0, 1);

/** Names differ and begin with a letter, because other libraries keep them as the keys of an object. */
const userProperties = fc.uniqueArray(
  fc.tuple(
    text.map((name) => `n${name}`),
    text,
  ),
  {
    minLength: 1,
    maxLength: 3,
    selector: ([name]) => name,
  },
);

type Model = { [K in keyof Properties]?: fc.Arbitrary<NonNullable<Properties[K]>> };

/** Each property present or not; undefined when none is, as decoders say it. */
function properties(model: Model): fc.Arbitrary<Properties | undefined> {
  return fc
    .record({ ...model, userProperties }, { requiredKeys: [] })
    .map((list) => (Object.keys(list).length === 0 ? undefined : (list as Properties)));
}

const ofMessage: Model = {
  payloadFormatIndicator: bit,
  messageExpiryInterval: u32,
  contentType: text,
  responseTopic: topic,
  correlationData: binary,
};

/** Below MQTT 5 there are none. */
function since5(version: ProtocolVersion, model: Model): fc.Arbitrary<Properties | undefined> {
  return version === 5 ? properties(model) : fc.constant(undefined);
}

function connect(version: ProtocolVersion): fc.Arbitrary<Packet> {
  const will = fc.record({
    topic,
    payload: binary,
    qos,
    retain: fc.boolean(),
    properties: since5(version, { ...ofMessage, willDelayInterval: u32 }),
  });
  const model: Model = {
    sessionExpiryInterval: u32,
    receiveMaximum: positiveU16,
    maximumPacketSize: positiveU32,
    topicAliasMaximum: u16,
    requestResponseInformation: fc.boolean(),
    requestProblemInformation: fc.boolean(),
    authenticationMethod: text,
  };
  return fc
    .record({
      type: fc.constant('connect' as const),
      version: fc.constant(version),
      bridge: version === 5 ? fc.constant(false) : fc.boolean(),
      cleanStart: fc.boolean(),
      keepAlive: u16,
      clientId: text,
      will: fc.option(will, { nil: undefined }),
      username: fc.option(text, { nil: undefined }),
      password: fc.option(binary, { nil: undefined }),
      properties: since5(version, model),
    })
    .filter((packet) => version === 5 || packet.password === undefined || packet.username !== undefined);
}

function publish(version: ProtocolVersion): fc.Arbitrary<Packet> {
  const model: Model = { ...ofMessage, topicAlias: positiveU16 };
  return fc
    .record({
      type: fc.constant('publish' as const),
      topic,
      payload: binary,
      qos,
      retain: fc.boolean(),
      dup: fc.boolean(),
      packetId,
      properties: since5(version, model),
    })
    .map((packet) => (packet.qos === 0 ? { ...packet, packetId: 0, dup: false } : packet));
}

function ack(version: ProtocolVersion): fc.Arbitrary<Packet> {
  const codes = { puback: 0x97, pubrec: 0x87, pubrel: 0x92, pubcomp: 0x92 } as const;
  const type = fc.constantFrom<(keyof typeof codes)[]>('puback', 'pubrec', 'pubrel', 'pubcomp');
  return fc
    .record({ type, packetId, isFailure: fc.boolean(), properties: since5(version, { reasonString: text }) })
    .map(({ isFailure, ...packet }) => ({
      ...packet,
      reasonCode: isFailure && version === 5 ? codes[packet.type] : 0,
    }));
}

function subscribe(version: ProtocolVersion): fc.Arbitrary<Packet> {
  const request = fc
    .record({
      filter,
      qos,
      noLocal: fc.boolean(),
      retainAsPublished: fc.boolean(),
      retainHandling: fc.constantFrom<(0 | 1 | 2)[]>(0, 1, 2),
    })
    .map((one) => {
      if (version < 5) return { ...one, noLocal: false, retainAsPublished: false, retainHandling: 0 as const };
      return one.filter.startsWith('$share/') ? { ...one, noLocal: false } : one;
    });
  return fc.record({
    type: fc.constant('subscribe' as const),
    packetId,
    subscriptions: fc.array(request, { minLength: 1, maxLength: 4 }),
    properties: since5(version, { subscriptionIdentifiers: fc.tuple(identifier) }),
  });
}

function unsubscribe(version: ProtocolVersion): fc.Arbitrary<Packet> {
  return fc.record({
    type: fc.constant('unsubscribe' as const),
    packetId,
    filters: fc.array(filter, { minLength: 1, maxLength: 4 }),
    properties: since5(version, {}),
  });
}

function disconnect(version: ProtocolVersion): fc.Arbitrary<Packet> {
  return fc.record({
    type: fc.constant('disconnect' as const),
    reasonCode: version === 5 ? fc.constantFrom(0, 4, 0x80, 0x82) : fc.constant(0),
    properties: since5(version, { sessionExpiryInterval: u32, reasonString: text }),
  });
}

const ping: fc.Arbitrary<Packet> = fc.constant<ControlPacket>({ type: 'pingreq' });

const auth: fc.Arbitrary<Packet> = fc
  .record({
    type: fc.constant('auth' as const),
    reasonCode: fc.constantFrom(0x18, 0x19),
    properties: properties({ authenticationData: binary, reasonString: text }),
  })
  .map((packet) => ({ ...packet, properties: { authenticationMethod: 'SCRAM', ...packet.properties } }));

/** Any packet that a client may send. */
export const someClientPacket: fc.Arbitrary<VersionedPacket> = fc
  .constantFrom<ProtocolVersion[]>(3, 4, 5)
  .chain((version) => {
    const kinds = [connect, publish, ack, subscribe, unsubscribe, disconnect].map((kind) => kind(version));
    const packet = version === 5 ? fc.oneof(...kinds, ping, auth) : fc.oneof(...kinds, ping);
    return packet.map((one) => ({ version, packet: one }));
  });

const connack = (version: ProtocolVersion): fc.Arbitrary<Packet> =>
  fc
    .record({
      type: fc.constant('connack' as const),
      sessionPresent: version === 3 ? fc.constant(false) : fc.boolean(),
      reasonCode: version === 5 ? fc.constantFrom(0, 0x80, 0x87, 0x9d) : fc.constantFrom(0, 1, 5),
      properties: since5(version, {
        sessionExpiryInterval: u32,
        receiveMaximum: positiveU16,
        maximumQos: bit,
        retainAvailable: fc.boolean(),
        maximumPacketSize: positiveU32,
        assignedClientIdentifier: text,
        topicAliasMaximum: u16,
        reasonString: text,
        wildcardSubscriptionAvailable: fc.boolean(),
        subscriptionIdentifiersAvailable: fc.boolean(),
        sharedSubscriptionAvailable: fc.boolean(),
        serverKeepAlive: u16,
        responseInformation: text,
        serverReference: text,
        authenticationMethod: text,
      }),
    })
    .map((packet) => (packet.reasonCode === 0 ? packet : { ...packet, sessionPresent: false }));

const suback = (version: ProtocolVersion): fc.Arbitrary<Packet> =>
  fc.record({
    type: fc.constant('suback' as const),
    packetId,
    reasonCodes: fc.array(fc.constantFrom(0, 1, 2, 0x80), { minLength: 1, maxLength: 4 }),
    properties: since5(version, { reasonString: text }),
  });

const unsuback = (version: ProtocolVersion): fc.Arbitrary<Packet> =>
  fc.record({
    type: fc.constant('unsuback' as const),
    packetId,
    reasonCodes:
      version === 5
        ? fc.array(fc.constantFrom<number[]>(0, 0x11, 0x87), { minLength: 1, maxLength: 4 })
        : fc.constant<number[]>([]),
    properties: since5(version, { reasonString: text }),
  });

/** Any packet that a server may send, apart from those that clients send in the same form. */
export const someServerPacket: fc.Arbitrary<VersionedPacket> = fc
  .constantFrom<ProtocolVersion[]>(3, 4, 5)
  .chain((version) =>
    fc
      .oneof(connack(version), suback(version), unsuback(version), publish(version), ack(version))
      .map((packet) => ({ version, packet })),
  );
