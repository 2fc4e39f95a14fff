/** `5432`, `db.example.org`, `127.0.0.1:5432`, `[::1]:5432`, `/run/postgresql`: where a database server is. */

import { isIP } from 'node:net';
import type { ServerAddress } from './connection.ts';

const HOST_NAME = /^(?=.{1,253}$)[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_.])?$/;

/** PostgreSQL is told the folder of its socket, whose name is the port. */
const POSTGRESQL_SOCKET = /^(\/.*)\/\.s\.PGSQL\.(\d{1,5})$/;

/** Undefined when `text` is none of these forms. */
export function parseServer(text: string, defaultPort: number): ServerAddress | undefined {
  const socket = POSTGRESQL_SOCKET.exec(text);
  if (socket !== null) return { path: socket[1]!, port: Number(socket[2]) };
  if (text.startsWith('/')) return { path: text, port: defaultPort };
  if (/^\d+$/.test(text)) return at('127.0.0.1', text);
  if (isIP(text) !== 0) return { host: text, port: defaultPort };
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d+))?$/.exec(text);
  const host = match?.[1] ?? match?.[2] ?? '';
  const isKnown = match?.[1] === undefined ? isIP(host) === 4 || HOST_NAME.test(host) : isIP(host) === 6;
  return isKnown ? at(host, match?.[3] ?? String(defaultPort)) : undefined;
}

function at(host: string, port: string): ServerAddress | undefined {
  const number = Number(port);
  return port.length <= 5 && number >= 1 && number <= 65_535 ? { host, port: number } : undefined;
}
