import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { clientCertificate, folder, pause } from '../listeners/listening.ts';
import { root } from '../structure/source-tree.ts';
import { startHoopoe } from './executable.ts';

interface Wire {
  readonly socket: { destroy(): void };
}

interface IdleClient {
  readonly wire?: Wire;
  connect(opener: object, options: { clientId: string; keepAliveSeconds: number; login: boolean }): Promise<void>;
}

/** The generator of the benchmark: its clients cost less than any others, and are held by the hundred here. */
async function fromBench<T>(path: string): Promise<T> {
  return (await import(pathToFileURL(join(root, 'bench/generator', path)).href)) as T;
}

const AT_ONCE = 50;

const residentBytes = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]) * 1024;

/** Of what `malloc` has given out, OpenSSL's objects and Node's blocks for them among it; V8's heap is no part of it. */
const mallocedBytes = (pid: number): number =>
  Number(/ \[heap\]\n[\s\S]*?^Rss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps`, 'latin1'))?.[1]) * 1024;

/** What the process grows by for each of the connections behind the first tenth, which warms it up. */
async function bytesPerIdleConnection(
  transport: 'tcp' | 'ws' | 'tls',
  count: number,
  bytesOf: (pid: number) => number,
): Promise<number> {
  const { Client } = await fromBench<{ Client: new (events: object, index: number, version: 4) => IdleClient }>(
    'client.mjs',
  );
  const { WireOpener } = await fromBench<{ WireOpener: new (transport: string, address: object) => object }>(
    'wires.mjs',
  );
  const { cert, key } = clientCertificate('/CN=localhost');
  const files = { certificate: join(folder(), 'certificate.pem'), key: join(folder(), 'key.pem') };
  writeFileSync(files.certificate, cert);
  writeFileSync(files.key, key);
  const { program, ports } = await startHoopoe([], {
    yaml: `listeners:
  tcp: { host: 127.0.0.1, port: 0 }
  ws: { host: 127.0.0.1, port: 0 }
  tls: { host: 127.0.0.1, port: 0, certificate_file: '${files.certificate}', key_file: '${files.key}' }
`,
  });
  const opener = new WireOpener(transport, { host: '127.0.0.1', port: ports.get(transport) });
  let lost = 0;
  const nothing = (): void => {};
  const events = { onMessage: nothing, onAcknowledged: nothing, onReadEnd: nothing, onLost: () => void lost++ };
  const clients = Array.from({ length: count }, (_, index) => new Client(events, index, 4));
  onTestFinished(() => {
    for (const { wire } of clients) wire?.socket.destroy();
  });
  const open = async (from: number, to: number): Promise<number> => {
    for (let at = from; at < to; at += AT_ONCE) {
      const some = clients.slice(at, Math.min(at + AT_ONCE, to));
      await Promise.all(
        some.map((client, i) =>
          client.connect(opener, { clientId: `idle-${at + i}`, keepAliveSeconds: 600, login: false }),
        ),
      );
    }
    await pause(500);
    return bytesOf(program.child.pid ?? 0);
  };
  const warm = await open(0, count / 10);
  const connected = await open(count / 10, count);
  expect(lost).toBe(0);
  return (connected - warm) / (count * 0.9);
}

// Growth of the heap counts for more of few connections than of many: these hold 5.5 and 7.7 KB, and 9.0 and 11.0 KB
// where nothing bounds the heap's young part.
it.runIf(process.platform === 'linux').each([
  { transport: 'tcp', count: 5_000, bytesMax: 7_000 },
  { transport: 'ws', count: 4_000, bytesMax: 9_000 },
] as const)('holds an idle connection over $transport in $bytesMax bytes', async ({ transport, count, bytesMax }) => {
  expect(await bytesPerIdleConnection(transport, count, residentBytes)).toBeLessThan(bytesMax);
});

// 12 KB of OpenSSL's and Node's objects; 23 KB with a block of 64 KB for each connection to read into.
it.runIf(process.platform === 'linux')('holds no large block for an idle connection over TLS', async () => {
  expect(await bytesPerIdleConnection('tls', 800, mallocedBytes)).toBeLessThan(17_000);
});
