/**
 * Takes the PROXY protocol header off a connection before anything else reads it, and gives the rest of the bytes
 * back to the socket. Used by listeners with `proxyProtocol`; the format is `proxy-protocol.ts`'s.
 */

import type { Socket } from 'node:net';
import type { Peer } from '../../ports/listener.ts';
import { Networks } from '../address-rules.ts';
import type { Expiring } from '../deadline-sweep.ts';
import type { Gate } from '../gate.ts';
import type { ListenerDeps, ProxySettings } from '../spec.ts';
import { type ProxyHeader, parseProxyHeader } from './proxy-protocol.ts';

const HEADER_TIMEOUT_MS = 5_000;
const RDN_SPECIAL = /[,+"\\<>;=]|^[ #]| $/g;

/** What is done with an accepted socket once its peer is known. */
export type OnPeer = (socket: Socket, peer: Peer) => void;

export class ProxyStage {
  readonly #gate: Gate;
  readonly #sweep: ListenerDeps['flusher']['deadlines'];
  readonly #timeoutMs: number;
  readonly #trusted: Networks;
  readonly #certificates: boolean;

  /** Throws when a trusted network cannot be read. */
  constructor(settings: ProxySettings, gate: Gate, deps: ListenerDeps) {
    this.#gate = gate;
    this.#sweep = deps.flusher.deadlines;
    this.#timeoutMs = settings.proxyTimeoutMs ?? HEADER_TIMEOUT_MS;
    this.#trusted = new Networks(settings.proxyTrustedAddresses ?? ['all']);
    this.#certificates = settings.proxyCertificates ?? false;
  }

  /** Reads the header and calls `next` with what it told, or closes the socket. `peer` is as the socket tells it. */
  take(socket: Socket, peer: Peer, next: OnPeer): void {
    if (!this.#trusted.has(peer.address)) {
      this.#gate.refuse(socket, 'proxy-untrusted', peer.address);
      return;
    }
    let seen: Buffer | undefined;
    const deadline: Expiring = {
      deadlineMs: 0,
      expire: () => this.#gate.refuse(socket, 'proxy-timeout', peer.address),
    };
    const finish = (): void => {
      this.#sweep.delete(deadline);
      socket.off('readable', onReadable);
      socket.off('close', finish);
    };
    const onReadable = (): void => {
      const chunk: Buffer | null = socket.read();
      if (chunk === null) return;
      seen = seen === undefined ? chunk : Buffer.concat([seen, chunk]);
      let header: ProxyHeader | undefined;
      try {
        header = parseProxyHeader(seen);
      } catch (error) {
        finish();
        this.#gate.refuse(socket, 'proxy-header', peer.address, (error as Error).message);
        return;
      }
      if (header === undefined) return;
      finish();
      if (seen.length > header.bytes) socket.unshift(seen.subarray(header.bytes));
      next(socket, this.#applied(peer, header));
    };
    this.#sweep.add(deadline, this.#timeoutMs);
    socket.on('readable', onReadable);
    socket.on('close', finish);
  }

  #applied(peer: Peer, header: ProxyHeader): Peer {
    const told = { ...peer, ...header.addresses };
    const commonName = header.certificateCommonName;
    if (!this.#certificates || commonName === undefined) return told;
    // The header tells nothing but the name, so that is all the subject has, and there is no fingerprint.
    const subject = `CN=${commonName.replace(RDN_SPECIAL, '\\$&')}`;
    return { ...told, certificate: { commonName, subject, fingerprint256: '' } };
  }
}
