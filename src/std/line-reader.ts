/** Bytes into lines of text, whatever the pieces in which they come. A line that cannot be text says so, and the next one is read. */

import { isUtf8 } from 'node:buffer';

export type ReadLine = { readonly bytes: number } & ({ readonly text: string } | { readonly problem: string });

/** The largest message as Base64, and what stands around it. */
const LINE_BYTES_MAX = 400 << 20;

const LINE_END = 0x0a;

/** The lines without their ends. What stands behind the last end is a line if it is not empty. */
export async function* linesOf(input: AsyncIterable<Uint8Array>): AsyncGenerator<ReadLine> {
  let parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of input) {
    let start = 0;
    for (let end = chunk.indexOf(LINE_END); end >= 0; end = chunk.indexOf(LINE_END, start)) {
      yield lineOf([...parts, chunk.subarray(start, end)], bytes + end - start);
      parts = [];
      bytes = 0;
      start = end + 1;
    }
    bytes += chunk.length - start;
    // Of a line that is too long nothing is kept but its length.
    if (bytes > LINE_BYTES_MAX) parts = [];
    else if (start < chunk.length) parts.push(chunk.subarray(start));
  }
  if (bytes > 0) yield lineOf(parts, bytes);
}

function lineOf(parts: readonly Uint8Array[], bytes: number): ReadLine {
  if (bytes > LINE_BYTES_MAX) return { bytes, problem: `it has ${bytes} bytes; the limit is ${LINE_BYTES_MAX}` };
  const line = Buffer.concat(parts);
  return isUtf8(line) ? { bytes, text: line.toString('utf8') } : { bytes, problem: 'it is not UTF-8' };
}
