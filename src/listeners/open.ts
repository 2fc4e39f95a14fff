/** The one way from a description of a listener to a listener. */

import type { Listener } from '../ports/listener.ts';
import type { ListenerDeps, ListenerSpec } from './spec.ts';
import { tcpListener } from './tcp.ts';
import type { SecureListener } from './tls.ts';
import { tlsListener } from './tls.ts';
import { unixListener } from './unix.ts';

/**
 * Makes the listener that `spec` describes; `open` on it binds. Loads what only WebSocket needs when it is needed.
 * Throws when the certificates, the address rules or the trusted networks cannot be used.
 */
export async function openListener(spec: ListenerSpec, deps: ListenerDeps): Promise<Listener> {
  switch (spec.transport) {
    case 'tcp':
      return tcpListener(spec, deps);
    case 'tls':
      return tlsListener(spec, deps);
    case 'unix':
      return unixListener(spec, deps);
    case 'ws':
      return (await import('./websocket.ts')).wsListener(spec, deps);
    case 'wss':
      return (await import('./websocket.ts')).wssListener(spec, deps);
  }
}

/** Whether the certificates of a listener can be replaced while it is open. */
export function isSecureListener(listener: Listener): listener is SecureListener {
  return 'setSecureContext' in listener;
}
