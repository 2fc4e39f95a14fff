/**
 * The first byte of every packet: its type, its flags, and who may send it. Checked before anything else of a packet
 * is looked at, so that a peer which talks nonsense is refused before its bytes are gathered.
 */

import { malformed, violation } from './error.ts';
import type { Sender } from './properties.ts';
import type { ProtocolVersion } from './types.ts';

interface TypeRow {
  readonly name: string;
  /** The only legal flags; undefined for PUBLISH, whose flags mean something. */
  readonly flags: number | undefined;
  readonly sender: Sender | 'both';
  readonly since: ProtocolVersion;
  /** The statement that names the flags of this packet. */
  readonly statement: string;
}

const types: readonly (TypeRow | undefined)[] = [
  undefined,
  { name: 'CONNECT', flags: 0, sender: 'client', since: 3, statement: 'MQTT-2.1.3-1' },
  { name: 'CONNACK', flags: 0, sender: 'server', since: 3, statement: 'MQTT-2.1.3-1' },
  { name: 'PUBLISH', flags: undefined, sender: 'both', since: 3, statement: 'MQTT-3.3.1-4' },
  { name: 'PUBACK', flags: 0, sender: 'both', since: 3, statement: 'MQTT-2.1.3-1' },
  { name: 'PUBREC', flags: 0, sender: 'both', since: 3, statement: 'MQTT-2.1.3-1' },
  { name: 'PUBREL', flags: 2, sender: 'both', since: 3, statement: 'MQTT-3.6.1-1' },
  { name: 'PUBCOMP', flags: 0, sender: 'both', since: 3, statement: 'MQTT-2.1.3-1' },
  { name: 'SUBSCRIBE', flags: 2, sender: 'client', since: 3, statement: 'MQTT-3.8.1-1' },
  { name: 'SUBACK', flags: 0, sender: 'server', since: 3, statement: 'MQTT-2.1.3-1' },
  { name: 'UNSUBSCRIBE', flags: 2, sender: 'client', since: 3, statement: 'MQTT-3.10.1-1' },
  { name: 'UNSUBACK', flags: 0, sender: 'server', since: 3, statement: 'MQTT-2.1.3-1' },
  { name: 'PINGREQ', flags: 0, sender: 'client', since: 3, statement: 'MQTT-2.1.3-1' },
  { name: 'PINGRESP', flags: 0, sender: 'server', since: 3, statement: 'MQTT-2.1.3-1' },
  { name: 'DISCONNECT', flags: 0, sender: 'both', since: 3, statement: 'MQTT-3.14.1-1' },
  { name: 'AUTH', flags: 0, sender: 'both', since: 5, statement: 'MQTT-3.15.1-1' },
];

/** DUP, which MQTT 3.1 allows on every packet that waits for an answer when it is sent again. */
const DUP = 8;

/**
 * Refuses types that do not exist in `version`, reserved flags with another value than the tabulated one
 * [MQTT-2.1.3-1], and packets that only the other side sends.
 */
export function checkFirstByte(firstByte: number, version: ProtocolVersion, sender: Sender): void {
  const type = firstByte >> 4;
  const row = types[type];
  if (row === undefined) throw malformed('', 'Packet type 0 is forbidden');
  if (version < row.since) throw malformed('', `Packet type ${type} does not exist before MQTT 5`);
  if (row.flags !== undefined) {
    const flags = version === 3 && row.flags === 2 ? firstByte & 15 & ~DUP : firstByte & 15;
    if (flags !== row.flags) {
      throw malformed(row.statement, `${row.name} has the fixed header flags ${flags}; they are always ${row.flags}`);
    }
  }
  const mayOnlyComeFrom = version < 5 && row.name === 'DISCONNECT' ? 'client' : row.sender;
  if (mayOnlyComeFrom !== 'both' && mayOnlyComeFrom !== sender) {
    throw violation('', `A ${sender} sent ${row.name}, which only a ${mayOnlyComeFrom} may send`);
  }
}
