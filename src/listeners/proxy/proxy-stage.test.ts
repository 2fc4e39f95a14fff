import { connect as connectTls } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { fuzzTargets } from '../../../test/fuzz/proxy-protocol.fuzz.ts';
import {
  dial,
  folder,
  type Listening,
  open,
  pause,
  read,
  readToEnd,
  tidy,
  until,
} from '../../../test/listeners/listening.ts';
import { ensureCertificates } from '../certificates.ts';
import type { TcpListenerSpec } from '../spec.ts';

const V1 = 'PROXY TCP4 192.0.2.1 10.0.0.1 49153 1883\r\n';
const told = { address: '192.0.2.1', port: 49153, localAddress: '10.0.0.1', localPort: 1883 };
const SIGNATURE = '0d0a0d0a000d0a515549540a';
/** Version 2 for the same addresses, with the Common Name "a,b" of a verified certificate. */
const V2_WITH_NAME = Buffer.from(
  `${SIGNATURE}2111001ac00002010a000001c001075b20000b070000000022000361 2c62`.replace(' ', ''),
  'hex',
);

function listen(more: Partial<TcpListenerSpec> = {}): Promise<Listening> {
  return open({ transport: 'tcp', name: 'test', host: '127.0.0.1', port: 0, proxyProtocol: true, ...more });
}

describe('a listener behind a proxy', () => {
  it('takes the addresses from the header, and the rest of the bytes is the protocol', async () => {
    const listening = await listen();
    const client = dial(listening);
    client.write(`${V1}hello`);
    expect((await read(client, 5)).toString()).toBe('hello');
    client.write('again');
    expect((await read(client, 5)).toString()).toBe('again');
    expect(listening.accepted[0]!.connection.peer).toMatchObject({ ...told, transport: 'tcp', listener: 'test' });
    expect(listening.flusher.deadlines.size).toBe(0);
  });

  it('takes a header that comes byte by byte', async () => {
    const listening = await listen();
    const client = dial(listening);
    for (const byte of `${V1}x`) {
      client.write(byte);
      await pause(0);
    }
    expect((await read(client, 1)).toString()).toBe('x');
    expect(listening.accepted[0]!.connection.peer).toMatchObject(told);
  });

  it('keeps the address of the socket where the header tells none', async () => {
    const listening = await listen();
    const client = dial(listening);
    client.write(Buffer.concat([Buffer.from(`${SIGNATURE}20000000`, 'hex'), Buffer.from('x')]));
    await read(client, 1);
    expect(listening.accepted[0]!.connection.peer).toMatchObject({ address: '127.0.0.1', port: client.localPort });
  });

  it('closes a connection without a header', async () => {
    const listening = await listen();
    const client = dial(listening);
    client.write(Buffer.from('101a00044d515454', 'hex'));
    expect(await readToEnd(client)).toHaveLength(0);
    expect(listening.refused).toMatchObject([{ reason: 'proxy-header', address: '127.0.0.1' }]);
    expect(listening.accepted).toHaveLength(0);
  });

  it('closes a connection whose header does not come in time, however slowly it trickles', async () => {
    const listening = await listen({ proxyTimeoutMs: 100 });
    const client = dial(listening);
    const trickle = setInterval(() => client.write('PROXY UNKNOWN                       '[sent++] ?? ' '), 20);
    let sent = 0;
    await readToEnd(client);
    clearInterval(trickle);
    expect(listening.refused).toMatchObject([{ reason: 'proxy-timeout' }]);
  });

  it('closes connections from others than the trusted proxies', async () => {
    const listening = await listen({ proxyTrustedAddresses: ['10.0.0.0/8'] });
    const client = dial(listening);
    client.write(V1);
    await readToEnd(client);
    expect(listening.refused).toMatchObject([{ reason: 'proxy-untrusted', address: '127.0.0.1' }]);
  });

  it('applies address rules to the address that the header tells', async () => {
    const listening = await listen({ addressRules: [{ action: 'deny', network: '192.0.2.0/24' }] });
    const client = dial(listening);
    client.write(V1);
    await readToEnd(client);
    expect(listening.refused).toMatchObject([{ reason: 'address-denied', address: '192.0.2.1' }]);
  });

  it('believes the name of a certificate only where it is told to', async () => {
    const listening = await listen({ proxyCertificates: true });
    const client = dial(listening);
    client.write(Buffer.concat([V2_WITH_NAME, Buffer.from('x')]));
    await read(client, 1);
    expect(listening.accepted[0]!.connection.peer.certificate).toEqual({
      commonName: 'a,b',
      subject: 'CN=a\\,b',
      fingerprint256: '',
    });
    const careful = await listen();
    const other = dial(careful);
    other.write(Buffer.concat([V2_WITH_NAME, Buffer.from('x')]));
    await read(other, 1);
    expect(careful.accepted[0]!.connection.peer).not.toHaveProperty('certificate');
  });

  it('counts a client that leaves before its header as gone', async () => {
    const listening = await listen({ connectionsMax: 1 });
    dial(listening).destroy();
    await pause(20);
    const client = dial(listening);
    client.write(`${V1}x`);
    await read(client, 1);
    expect(listening.flusher.deadlines.size).toBe(0);
  });

  it.each(['at once', 'later'])('strips the header before TLS that begins %s', async (when) => {
    const { ca, cert, key } = await ensureCertificates(folder(), Date.now());
    const listening = await open({
      transport: 'tls',
      name: 'test',
      host: '127.0.0.1',
      port: 0,
      proxyProtocol: true,
      tls: { cert, key },
    });
    const raw = dial(listening);
    if (when === 'at once') raw.cork();
    raw.write(V1);
    if (when === 'later') await pause(20);
    const client = connectTls({ socket: raw, ca, servername: 'localhost' });
    tidy(client);
    raw.uncork();
    client.write('secret');
    expect((await read(client, 6)).toString()).toBe('secret');
    expect(listening.accepted[0]!.connection.peer).toMatchObject({ ...told, transport: 'tls' });
  });

  it.each(['ws', 'wss'] as const)('strips the header before the request of %s', async (transport) => {
    const { ca, cert, key } = await ensureCertificates(folder(), Date.now());
    const common = { name: 'test', host: '127.0.0.1', port: 0, proxyProtocol: true };
    const listening = await open(
      transport === 'ws' ? { transport, ...common } : { transport, ...common, tls: { cert, key } },
    );
    const client = new WebSocket(`${transport}://localhost:${listening.listener.port}/mqtt`, ['mqtt'], {
      createConnection: () => {
        const raw = dial(listening);
        raw.write(V1);
        return transport === 'ws' ? raw : tidy(connectTls({ socket: raw, ca, servername: 'localhost' }));
      },
    });
    const echo = new Promise((resolve) => client.once('message', (data) => resolve(data.toString())));
    client.once('open', () => client.send(Buffer.from('framed')));
    expect(await echo).toBe('framed');
    expect(listening.accepted[0]!.connection.peer).toMatchObject({ ...told, transport });
    client.terminate();
    await until(() => listening.accepted[0]!.closed, 'it is closed');
  });

  it('survives random headers', () => {
    for (const target of Object.values(fuzzTargets)) target(1, 3_000);
  });
});
