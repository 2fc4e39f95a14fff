import { expect, test } from 'vitest';
import { linesOf } from './line-reader.ts';

async function read(...chunks: (string | number[])[]) {
  async function* input() {
    for (const chunk of chunks) yield Buffer.from(chunk as string);
  }
  const lines = [];
  for await (const line of linesOf(input())) lines.push('text' in line ? line.text : line.problem);
  return lines;
}

test('lines are whole however the bytes come', async () => {
  const text = 'one\n\nzwei ✓\nlast';
  expect(await read(text)).toEqual(['one', '', 'zwei ✓', 'last']);
  expect(await read(...[...Buffer.from(text)].map((byte) => [byte]))).toEqual(['one', '', 'zwei ✓', 'last']);
});

test('an end of line at the end begins no further line', async () => {
  expect(await read('one\n')).toEqual(['one']);
  expect(await read()).toEqual([]);
});

test('a line that is not UTF-8 is a problem of that line alone', async () => {
  expect(await read([0x61, 0x0a, 0xff, 0x0a, 0x62])).toEqual(['a', 'it is not UTF-8', 'b']);
});
