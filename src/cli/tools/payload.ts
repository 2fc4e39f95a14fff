/** The message that pub and rr send: from the command line, a file or standard input. */

import { readFileSync } from 'node:fs';
import type { Payload } from './options/client-options.ts';
import { ToolFailure } from './stream.ts';
import type { ToolIo } from './tool.ts';

/** The largest payload that MQTT has room for. */
const PAYLOAD_BYTES_MAX = 268_435_455;

/** @throws ToolFailure when there is none; `lines` is not for this function */
export async function wholePayload(payload: Payload, io: ToolIo): Promise<Buffer> {
  if (payload.kind === 'text') return Buffer.from(payload.text);
  if (payload.kind === 'file') return fileBytes(payload.path);
  if (payload.kind !== 'input') return Buffer.alloc(0);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of io.stdin) {
    chunks.push(chunk as Buffer);
    bytes += (chunk as Buffer).length;
    if (bytes > PAYLOAD_BYTES_MAX) throw new ToolFailure('Error: The input is larger than a message can be.');
  }
  if (bytes === 0) throw new ToolFailure('Error: Zero length input.\nError loading input from stdin.');
  return Buffer.concat(chunks);
}

function fileBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    throw new ToolFailure(`Error: Unable to open file "${path}".\nError loading input file "${path}".`);
  }
}
