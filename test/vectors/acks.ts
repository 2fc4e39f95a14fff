/** PUBACK, PUBREC, PUBREL and PUBCOMP in all the lengths that MQTT 5 allows. */

import type { AckPacket } from '../../src/packet/types.ts';
import { accepts, frame, refuses, type Vector } from './vector.ts';

interface AckKind {
  readonly type: AckPacket['type'];
  readonly firstByte: number;
  /** One of its Reason Codes but 0. */
  readonly code: number;
  readonly statement: string;
  readonly flagsStatement: string;
}

const kinds: readonly AckKind[] = [
  { type: 'puback', firstByte: 0x40, code: 0x10, statement: '[MQTT-3.4.2-1]', flagsStatement: '[MQTT-2.1.3-1]' },
  { type: 'pubrec', firstByte: 0x50, code: 0x97, statement: '[MQTT-3.5.2-1]', flagsStatement: '[MQTT-2.1.3-1]' },
  { type: 'pubrel', firstByte: 0x62, code: 0x92, statement: '[MQTT-3.6.2-1]', flagsStatement: '[MQTT-3.6.1-1]' },
  { type: 'pubcomp', firstByte: 0x70, code: 0x92, statement: '[MQTT-3.7.2-1]', flagsStatement: '[MQTT-2.1.3-1]' },
];

export const ackVectors: readonly Vector[] = kinds.flatMap((kind) => {
  const { type, firstByte, statement, flagsStatement } = kind;
  const name = type.toUpperCase();
  const code = kind.code.toString(16);
  const ack: AckPacket = { type, packetId: 0x1234, reasonCode: 0, properties: undefined };
  const refused: AckPacket = { ...ack, reasonCode: kind.code };
  return [
    accepts(`${name} with an identifier alone`, [3, 4, 5], frame(firstByte, '1234'), ack),
    accepts(`${name} with the largest identifier`, [3, 4, 5], frame(firstByte, 'ffff'), { ...ack, packetId: 65535 }),
    accepts(
      `${name} from a server`,
      [3, 4, 5],
      frame(firstByte, '0001'),
      { ...ack, packetId: 1 },
      { sender: 'server' },
    ),
    accepts(`${name} with Reason Code 0 written out`, [5], frame(firstByte, '1234 00'), ack, {
      canonical: false,
      shorter: [2],
    }),
    accepts(`${name} with a Reason Code alone`, [5], frame(firstByte, `1234 ${code}`), refused, { shorter: [2] }),
    accepts(`${name} with an empty property list`, [5], frame(firstByte, `1234 ${code} {}`), refused, {
      canonical: false,
      shorter: [2, 3],
    }),
    accepts(
      `${name} with properties`,
      [5],
      frame(firstByte, `1234 ${code} {1f <why> 26 <k> <v>}`),
      { ...refused, properties: { reasonString: 'why', userProperties: [['k', 'v']] } },
      { shorter: [2, 3] },
    ),
    accepts(
      `${name} with Reason Code 0 and properties`,
      [5],
      frame(firstByte, '1234 00 {1f <why>}'),
      { ...ack, properties: { reasonString: 'why' } },
      { shorter: [2, 3] },
    ),
    refuses(`[MQTT-2.2.1-5] ${name} with identifier 0`, [3, 4, 5], frame(firstByte, '0000'), 0x82),
    refuses(`${statement} ${name} with Reason Code 0x01`, [5], frame(firstByte, '1234 01'), 0x82),
    refuses(`${statement} ${name} with Reason Code 0xff`, [5], frame(firstByte, '1234 ff {}'), 0x82),
    refuses(`${flagsStatement} ${name} with other flags`, [3, 4, 5], frame(firstByte ^ 1, '1234'), 0x81),
    refuses(`${name} of three bytes below 5.0`, [3, 4], frame(firstByte, '1234 00'), 0x81),
    refuses(`${name} with bytes behind its properties`, [5], frame(firstByte, `1234 ${code} {} 00`), 0x81),
    refuses(`${name} with a Topic Alias`, [5], frame(firstByte, `1234 ${code} {23 0001}`), 0x81),
    refuses(`${name} with two Reason Strings`, [5], frame(firstByte, `1234 ${code} {1f <a> 1f <b>}`), 0x82),
  ];
});
