/** Before MQTT begins: TLS, HTTP and PROXY handshakes that are slow, broken, abandoned or repeated. */

import type { Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { createBroker, type EmbeddedBroker, type ListenOptions } from '../../src/index.ts';
import { clientCertificate, dial, pause, tidy, until } from '../listeners/listening.ts';

const host = '127.0.0.1';

async function serving(listen: ListenOptions): Promise<{ broker: EmbeddedBroker; port: number; refused: string[] }> {
  const refused: string[] = [];
  const broker = await createBroker({ onRefused: (reason) => refused.push(reason) });
  onTestFinished(() => broker.close());
  const { port } = await broker.listen(listen);
  return { broker, port, refused };
}

/** Each kind of handshake, with as much time for it as is said. */
const kinds: Readonly<Record<'PROXY' | 'TLS' | 'HTTP' | 'HTTPS', (ms: number) => ListenOptions>> = {
  PROXY: (ms) => ({ transport: 'tcp', host, port: 0, proxyProtocol: true, proxyTimeoutMs: ms }),
  TLS: (ms) => ({ transport: 'tls', host, port: 0, tls: { ...ownCertificate(), handshakeTimeoutMs: ms } }),
  HTTP: (ms) => ({ transport: 'ws', host, port: 0, requestTimeoutMs: ms }),
  HTTPS: (ms) => ({
    transport: 'wss',
    host,
    port: 0,
    requestTimeoutMs: ms,
    tls: { ...ownCertificate(), handshakeTimeoutMs: ms },
  }),
};

const ownCertificate = (): { cert: string; key: string } => clientCertificate('/CN=localhost');

const beginnings: Readonly<Record<keyof typeof kinds, string>> = {
  PROXY: 'PROXY TCP4 ',
  TLS: '\x16\x03\x01\x02\x00\x01',
  HTTP: 'GET /mqtt',
  HTTPS: '\x16\x03\x01\x02\x00\x01',
};

/** A CONNECT of MQTT 3.1.1, and how it is answered. */
const connectPacket = Buffer.from('101000044d5154540402000000046c617374', 'hex');
const accepted = '20020000';
const badCredentials = '20020004';

async function answerTo(socket: Socket, ...packets: (string | Buffer)[]): Promise<string> {
  for (const packet of packets) socket.write(packet);
  return (await new Promise<Buffer>((resolve) => socket.once('data', resolve))).toString('hex');
}

function closedOf(sockets: readonly Socket[]): number {
  return sockets.filter(({ closed, readableEnded }) => closed || readableEnded).length;
}

for (const name of Object.keys(kinds) as (keyof typeof kinds)[]) {
  test(`${name}: clients that say nothing are closed in time and counted`, async () => {
    const { broker, port, refused } = await serving(kinds[name](300));
    const sockets = Array.from({ length: 20 }, () => dial(port, host).resume());
    await until(() => closedOf(sockets) === sockets.length, 'all are closed', 5_000);
    expect(refused).toHaveLength(sockets.length);
    expect([...broker.counters.refusedAtListener.values()]).toEqual([sockets.length]);
    expect(broker.gauges.connections).toBe(0);
  });

  test(`${name}: a byte now and then does not buy more time`, async () => {
    const { port } = await serving(kinds[name](300));
    const socket = dial(port, host).resume();
    for (let i = 0; i < 40 && closedOf([socket]) === 0; i++) {
      socket.write(Buffer.from(beginnings[name][i] ?? 'x', 'latin1'));
      await pause(50);
    }
    expect(closedOf([socket])).toBe(1);
  });

  test(`${name}: closing the broker ends handshakes that are under way`, async () => {
    const { broker, port } = await serving(kinds[name](60_000));
    const sockets = Array.from({ length: 5 }, () => dial(port, host).resume());
    await until(() => sockets.every(({ connecting }) => !connecting), 'all are connected');
    await pause(50);
    await broker.close();
    await until(() => closedOf(sockets) === sockets.length, 'all are closed', 2_000);
  });

  test(`${name}: garbage and resets at any moment leave nothing and disturb nobody`, async () => {
    const { broker, port } = await serving(kinds[name](300));
    const garbage = [
      Buffer.alloc(300, 0xff),
      Buffer.from('GET / HTTP/1.1\r\n\r\n'),
      Buffer.from('160301000a01', 'hex'),
    ];
    for (let i = 0; i < 60; i++) {
      const socket = dial(port, host).resume();
      socket.write(garbage[i % garbage.length]!.subarray(0, 1 + (i % 100)));
      if (i % 2 === 0) socket.once('connect', () => setTimeout(() => socket.resetAndDestroy(), i % 7));
    }
    await until(() => broker.gauges.connections === 0, 'none is left', 5_000);
    const plain = await broker.listen({ host, port: 0 });
    expect(await answerTo(dial(plain.port, host), connectPacket)).toBe(accepted);
  });
}

for (const name of ['TLS', 'HTTPS'] as const) {
  test(`${name}: a client that renegotiates is cut off, and the broker goes on`, async () => {
    const { broker, port } = await serving(kinds[name](5_000));
    const socket = (await tlsClient(port, { maxVersion: 'TLSv1.2' })) as TLSSocket;
    let renegotiated = 0;
    const again = (): void => {
      socket.renegotiate({}, (error) => {
        renegotiated++;
        if (error === null && renegotiated < 50) again();
      });
    };
    again();
    await until(() => socket.closed, 'it is cut off', 5_000);
    expect(renegotiated).toBeLessThan(3);
    await until(() => broker.gauges.connections === 0, 'it is gone', 5_000);
    await tlsClient(port, {});
  });
}

async function tlsClient(port: number, options: object): Promise<Socket> {
  const socket = connectTls({ port, host, rejectUnauthorized: false, ...options });
  tidy(socket);
  await new Promise((resolve) => socket.once('secureConnect', resolve));
  return socket;
}

test('server names that are no names are served like any other', async () => {
  const { broker, port } = await serving(kinds.TLS(5_000));
  for (const servername of ['__proto__', 'constructor', '..', '*', 'a'.repeat(250), '%s%s%n', '-']) {
    await tlsClient(port, { servername });
  }
  await until(() => broker.gauges.connections === 7, 'all are served');
});

test('a certificate that nobody vouches for is no way in, and one that is asked for need not be given', async () => {
  const own = clientCertificate('/CN=admin');
  const names: (string | undefined)[] = [];
  const refused: string[] = [];
  const broker = await createBroker({
    authenticate: ({ peer }) => {
      names.push(peer.certificate?.commonName);
      return true;
    },
    onRefused: (reason, _address, _listener, detail) => refused.push(`${reason} ${detail}`),
  });
  onTestFinished(() => broker.close());
  const { cert, key } = ownCertificate();
  const tls = { cert, key, ca: cert, requestCert: true, rejectUnauthorized: false };
  const { port } = await broker.listen({ transport: 'tls', host, port: 0, tls });
  const forged = connectTls({ port, host, rejectUnauthorized: false, ...own });
  tidy(forged).resume();
  forged.write(connectPacket);
  await until(() => forged.closed, 'it is cut off', 5_000);
  expect(names).toEqual([]);
  expect(refused).toEqual([expect.stringMatching(/^tls-handshake .*not believed/)]);
  expect(await answerTo(await tlsClient(port, {}), connectPacket)).toBe(accepted);
  expect(names).toEqual([undefined]);
});

test('a listener for a proxy does not take the clients behind it for this machine', async () => {
  const { port } = await serving({ host, port: 0, proxyProtocol: true });
  const header = 'PROXY TCP4 203.0.113.7 127.0.0.1 4000 1883\r\n';
  expect(await answerTo(dial(port, host), header, connectPacket)).toBe(badCredentials);
});

test('a PROXY header from where it is not believed changes nothing: the connection is closed', async () => {
  const { port, refused, broker } = await serving({
    host,
    port: 0,
    proxyProtocol: true,
    proxyTrustedAddresses: ['10.0.0.0/8'],
  });
  const socket = dial(port, host).resume();
  socket.write('PROXY TCP4 10.0.0.1 127.0.0.1 4000 1883\r\n');
  await until(() => closedOf([socket]) === 1, 'it is closed');
  expect(refused).toEqual(['proxy-untrusted']);
  expect(broker.counters.connectionsOpened).toBe(0);
});
