/**
 * Files of a folder over HTTP, for web pages that speak MQTT over the WebSocket listener which they came from. Only what lies
 * in the folder is given, wherever links point, and nothing that begins with a dot.
 */

import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, sep } from 'node:path';

const types: ReadonlyMap<string, string> = new Map([
  ['.html', 'text/html; charset=utf-8'],
  ['.htm', 'text/html; charset=utf-8'],
  ['.css', 'text/css; charset=utf-8'],
  ['.js', 'text/javascript; charset=utf-8'],
  ['.mjs', 'text/javascript; charset=utf-8'],
  ['.json', 'application/json'],
  ['.txt', 'text/plain; charset=utf-8'],
  ['.svg', 'image/svg+xml'],
  ['.png', 'image/png'],
  ['.jpg', 'image/jpeg'],
  ['.jpeg', 'image/jpeg'],
  ['.gif', 'image/gif'],
  ['.ico', 'image/x-icon'],
  ['.webp', 'image/webp'],
  ['.woff2', 'font/woff2'],
  ['.wasm', 'application/wasm'],
]);

interface Found {
  readonly file: string;
  readonly bytes: number;
}

/** Answers a request with a file and closes the connection. False: there is none, and nothing was answered. */
export async function answerWithFile(
  folder: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const isHead = request.method === 'HEAD';
  if (request.method !== 'GET' && !isHead) return false;
  const found = await find(folder, request.url ?? '').catch(() => undefined);
  if (found === undefined || response.destroyed) return false;
  response.writeHead(200, {
    'Content-Type': types.get(extname(found.file).toLowerCase()) ?? 'application/octet-stream',
    'Content-Length': found.bytes,
    'X-Content-Type-Options': 'nosniff',
    Connection: 'close',
  });
  if (isHead || found.bytes === 0) {
    response.end();
    return true;
  }
  // A file that grows meanwhile must not make the answer longer than it was said to be.
  const content = createReadStream(found.file, { end: found.bytes - 1 });
  content.on('error', () => response.destroy());
  response.on('close', () => content.destroy());
  content.pipe(response);
  return true;
}

/** Throws where the path is none or the file cannot be read. */
async function find(folder: string, url: string): Promise<Found | undefined> {
  const words = decodeURIComponent(url.split(/[?#]/, 1)[0] ?? '').split('/');
  if (words.shift() !== '') return undefined;
  if (words.some((word) => word.startsWith('.') || /[\\\0]/.test(word))) return undefined;
  const root = await realpath(folder);
  let file = await realpath(join(root, ...words));
  let facts = await stat(file);
  if (facts.isDirectory()) {
    file = await realpath(join(file, 'index.html'));
    facts = await stat(file);
  }
  if (!facts.isFile() || !file.startsWith(root.endsWith(sep) ? root : root + sep)) return undefined;
  return { file, bytes: facts.size };
}
