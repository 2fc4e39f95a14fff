/** Every vector through the decoders, the encoders, the frame reader, and cut off at every byte. */

import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../src/packet/error.ts';
import { Reader } from '../../src/packet/primitives.ts';
import type { ProtocolVersion } from '../../src/packet/types.ts';
import { FrameReader } from '../../src/protocols/frame-reader.ts';
import { decodeFrame, encodeFrame } from './codec.ts';
import { allVectors } from './index.ts';
import { frame, type Vector } from './vector.ts';

const cases = allVectors.flatMap((vector) => vector.versions.map((version) => ({ vector, version })));
const accepted = cases.filter(({ vector }) => vector.packet !== undefined);
const refused = cases.filter(({ vector }) => vector.failure !== undefined);
const canonical = accepted.filter(({ vector }) => vector.canonical);
/** Cutting the longest topic at each of its bytes shows nothing that a short one does not. */
const cuttable = accepted.filter(({ vector }) => vector.frame.length < 500);

function title(
  { vector, version }: { vector: Vector; version: ProtocolVersion },
  verb: string,
): [string, Vector, ProtocolVersion] {
  const [, statements = '', rest] = /^((?:\[[^\]]+\] )*)(.*)$/.exec(vector.name)!;
  return [`${statements}${verb} ${rest} (version ${version})`, vector, version];
}

function failureOf(task: () => unknown): unknown {
  try {
    task();
  } catch (error) {
    return error;
  }
  return undefined;
}

function bodyOf(bytes: Buffer): Buffer {
  const header = new Reader(bytes, 1, bytes.length, 'A frame');
  header.varint('the Remaining Length');
  return bytes.subarray(header.offset);
}

describe('packet vectors', () => {
  it('are several hundred with names of their own', () => {
    expect(cases.length).toBeGreaterThan(400);
    expect(new Set(allVectors.map((vector) => vector.name)).size).toBe(allVectors.length);
  });

  it.each(accepted.map((one) => title(one, 'decodes')))('%s', (_, vector, version) => {
    expect(decodeFrame(vector.frame, version, vector.sender)).toEqual(vector.packet);
  });

  it.each(canonical.map((one) => title(one, 'encodes')))('%s', (_, vector, version) => {
    expect(encodeFrame(vector.packet!, version).toString('hex')).toBe(vector.frame.toString('hex'));
  });

  it.each(refused.map((one) => title(one, 'refuses')))('%s', (_, vector, version) => {
    const error = failureOf(() => decodeFrame(vector.frame, version, vector.sender));
    expect(error).toBeInstanceOf(ProtocolError);
    const { reasonCode, statement } = error as ProtocolError;
    expect({ reasonCode, statement }).toEqual(vector.failure);
  });

  it.each(cuttable.map((one) => title(one, 'cuts off')))('%s', (_, vector, version) => {
    const body = bodyOf(vector.frame);
    const packet = vector.packet!;
    const payloadBytes = packet.type === 'publish' ? packet.payload.length : 0;
    // A packet that lost all its filters parses and is refused for that; so is an AUTH that lost its Reason Code.
    const codes = ['subscribe', 'unsubscribe', 'auth'].includes(packet.type) ? [0x81, 0x82] : [0x81];
    for (let length = 0; length < body.length; length++) {
      const cut = frame(vector.frame[0]!, Buffer.from(body.subarray(0, length)));
      const error = failureOf(() => decodeFrame(cut, version, vector.sender));
      const isWhole =
        vector.shorter!.includes(length) || (packet.type === 'publish' && length >= body.length - payloadBytes);
      if (isWhole) expect(error, `${length} bytes`).toBeUndefined();
      else expect(codes, `${length} bytes`).toContain((error as ProtocolError | undefined)?.reasonCode);
    }
  });

  it.each(cuttable.map((one) => title(one, 'waits for the rest of')))('%s', (_, vector, version) => {
    for (let length = 0; length < vector.frame.length; length++) {
      const reader = new FrameReader({ packetBytesMax: 1 << 20, connectBytesMax: 1 << 20 }, vector.sender);
      if (vector.frame[0] !== 0x10) reader.adopt(version);
      if (length > 0) reader.feed(vector.frame.subarray(0, length));
      expect(reader.next()).toBe(false);
      reader.feed(vector.frame.subarray(length));
      expect(reader.next()).toBe(true);
      const found = reader.bytes.subarray(reader.frameStart, reader.end);
      expect(found.equals(vector.frame)).toBe(true);
    }
  });
});
