/** Sources in SQL databases at servers that are none, or worse: nothing of it may reach the broker but a failure. */

import { createServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { mysqlDialect } from '../../src/access/mysql/open-mysql.ts';
import { postgresqlDialect } from '../../src/access/postgresql/open-postgresql.ts';
import { mysqlRows } from '../../src/config/rows/access/mysql.ts';
import { postgresqlRows } from '../../src/config/rows/access/postgresql.ts';
import { until } from '../listeners/listening.ts';
import { login } from '../services/remote-source.ts';
import { openSource, tested } from '../services/sql-source.ts';

interface StrangeServer {
  readonly port: number;
  readonly sockets: Set<Socket>;
}

async function strangeServer(onSocket: (socket: Socket) => void): Promise<StrangeServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    onSocket(socket);
    // What nobody reads would hide that the other side has gone.
    socket.resume();
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as { port: number }).port, sockets };
}

const databases = [
  { title: 'PostgreSQL', dialect: postgresqlDialect(), rows: postgresqlRows, prefix: 'POSTGRESQL' },
  { title: 'MySQL', dialect: mysqlDialect(), rows: mysqlRows, prefix: 'MYSQL' },
];

const noise = Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 7919) & 0xff));

const strange: readonly (readonly [string, (socket: Socket) => void])[] = [
  ['closes at once', (socket) => socket.end()],
  ['resets at once', (socket) => socket.resetAndDestroy()],
  ['speaks HTTP', (socket) => socket.write('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n')],
  ['speaks HTTP and closes', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n')],
  ['makes noise', (socket) => socket.end(noise)],
  ['answers with zeros', (socket) => socket.end(Buffer.alloc(1000))],
  ['answers with ones', (socket) => socket.end(Buffer.alloc(1000, 0xff))],
  ['says what it hears', (socket) => socket.pipe(socket)],
  ['does not want TLS', (socket) => socket.on('data', () => socket.write('N'))],
  ['wants TLS and breaks it', (socket) => socket.on('data', () => socket.end('S\u0015\u0003\u0001'))],
];

describe.each(databases)('a source in $title', ({ dialect, rows, prefix }) => {
  for (const ssl of [false, true]) {
    it.each(strange)(`fails where the server %s${ssl ? ', with TLS' : ''}`, async (_, onSocket) => {
      const { port, sockets } = await strangeServer(onSocket);
      const { source } = await openSource(dialect, rows, {
        server: `127.0.0.1:${port}`,
        username: 'mqtt',
        password: 'secret',
        connect_seconds_max: 0.2,
        ssl,
        ...(ssl && { ssl_server_name: 'localhost' }),
      });
      expect(await login(source, { username: 'u', password: 'p' })).toMatch(new RegExp(`^${prefix}_[A-Z_]+$`));
      expect((await tested(source))?.message).not.toContain('secret');
      await source.close();
      await until(() => sockets.size === 0, 'no connection is left');
    });
  }

  it('does not wait for a server that never says anything', async () => {
    const { port, sockets } = await strangeServer(() => {});
    const { source } = await openSource(dialect, rows, { server: `127.0.0.1:${port}`, connect_seconds_max: 0.1 });
    const started = performance.now();
    const answers = await Promise.all(['a', 'b', 'c'].map((username) => login(source, { username, password: 'p' })));
    expect(new Set(answers)).toEqual(new Set([`${prefix}_CONNECT_OVERDUE`]));
    expect(performance.now() - started).toBeLessThan(5000);
    await source.close();
    await until(() => sockets.size === 0, 'no connection is left');
  });

  it('does not wait for a server when it is closed', async () => {
    const { port, sockets } = await strangeServer(() => {});
    const { source } = await openSource(dialect, rows, { server: `127.0.0.1:${port}` });
    const answer = login(source, { username: 'a', password: 'p' });
    await until(() => sockets.size === 1, 'the server is asked');
    await source.close();
    expect(await answer).toBe(`${prefix}_CLOSED`);
    await until(() => sockets.size === 0, 'no connection is left');
  });
});
