/**
 * Fuzzing of the packet decoders and of the frame reader. Whatever the bytes are, only a ProtocolError may escape, and
 * what was decoded must survive encoding and decoding; however a stream is cut into chunks, the same frames come out.
 * A failure names the seed and the bytes that show it.
 */

import { isDeepStrictEqual } from 'node:util';
import { ProtocolError } from '../../src/packet/error.ts';
import type { Sender } from '../../src/packet/properties.ts';
import type { ProtocolVersion } from '../../src/packet/types.ts';
import { FrameReader } from '../../src/protocols/frame-reader.ts';
import { SeededRandom } from '../../src/testing/seeded-random.ts';
import { decodeFrame, encodeFrame } from '../vectors/codec.ts';
import { allVectors } from '../vectors/index.ts';
import { frame, type Packet } from '../vectors/vector.ts';

export type FuzzTarget = (seed: number, iterations: number) => void;

const versions: readonly ProtocolVersion[] = [3, 4, 5];
const senders: readonly Sender[] = ['client', 'server'];
/** The longest topic would make each iteration a thousand times slower. */
const corpus: readonly Buffer[] = allVectors.map((vector) => vector.frame).filter((bytes) => bytes.length < 500);

/** Frames whose first byte a client of 3.1.1 may send, so that none is refused before it is whole. */
const fromClients: readonly Buffer[] = allVectors
  .filter((vector) => vector.packet !== undefined && vector.sender === 'client' && vector.versions.includes(4))
  .map((vector) => vector.frame)
  .filter((bytes) => bytes.length < 500);

/** Packet types that have a decoder of their own. */
const decoders: Readonly<Record<string, readonly number[]>> = {
  connect: [1],
  connack: [2],
  publish: [3],
  ack: [4, 5, 6, 7],
  subscribe: [8],
  suback: [9],
  unsubscribe: [10],
  unsuback: [11],
  ping: [12, 13],
  disconnect: [14],
  auth: [15],
};

export const fuzzTargets: Record<string, FuzzTarget> = {
  ...Object.fromEntries(Object.entries(decoders).map(([name, types]) => [name, decoderTarget(types)])),
  anyPacket: decoderTarget([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]),
  chunks: fuzzChunks,
  stream: fuzzStream,
};

function decoderTarget(types: readonly number[]): FuzzTarget {
  const seeds = corpus.filter((bytes) => types.includes(bytes[0]! >> 4));
  return (seed, iterations) => {
    const random = new SeededRandom(seed);
    for (let i = 0; i < iterations; i++) {
      const bytes = seeds.length === 0 || random.integer(8) === 0 ? randomFrame(random, types) : mutated(random, seeds);
      for (const version of versions) for (const sender of senders) checkDecoder(seed, bytes, version, sender);
    }
  };
}

function checkDecoder(seed: number, bytes: Buffer, version: ProtocolVersion, sender: Sender): void {
  let packet: Packet;
  try {
    packet = decodeFrame(bytes, version, sender);
  } catch (error) {
    if (error instanceof ProtocolError && error.reasonCode >= 0x80) return;
    throw new Error(describe(seed, bytes, version, sender, 'something else than a ProtocolError escaped'), {
      cause: error,
    });
  }
  const written = packet.type === 'connect' ? packet.version : version;
  const again = decodeFrame(encodeFrame(packet, written), written, sender);
  if (!isDeepStrictEqual(again, packet)) {
    throw new Error(describe(seed, bytes, version, sender, 'decode(encode(packet)) is another packet'));
  }
}

/** A stream of whole frames, cut at random, gives the same frames as in one piece. */
function fuzzChunks(seed: number, iterations: number): void {
  const random = new SeededRandom(seed);
  for (let i = 0; i < iterations; i++) {
    const frames = Array.from({ length: 1 + random.integer(12) }, () => random.pick(fromClients));
    if (random.integer(8) === 0) frames.push(frame(0x30, randomBytes(random, random.integer(40_000))));
    const found = readFrames(cut(random, Buffer.concat(frames)), 4);
    if (
      found.error !== undefined ||
      !isDeepStrictEqual(
        found.frames,
        frames.map((bytes) => bytes.toString('hex')),
      )
    ) {
      throw new Error(describe(seed, Buffer.concat(frames), 4, 'client', 'chunks change the frames'), {
        cause: found.error,
      });
    }
  }
}

