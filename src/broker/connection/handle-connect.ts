/**
 * CONNECT: the checks of the protocol, the login, the claim of the Client Identifier, the session, CONNACK. Steps that
 * may have to wait are joined by `settle`; a connection that ended meanwhile goes no further.
 */

import { ProtocolError } from '../../packet/error.ts';
import type { ConnectPacket } from '../../packet/types.ts';
import type { Credentials, LoginVerdict } from '../../ports/access.ts';
import { attempt } from '../../std/attempt.ts';
import { accept, type Login } from './accept-connection.ts';
import type { Connection } from './connection.ts';
import { beginExchange } from './handle-auth.ts';
import { checkWill } from './will.ts';

export function handleConnect(connection: Connection, packet: ConnectPacket): void {
  const { link, context, rules } = connection;
  const { options, counters } = context;
  connection.problemInformation = packet.properties?.requestProblemInformation ?? true;
  connection.identity = {
    clientId: packet.clientId,
    username: packet.username,
    peer: link.peer,
    version: packet.version,
  };
  connection.bridge = packet.bridge;
  connection.adopt(packet.version, packet.properties?.maximumPacketSize);
  const assigned = checkClientId(connection, packet);
  if (assigned !== undefined) connection.identity = { ...connection.identity, clientId: assigned };
  if (context.open.size > options.connectionsMax) {
    counters.limit('connections');
    throw new ProtocolError(0x89, '', `${options.connectionsMax} connections are open (connections_max)`);
  }
  if (packet.will !== undefined) checkWill(connection, packet.will);
  const credentials: Credentials = {
    ...connection.identity,
    password: packet.password,
    anonymousAllowed: rules.allowAnonymous,
  };
  const login: Login = { packet, assignedClientId: assigned };
  const method = packet.properties?.authenticationMethod;
  if (method !== undefined) {
    beginExchange(connection, method, packet.properties?.authenticationData, credentials, login);
    return;
  }
  connection.state = 'accepting';
  connection.settle(
    attempt(() => context.access.authenticate(credentials)),
    (verdict) => loginAnswered(connection, verdict, login),
    (error) => loginFailed(connection, error),
  );
}

function loginAnswered(connection: Connection, verdict: LoginVerdict, login: Login): void {
  if (verdict.outcome === 'allow') {
    accept(connection, login, verdict);
    return;
  }
  const { reasonCode = 0x86, reasonString, serverReference } = verdict;
  connection.end({
    name: serverReference === undefined ? 'not_authorized' : 'server_moved',
    reasonCode,
    message: reasonString ?? `${connection.label} was refused: user name or password is not right`,
    ...(serverReference !== undefined && { serverReference }),
  });
}

/** Whoever should have answered could not: nobody is let in on a guess. */
function loginFailed(connection: Connection, error: unknown): void {
  const cause = error instanceof Error ? error.message : String(error);
  connection.context.log.warn('A login could not be checked', { client: connection.label, cause });
  connection.end({
    name: 'not_authorized',
    reasonCode: 0x88,
    message: `${connection.label} was refused because its login could not be checked`,
  });
}

/** Returns an identifier to assign, or undefined when the client has its own. */
function checkClientId(connection: Connection, packet: ConnectPacket): string | undefined {
  const { options, counters, random, sessions } = connection.context;
  if (packet.clientId !== '') {
    const bytes = Buffer.byteLength(packet.clientId);
    if (bytes <= options.clientIdBytesMax) return undefined;
    counters.limit('client_id_bytes');
    throw new ProtocolError(
      0x85,
      '',
      `Client Identifier of ${bytes} bytes; the limit is ${options.clientIdBytesMax} (client_id_bytes_max)`,
    );
  }
  // MQTT 3.1 knows no empty identifier; 3.1.1 only one whose session ends with the connection [MQTT-3.1.3-8@3.1.1].
  if (packet.version === 3 || (packet.version === 4 && !packet.cleanStart)) {
    throw new ProtocolError(0x85, 'MQTT-3.1.3-8', 'An empty Client Identifier needs clean session');
  }
  let assigned: string;
  // A client may have chosen an identifier of this form for itself [MQTT-3.2.2-16].
  do assigned = `auto-${random.hex(16)}`;
  while (sessions.get(assigned) !== undefined);
  return assigned;
}
