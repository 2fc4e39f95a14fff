import { describe, expect, it } from 'vitest';
import { OutputQueue, TurnArena } from './output-queue.ts';

describe('TurnArena', () => {
  it('keeps answers out of the way of messages, so that each lie together', () => {
    const arena = new TurnArena(64);
    const messages = [arena.reserve(10), arena.reserve(10)];
    const answers = [arena.reserveAnswer(4), arena.reserveAnswer(4)];
    expect(messages).toEqual([0, 10]);
    expect(answers).toEqual([48, 52]);
    expect(arena.reserve(10)).toBe(20);
  });

  it.each(['reserve', 'reserveAnswer'] as const)('%s never gives a place away twice within a turn', (reserve) => {
    const arena = new TurnArena(64);
    const given = new Map<Buffer, Set<number>>();
    for (const bytes of [10, 30, 20, 16, 17, 3, 100, 5, 48, 49]) {
      const other = reserve === 'reserve' ? arena.reserveAnswer(7) : arena.reserve(7);
      take(arena.buffer, other, 7);
      const at = arena[reserve](bytes);
      take(arena.buffer, at, bytes);
    }

    function take(buffer: Buffer, at: number, bytes: number): void {
      const taken = given.get(buffer) ?? new Set();
      given.set(buffer, taken);
      expect(at + bytes).toBeLessThanOrEqual(buffer.length);
      for (let i = at; i < at + bytes; i++) {
        expect(taken.has(i)).toBe(false);
        taken.add(i);
      }
    }
  });

  it('begins anew after a turn', () => {
    const arena = new TurnArena(64);
    arena.reserve(40);
    arena.reserveAnswer(10);
    arena.reset();
    expect([arena.reserve(1), arena.reserveAnswer(1)]).toEqual([0, 48]);
  });
});

describe('OutputQueue', () => {
  const text = (queue: OutputQueue): string => {
    const bytes = Buffer.alloc(queue.bytes);
    queue.copyTo(bytes, 0);
    return bytes.toString();
  };

  it('has what was put into it, and not what was put into one that is empty again', () => {
    for (const ranges of [1, 3, 16, 17, 40]) {
      const first = new OutputQueue();
      for (let i = 0; i < ranges; i++) first.push(Buffer.from(`${i},`), 0, `${i},`.length);
      first.clear();
      first.clear();
      const [second, third] = [new OutputQueue(), new OutputQueue()];
      second.push(Buffer.from('abcd'), 1, 3);
      third.push(Buffer.from('xyz'), 0, 3);
      expect([text(first), text(second), text(third)]).toEqual(['', 'bc', 'xyz']);
      expect([first.buffers.length, second.buffers.length]).toEqual([0, 1]);
    }
  });
});
