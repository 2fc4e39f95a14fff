/**
 * The form of a packet vector and the notation its bytes are written in. A vector says what one frame means in which
 * versions, or how it is refused; the tests that read vectors know nothing of single packets.
 *
 * Notation: hexadecimal digits are bytes, `<text>` is a UTF-8 string with its length in front, `"text"` is text alone
 * and `{…}` is a property list with its length in front. White space means nothing.
 */

import { varintBytes, writeVarint } from '../../src/packet/primitives.ts';
import type { Sender } from '../../src/packet/properties.ts';
import type { ControlPacket, ProtocolVersion, PublishLike } from '../../src/packet/types.ts';

/** A packet as a plain value, PUBLISH included. */
export type Packet = ControlPacket | PublishLike;

export interface Vector {
  /** Begins with the statements it proves, in square brackets. */
  readonly name: string;
  readonly frame: Buffer;
  readonly versions: readonly ProtocolVersion[];
  readonly sender: Sender;
  /** What it decodes to. */
  readonly packet?: Packet;
  /** Whether encoding the packet gives the same bytes again. */
  readonly canonical?: boolean;
  /** Lengths of a cut-off body that are whole packets all the same. */
  readonly shorter?: readonly number[];
  readonly failure?: { readonly reasonCode: number; readonly statement: string };
}

export interface AcceptOptions {
  readonly sender?: Sender;
  readonly canonical?: boolean;
  readonly shorter?: readonly number[];
}

/** A frame that decodes to `packet` in each of the versions. */
export function accepts(
  name: string,
  versions: readonly ProtocolVersion[],
  frame: Buffer,
  packet: Packet,
  options: AcceptOptions = {},
): Vector {
  const { sender = 'client', canonical = true, shorter = [] } = options;
  return { name, versions, frame, packet, sender, canonical, shorter };
}

/** A frame that is refused with the code and with the first statement of the name. */
export function refuses(
  name: string,
  versions: readonly ProtocolVersion[],
  frame: Buffer,
  reasonCode: number,
  sender: Sender = 'client',
): Vector {
  const statement = /^\[(MQTT-[^\]]+)\]/.exec(name)?.[1] ?? '';
  return { name, versions, frame, sender, failure: { reasonCode, statement } };
}

/** A frame with its Remaining Length computed. */
export function frame(firstByte: number, body: string | Buffer): Buffer {
  const content = typeof body === 'string' ? bytes(body) : body;
  const header = Buffer.alloc(1 + varintBytes(content.length));
  header[0] = firstByte;
  writeVarint(header, 1, content.length);
  return Buffer.concat([header, content]);
}

/** The bytes of the notation. */
export function bytes(notation: string): Buffer {
  const parts: Buffer[] = [];
  const pattern = /<([^>]*)>|"([^"]*)"|\{([^}]*)\}|([0-9a-fA-F]{2})|(\s+)|(.)/gsu;
  for (const [, text, raw, list, hex, space, wrong] of notation.matchAll(pattern)) {
    if (wrong !== undefined) throw new SyntaxError(`Vector notation: ${JSON.stringify(wrong)} in ${notation}`);
    if (text !== undefined) parts.push(lengthPrefixed(Buffer.from(text)));
    else if (raw !== undefined) parts.push(Buffer.from(raw));
    else if (list !== undefined) parts.push(frame(0, list).subarray(1));
    else if (space === undefined) parts.push(Buffer.from(hex!, 'hex'));
  }
  return Buffer.concat(parts);
}

function lengthPrefixed(content: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(content.length);
  return Buffer.concat([length, content]);
}
