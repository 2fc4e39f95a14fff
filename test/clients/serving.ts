/** A broker in this process on real sockets of the loopback, for clients of others; closed at the end of the test. */

import { onTestFinished } from 'vitest';
import { type CreateBrokerOptions, createBroker, type EmbeddedBroker, type ListenOptions } from '../../src/index.ts';
import { ensureCertificates } from '../../src/listeners/certificates.ts';
import { folder, until } from '../listeners/listening.ts';

export type Transport = 'tcp' | 'tls' | 'ws' | 'wss';

const schemes: Readonly<Record<Transport, string>> = { tcp: 'mqtt', tls: 'mqtts', ws: 'ws', wss: 'wss' };

export interface Serving {
  readonly broker: EmbeddedBroker;
  /** Of plain TCP. */
  readonly port: number;
  /** The authority that signed the certificate of the TLS listeners, once there is one. */
  readonly ca: { readonly pem: string; readonly file: string } | undefined;
  portOf(transport: Transport): number;
  urlOf(transport: Transport): string;
  /** Waits until a filter was subscribed to that many times. */
  subscribed(filter: string, times?: number): Promise<void>;
  /** Waits until that many clients are gone since the start. */
  disconnected(times: number): Promise<void>;
}

export interface ServeOptions extends CreateBrokerOptions {
  readonly transports?: readonly Transport[];
  readonly listen?: Partial<Pick<ListenOptions, 'allowAnonymous' | 'mountpoint' | 'maximumQos'>> & { host?: string };
}

export async function serve({ transports = ['tcp'], listen = {}, ...options }: ServeOptions = {}): Promise<Serving> {
  const broker = await createBroker(options);
  onTestFinished(() => broker.close());
  const filters: string[] = [];
  let gone = 0;
  broker.on('subscribed', ({ filter }) => filters.push(filter));
  broker.on('disconnected', () => gone++);
  const ports = new Map<Transport, number>();
  let ca: Serving['ca'];
  for (const transport of transports) {
    const place = { host: '127.0.0.1', ...listen, port: 0 };
    if (transport === 'tls' || transport === 'wss') {
      const { cert, key, ca: pem, caPath } = await ensureCertificates(folder(), Date.now());
      ca = { pem, file: caPath };
      ports.set(transport, (await broker.listen({ ...place, transport, tls: { cert, key } })).port);
    } else {
      ports.set(transport, (await broker.listen({ ...place, transport })).port);
    }
  }
  const portOf = (transport: Transport): number => ports.get(transport) ?? 0;
  const countOf = (filter: string): number => filters.filter((known) => known === filter).length;
  return {
    broker,
    port: portOf('tcp'),
    ca,
    portOf,
    urlOf: (transport) => {
      const path = transport === 'ws' || transport === 'wss' ? '/mqtt' : '';
      return `${schemes[transport]}://127.0.0.1:${portOf(transport)}${path}`;
    },
    subscribed: (filter, times = 1) =>
      until(() => countOf(filter) >= times, `${times} subscriptions to ${filter}`, 10_000),
    disconnected: (times) => until(() => gone >= times, `${times} clients gone`, 10_000),
  };
}
