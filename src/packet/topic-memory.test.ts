import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TopicMemory } from './topic-memory.ts';

function read(memory: TopicMemory, topic: string): string {
  const bytes = Buffer.from(`..${topic}..`);
  return memory.read(bytes, 2, bytes.length - 2);
}

describe('the memory of topics', () => {
  it('answers as if it did not remember', () => {
    const topics = fc.array(
      fc.constantFrom('a', 'b', 'ab', 'ba', '水', '水泵', 'x'.repeat(64), 'x'.repeat(65), `${'x'.repeat(64)}y`),
    );
    fc.assert(
      fc.property(topics, (sequence) => {
        const memory = new TopicMemory();
        for (const topic of sequence) expect(read(memory, topic)).toBe(topic);
      }),
    );
  });

  it('does not depend on bytes that it has been shown before', () => {
    const memory = new TopicMemory();
    const bytes = Buffer.from('abc');
    expect(memory.read(bytes, 0, 3)).toBe('abc');
    bytes.write('xyz');
    expect(memory.read(bytes, 0, 3)).toBe('xyz');
    expect(read(memory, 'abc')).toBe('abc');
  });

  it('[MQTT-3.3.2-2] refuses wildcards and remembers none', () => {
    const memory = new TopicMemory();
    read(memory, 'a/b');
    for (const topic of ['a/+', 'a/#', 'a/+']) {
      expect(() => read(memory, topic)).toThrow(expect.objectContaining({ reasonCode: 0x90 }));
    }
    expect(read(memory, 'a/b')).toBe('a/b');
  });
});
