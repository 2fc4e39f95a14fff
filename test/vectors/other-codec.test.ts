/**
 * The codec against mqtt-packet, which shares no code with it: packets go out through one and come back through the
 * other, both ways round. What the other refuses or accepts differently is listed here with the reason.
 */

import fc from 'fast-check';
import mqttPacket from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import type { Sender } from '../../src/packet/properties.ts';
import type { ProtocolVersion } from '../../src/packet/types.ts';
import { someClientPacket, someServerPacket, type VersionedPacket } from '../arbitraries/packets.ts';
import { decodeFrame, encodeFrame } from './codec.ts';
import { allVectors } from './index.ts';
import type { Packet } from './vector.ts';

/** What the other library refuses and the specification allows. */
const otherRefuses: Readonly<Record<string, string>> = {
  'CONNECT of 3.1 that ends before its User Name': 'in 3.1 the Remaining Length overrules the User Name flag',
  'CONNACK of 3.1 whose first byte means nothing': 'the byte is reserved as a whole in 3.1',
  'SUBSCRIBE of 3.1 sent again with DUP': '3.1 sets DUP on requests that are sent again',
  'UNSUBSCRIBE of 3.1 sent again with DUP': '3.1 sets DUP on requests that are sent again',
  'AUTH of a server that succeeds': 'an empty body means Reason Code 0',
};

/** What the other library lets pass, by the names of vectors; everything of that kind has one reason. */
const otherAccepts: readonly (readonly [names: RegExp, reason: string])[] = [
  [/1\.5\.4-[12]\]/, 'it replaces malformed UTF-8 and keeps U+0000'],
  [/level \d with/, 'it does not compare name and level'],
  [/Will QoS 3|Password without a User Name/, 'it does not check these Connect Flags'],
  [
    /bytes behind|without its flag|with a body|three bytes|of a server below 5\.0/,
    'it ignores bytes behind the last field',
  ],
  [/Topic|topic name|a wildcard/, 'it leaves the rules for topics to others'],
  [/identifier 0|half an identifier|Identifier 0/, 'it accepts identifiers of 0 and missing ones'],
  [/without (a|its) (filter|code|property list|method|data)|[Dd]ata without/, 'it does not ask for what is missing'],
  [/[Tt]wice|two |Two /, 'it keeps the last of repeated properties or makes a list of them'],
  [/(Maximum( Packet Size)?|QoS|Available|Information|Indicator) (0|2|255)/, 'it does not check bounds of properties'],
  [
    /(not for|outside of|in a|in|with a) ?.*(CONNECT|will|CONNACK|PUBLISH|DISCONNECT|Reason String|Session Expiry Interval|Subscription Identifier)$/,
    'it does not know which packet may carry which property',
  ],
  [/from a (client|server)$|of a (client|server) (with|that)/, 'it does not know who sends'],
  [/1\.5\.5-1\]|beyond the list/, 'it reads integers that waste bytes and properties that leave their list'],
  [/65 /, 'it has no such limit'],
  [/DUP at QoS 0/, 'it lets DUP pass at QoS 0'],
  [/a session with a refusal|return code 6|Reason Code 0x/, 'it does not check codes of CONNACK'],
  [/No Local on a shared/, 'it does not know shared subscriptions'],
];

/** Packets that the other library reads and does not write again, or not as they were. */
const otherCannotWrite: readonly (readonly [(packet: Packet) => boolean, reason: string])[] = [
  [
    (packet) => packet.type === 'connect' && packet.clientId === '' && !(packet.cleanStart && packet.version > 3),
    'it wants a Client Identifier for a session that is kept, and for any in 3.1',
  ],
  [
    (packet) => packet.type === 'connect' && packet.username === undefined && packet.password !== undefined,
    'it wants a User Name with a Password, which MQTT 5 does not',
  ],
];

function isWritable(packet: Packet): boolean {
  return !otherCannotWrite.some(([applies]) => applies(packet));
}

interface Outcome {
  readonly packet: mqttPacket.Packet | undefined;
  readonly error: unknown;
}

function parse(bytes: Buffer, version: ProtocolVersion): Outcome {
  let packet: mqttPacket.Packet | undefined;
  let error: unknown;
  const parser = mqttPacket.parser({ protocolVersion: version });
  parser.on('packet', (parsed: mqttPacket.Packet) => {
    packet = parsed;
  });
  parser.on('error', (failure: unknown) => {
    error = failure;
  });
  if (parser.parse(Buffer.from(bytes)) > 0) error ??= new Error('bytes are left');
  return { packet, error };
}

function roundTrip({ version, packet }: VersionedPacket, sender: Sender): void {
  const ours = encodeFrame(packet, version);
  expect(decodeFrame(ours, version, sender)).toEqual(packet);
  const { packet: theirs, error } = parse(ours, version);
  expect(error).toBeUndefined();
  if (!isWritable(packet)) return;
  const back = mqttPacket.generate(theirs!, { protocolVersion: version });
  expect(decodeFrame(back, version, sender)).toEqual(packet);
}

describe('mqtt-packet', () => {
  it('reads and writes the packets of clients as we do', () => {
    fc.assert(
      fc.property(someClientPacket, (versioned) => roundTrip(versioned, 'client')),
      { numRuns: 1500 },
    );
  });

  it('reads and writes the packets of servers as we do', () => {
    fc.assert(
      fc.property(someServerPacket, (versioned) => roundTrip(versioned, 'server')),
      { numRuns: 1500 },
    );
  });

  it('refuses exactly the vectors that are known', () => {
    const refused = new Set<string>();
    for (const vector of allVectors.filter((one) => one.packet !== undefined)) {
      for (const version of vector.versions) {
        const { packet, error } = parse(vector.frame, version);
        if (packet === undefined || error !== undefined) refused.add(vector.name);
      }
    }
    expect([...refused].sort()).toEqual(Object.keys(otherRefuses).sort());
  });

  it('lets pass what we refuse for reasons that are known', () => {
    const unexplained = new Set<string>();
    const used = new Set<RegExp>();
    for (const vector of allVectors.filter((one) => one.failure !== undefined)) {
      for (const version of vector.versions) {
        const { packet, error } = parse(vector.frame, version);
        if (packet === undefined || error !== undefined) continue;
        const reasons = otherAccepts.filter(([names]) => names.test(vector.name));
        if (reasons.length === 0) unexplained.add(vector.name);
        for (const [names] of reasons) used.add(names);
      }
    }
    expect([...unexplained]).toEqual([]);
    expect(otherAccepts.filter(([names]) => !used.has(names))).toEqual([]);
  });
});
