import { describe, expect, it } from 'vitest';
import { frame } from '../../test/vectors/vector.ts';
import { FrameReader } from './frame-reader.ts';

const limits = { packetBytesMax: 1 << 24, connectBytesMax: 1 << 24 };

function reader(): FrameReader {
  const made = new FrameReader(limits, 'client');
  made.adopt(4);
  return made;
}

function bodyOf(from: FrameReader): Buffer {
  from.join();
  return from.bytes.subarray(from.bodyStart, from.end);
}

describe('a frame in several chunks', () => {
  const body = Buffer.from(Array.from({ length: 100_000 }, (_, i) => i % 251));
  const whole = frame(0x30, body);

  it.each([1, 7, 255, 256, 257, 4096, 8191, 8192, 8193, 65_536, 99_999])(
    'is the same in pieces of %i bytes',
    (size) => {
      const from = reader();
      let found = 0;
      for (let at = 0; at < whole.length; at += size) {
        from.feed(whole.subarray(at, at + size));
        while (from.next()) {
          found++;
          expect(bodyOf(from).equals(body)).toBe(true);
        }
      }
      expect(found).toBe(1);
    },
  );

  it('is found with its bytes, whatever mixture of sizes it comes in', () => {
    const from = reader();
    const sizes = [1, 1, 10_000, 3, 20_000, 500, 500, 30_000, 1];
    let at = 0;
    for (const size of sizes) {
      from.feed(whole.subarray(at, at + size));
      expect(from.next()).toBe(false);
      at += size;
    }
    from.feed(whole.subarray(at));
    expect(from.next()).toBe(true);
    expect(bodyOf(from).equals(body)).toBe(true);
    expect(from.firstByte).toBe(0x30);
  });

  it('takes no memory for bytes that were announced and did not come', () => {
    const before = process.memoryUsage().arrayBuffers;
    const waiting = Array.from({ length: 200 }, () => {
      const from = reader();
      from.feed(Buffer.from([0x30, 0xff, 0xff, 0xff, 0x06, 0, 1]));
      expect(from.next()).toBe(false);
      return from;
    });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(waiting.length * 65_536);
  });

  it('does not keep the blocks that its small pieces came in', () => {
    const from = reader();
    const blocks = Array.from({ length: 50 }, () => Buffer.alloc(65_536, 0x30));
    const announced = Buffer.from([0x30, 0xff, 0xff, 0x7f]);
    from.feed(announced);
    for (const block of blocks) {
      from.feed(block.subarray(0, 10));
      expect(from.next()).toBe(false);
      block.fill(0);
    }
    const rest = Buffer.alloc(2_097_151 - 500, 0x31);
    from.feed(rest);
    expect(from.next()).toBe(true);
    expect(bodyOf(from).subarray(0, 500).equals(Buffer.alloc(500, 0x30))).toBe(true);
  });
});

describe('the reader', () => {
  it('lets go of a chunk that has been read', () => {
    const from = reader();
    from.feed(frame(0xc0, ''));
    expect(from.next()).toBe(true);
    expect(from.bytes.length).toBe(2);
    expect(from.next()).toBe(false);
    expect(from.bytes.length).toBe(0);
  });

  it('keeps chunks in order that come before earlier ones were read', () => {
    const from = reader();
    const frames = ['a', 'b', 'c'].map((text) => frame(0x30, `<${text}>`));
    for (const one of frames) from.feed(one);
    const bodies: string[] = [];
    while (from.next()) bodies.push(bodyOf(from).toString('latin1', 2));
    expect(bodies).toEqual(['a', 'b', 'c']);
  });

  it('reads nothing any more after it was cleared', () => {
    const from = reader();
    from.feed(Buffer.concat([frame(0xc0, ''), frame(0xc0, '')]));
    from.next();
    from.clear();
    expect(from.next()).toBe(false);
  });

  it('ignores empty chunks', () => {
    const from = reader();
    from.feed(Buffer.alloc(0));
    expect(from.next()).toBe(false);
    from.feed(Buffer.from([0xc0]));
    expect(from.next()).toBe(false);
    from.feed(Buffer.alloc(0));
    expect(from.next()).toBe(false);
    from.feed(Buffer.from([0]));
    expect(from.next()).toBe(true);
  });
});
