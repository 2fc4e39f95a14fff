/** The client certificate of a TLS connection in the form that logins use. */

import type { TLSSocket } from 'node:tls';
import type { PeerCertificate } from '../ports/listener.ts';

/** Undefined unless the client gave a certificate and it was verified. */
export function peerCertificate(socket: TLSSocket): PeerCertificate | undefined {
  if (!socket.authorized) return undefined;
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return undefined;
  const names: unknown = socket.getPeerCertificate().subject?.CN;
  const commonName = Array.isArray(names) ? names[0] : names;
  return {
    commonName: typeof commonName === 'string' ? commonName : '',
    subject: subjectRfc2253(certificate.subject),
    fingerprint256: certificate.fingerprint256,
    der: certificate.raw,
  };
}

/**
 * Node gives one relative name a line, in the certificate's order and with values escaped as RFC 2253 wants; the RFC's
 * form has the last first. A name of several parts joins them with a plus, which Node sets off by spaces.
 */
function subjectRfc2253(lines: string | undefined): string {
  if (lines === undefined) return '';
  return lines
    .split('\n')
    .map((name) => name.replaceAll(' + ', '+'))
    .reverse()
    .join(',');
}
