import type { Socket } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { dial, echo, ignore, open, pause, read, until } from '../../test/listeners/listening.ts';
import { type Flushable, Flusher } from './flusher.ts';

const spec = { transport: 'tcp', name: 'test', host: '127.0.0.1', port: 0 } as const;

class Target implements Flushable {
  queued = false;
  flushes = 0;
  flush(): void {
    this.flushes++;
  }
}

/** One turn with this many reads, each of which wakes the target. */
async function turn(flusher: Flusher, target: Target, reads: number): Promise<void> {
  for (let i = 0; i < reads; i++) {
    flusher.beginRead();
    flusher.wake(target);
    flusher.endRead();
  }
  await pause(0);
}

describe('the flusher', () => {
  it('flushes at once after a lone read, once however often it was woken', () => {
    const flusher = new Flusher();
    const target = new Target();
    flusher.beginRead();
    for (let i = 0; i < 10; i++) flusher.wake(target);
    expect(target.flushes).toBe(0);
    flusher.endRead();
    expect(target.flushes).toBe(1);
  });

  it('waits for the end of the turn when turns have many reads, and goes back when they have few', async () => {
    const flusher = new Flusher();
    const target = new Target();
    for (let i = 0; i < 20; i++) await turn(flusher, target, 50);
    expect(flusher.deferring).toBe(true);
    const before = target.flushes;
    await turn(flusher, target, 50);
    expect(target.flushes).toBe(before + 1);
    for (let i = 0; i < 30; i++) await turn(flusher, target, 1);
    expect(flusher.deferring).toBe(false);
  });

  it('flushes what was woken outside a read after the caller has finished', async () => {
    const flusher = new Flusher();
    const target = new Target();
    flusher.wake(target);
    flusher.wake(target);
    expect(target.flushes).toBe(0);
    await Promise.resolve();
    expect(target.flushes).toBe(1);
  });

  it('merges what a chain of promises makes when it makes much', async () => {
    const flusher = new Flusher();
    const target = new Target();
    for (let i = 0; i < 400; i++) {
      flusher.wake(target);
      await Promise.resolve();
      await Promise.resolve();
    }
    await pause(0);
    expect(target.flushes).toBeLessThan(50);
  });

  it('leaves the arena free after a flush', async () => {
    const flusher = new Flusher();
    flusher.arena.reserve(1_000);
    flusher.wake(new Target());
    await pause(0);
    expect(flusher.arena.used).toBe(0);
  });

  it('goes on after a handler threw', () => {
    const flusher = new Flusher();
    flusher.beginRead();
    flusher.endRead();
    const target = new Target();
    flusher.wake(target);
    return Promise.resolve().then(() => expect(target.flushes).toBe(1));
  });
});

describe('what is written to a socket', () => {
  async function connected(): Promise<{ client: Socket; socket: Socket; push: (...parts: Buffer[]) => void }> {
    const listening = await open(spec, ignore);
    const client = dial(listening);
    await until(() => listening.accepted.length === 1, 'it is accepted');
    const { connection } = listening.accepted[0]!;
    const { socket } = connection as unknown as { socket: Socket };
    return {
      client,
      socket,
      push: (...parts) => {
        for (const part of parts) connection.output.push(part, 0, part.length);
        connection.wake();
      },
    };
  }

  it('is one write for many wakes', async () => {
    const { client, socket, push } = await connected();
    const write = vi.spyOn(socket, 'write');
    for (let i = 0; i < 100; i++) push(Buffer.from(`packet ${i};`));
    const whole = Array.from({ length: 100 }, (_, i) => `packet ${i};`).join('');
    expect((await read(client, whole.length)).toString()).toBe(whole);
    expect(write).toHaveBeenCalledTimes(1);
  });

  it('is one copy for small ranges that do not fit the pool', async () => {
    const { client, socket, push } = await connected();
    const write = vi.spyOn(socket, 'write');
    const parts = Array.from({ length: 30 }, (_, i) => Buffer.alloc(1_000, i));
    push(...parts);
    expect((await read(client, 30_000)).equals(Buffer.concat(parts))).toBe(true);
    expect(write).toHaveBeenCalledTimes(1);
  });

  it('passes big ranges through without a copy, between copies of small ones', async () => {
    const { client, socket, push } = await connected();
    const write = vi.spyOn(socket, 'write');
    const big = Buffer.alloc(40_000, 'B');
    const parts = [Buffer.alloc(10, 'a'), Buffer.alloc(5, 'b'), big, Buffer.alloc(7, 'c')];
    push(...parts);
    expect((await read(client, 40_022)).equals(Buffer.concat(parts))).toBe(true);
    const written = write.mock.calls.map(([chunk]) => chunk as Buffer);
    expect(written.map((chunk) => chunk.length)).toEqual([15, 40_000, 7]);
    expect(written[1]!.buffer).toBe(big.buffer);
  });

  it('arrives in order whatever the sizes of its ranges', async () => {
    const { client, push } = await connected();
    const parts: Buffer[] = [];
    for (let i = 0; i < 600; i++) parts.push(Buffer.alloc((i * 7919) % 20_000, i));
    const whole = Buffer.concat(parts);
    const received = read(client, whole.length);
    for (let i = 0; i < parts.length; i += 60) {
      push(...parts.slice(i, i + 60).filter((part) => part.length > 0));
      if (i % 120 === 0) await pause(1);
    }
    expect((await received).equals(whole)).toBe(true);
  });

  it('stays as it was when memory is used again in later turns', async () => {
    const listening = await open(spec);
    const client = dial(listening);
    const sent: Buffer[] = [];
    for (let i = 0; i < 400; i++) sent.push(Buffer.alloc(1 + ((i * 104_729) % 9_000), i));
    const whole = Buffer.concat(sent);
    const received = read(client, whole.length);
    for (const part of sent) {
      client.write(part);
      if (part.length % 5 === 0) await pause(0);
    }
    expect((await received).equals(whole)).toBe(true);
    expect(listening.flusher.arena.used).toBe(0);
  });

  it('leaves after the data event that caused it when traffic is sparse', async () => {
    const listening = await open(spec, (connection, chunk) => {
      echo(connection, chunk);
      expect(connection.output.bytes).toBe(chunk.length);
      queueMicrotask(() => lengths.push(connection.output.bytes));
    });
    const lengths: number[] = [];
    const client = dial(listening);
    for (let i = 0; i < 10; i++) {
      client.write('x');
      await read(client, 1);
    }
    expect(lengths).toEqual(new Array(10).fill(0));
  });
});