/** Any stream ends in the same frames and the same refusal, whatever the chunks; only a ProtocolError escapes. */
function fuzzStream(seed: number, iterations: number): void {
  const random = new SeededRandom(seed);
  for (let i = 0; i < iterations; i++) {
    const pieces = Array.from({ length: 1 + random.integer(6) }, () =>
      random.integer(3) === 0 ? randomBytes(random, random.integer(20)) : mutated(random, corpus),
    );
    const stream = Buffer.concat(pieces);
    const version = random.pick(versions);
    const whole = readFrames([stream], version);
    const pieced = readFrames(cut(random, stream), version);
    // A frame that is gathered is judged by its first byte at once, so chunks may make a refusal come earlier, and
    // that is all they may change.
    const expected = pieced.error === undefined ? whole.frames : whole.frames.slice(0, pieced.frames.length);
    const isRefusalKept = whole.error === undefined || pieced.error !== undefined;
    if (!isRefusalKept || !isDeepStrictEqual(pieced.frames, expected)) {
      throw new Error(describe(seed, stream, version, 'client', 'chunks change the outcome'));
    }
  }
}

function readFrames(chunks: readonly Buffer[], version: ProtocolVersion): { frames: string[]; error: unknown } {
  const reader = new FrameReader({ packetBytesMax: 100_000, connectBytesMax: 100_000 }, 'client');
  reader.adopt(version);
  const frames: string[] = [];
  try {
    for (const chunk of chunks) {
      reader.feed(chunk);
      while (reader.next()) {
        reader.join();
        frames.push(reader.bytes.toString('hex', reader.frameStart, reader.end));
      }
    }
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return { frames, error };
  }
  return { frames, error: undefined };
}

function cut(random: SeededRandom, stream: Buffer): Buffer[] {
  const longest = random.pick([1, 2, 5, 50, 10_000]);
  const chunks: Buffer[] = [];
  for (let start = 0; start < stream.length; ) {
    const end = start + 1 + random.integer(longest);
    chunks.push(stream.subarray(start, end));
    start = end;
  }
  return chunks;
}

function randomBytes(random: SeededRandom, length: number): Buffer {
  return Buffer.from(random.hex(length), 'hex');
}

function randomFrame(random: SeededRandom, types: readonly number[]): Buffer {
  return frame(
    (random.pick(types) << 4) | random.pick([0, 2, random.integer(16)]),
    randomBytes(random, random.integer(40)),
  );
}

/** One of the seeds with some bytes changed, lost or added, and mostly a Remaining Length that is right again. */
function mutated(random: SeededRandom, seeds: readonly Buffer[]): Buffer {
  const origin = random.pick(seeds);
  const header = origin[1]! < 128 ? 2 : 3;
  let body = Buffer.from(origin.subarray(header));
  for (let changes = random.integer(4); changes > 0; changes--) {
    const at = random.integer(body.length + 1);
    const kind = random.integer(5);
    if (kind === 0) body = body.subarray(0, at);
    else if (kind === 1)
      body = Buffer.concat([body.subarray(0, at), randomBytes(random, 1 + random.integer(4)), body.subarray(at)]);
    else if (kind === 2) body = Buffer.concat([body.subarray(0, at), body.subarray(at + 1)]);
    else if (at < body.length) body[at] = kind === 3 ? random.integer(256) : body[at]! ^ (1 << random.integer(8));
  }
  return frame(random.integer(16) === 0 ? random.integer(256) : origin[0]!, Buffer.from(body));
}

function describe(seed: number, bytes: Buffer, version: ProtocolVersion, sender: Sender, what: string): string {
  return `seed ${seed}, version ${version}, from the ${sender}: ${what}: ${bytes.toString('hex')}`;
}
