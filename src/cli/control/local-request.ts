/**
 * Requests to the broker on this machine. Over TLS it is known by the fingerprint of its certificate, which it has left in
 * a file of its own user: names and authorities say nothing about an address such as 127.0.0.1.
 */

import { type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';
import { connect } from 'node:tls';
import { StartError } from '../start-error.ts';

/** Where the broker is. */
export interface LocalAddress {
  /** `http://127.0.0.1:18083` */
  readonly url: string;
  /** SHA-256 of the certificate, as `AA:BB:…`; left out where it speaks plain HTTP. */
  readonly fingerprint?: string;
}

export interface LocalRequest {
  readonly method: string;
  /** Begins with a slash. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

/** Resolves to the head of the answer. @throws StartError when somebody else answers, and the error of the connection */
export function localRequest(address: LocalAddress, { body, ...asked }: LocalRequest): Promise<IncomingMessage> {
  const { protocol, hostname, port } = new URL(address.url);
  const place = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) };
  return new Promise((resolve, reject) => {
    const secure = {
      createConnection: (_options: unknown, done: Connected): undefined => {
        connectTo(place, address.fingerprint ?? '', done);
      },
    };
    const sent = request({ ...place, ...asked, ...(protocol === 'https:' && secure) }, resolve);
    sent.on('error', reject);
    sent.end(body);
  });
}

type Connected = (error: Error | null, socket: Socket) => void;

/** Nothing is sent before the certificate is the right one. */
function connectTo(place: { host: string; port: number }, fingerprint: string, done: Connected): void {
  const socket = connect({ ...place, rejectUnauthorized: false });
  socket.once('error', (error) => done(error, socket));
  socket.once('secureConnect', () => {
    if (socket.getPeerX509Certificate()?.fingerprint256 === fingerprint) return done(null, socket);
    socket.destroy();
    done(
      new StartError(`at ${place.host}:${place.port} answers somebody else than the broker of this data folder`),
      socket,
    );
  });
}
