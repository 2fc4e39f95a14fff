/** Where a client was, as it is kept with what outlives its connection: everything that a rule can ask about. */

import type { Peer } from '../../ports/listener.ts';

/** Without the certificate itself, which is large, and which no rule looks at; the names in it stay. */
export function recordedPeer(peer: Peer): Peer {
  const { address, port, localAddress, localPort, listener, transport, certificate, pskIdentity } = peer;
  const kept: Peer = { address, port, localAddress, localPort, listener, transport };
  const identity = pskIdentity === undefined ? {} : { pskIdentity };
  if (certificate === undefined) return { ...kept, ...identity };
  const { commonName, subject, fingerprint256 } = certificate;
  return { ...kept, ...identity, certificate: { commonName, subject, fingerprint256 } };
}
