/** Plain TCP: an accepted socket is a connection as it stands. */

import type { Listener } from '../ports/listener.ts';
import { AcceptingListener, PortBinding } from './acceptor.ts';
import { SocketConnection } from './socket-connection.ts';
import type { ListenerDeps, TcpListenerSpec } from './spec.ts';

/** Throws when an address rule or a trusted network cannot be read. */
export function tcpListener(spec: TcpListenerSpec, deps: ListenerDeps): Listener {
  return new AcceptingListener(spec, deps, new PortBinding(spec, 'mqtt'), (socket, peer, _gate, onConnection) =>
    onConnection(new SocketConnection(socket, peer, deps.flusher)),
  );
}
