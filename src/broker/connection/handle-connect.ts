/**
 * CONNECT: the checks of the protocol, the login, the claim of the Client Identifier, the session, CONNACK. Steps that
 * may have to wait are joined by `settle`; a connection that ended meanwhile goes no further.
 */

import { ProtocolError } from '../../packet/error.ts';
import type { ConnectPacket } from '../../packet/types.ts';
import type { Credentials, LoginVerdict } from '../../ports/access.ts';
import { attempt } from '../../std/attempt.ts';
import { isPromiseLike } from '../../std/promise-like.ts';
import type { Hooks } from '../hooks.ts';
import { accept, type Login } from './accept-connection.ts';
import { identityFromCertificate } from './certificate-identity.ts';
import type { Connection } from './connection.ts';
import { beginExchange } from './handle-auth.ts';
import { refuseBanned } from './login/banned.ts';
import { checkWill } from './will.ts';

export function handleConnect(connection: Connection, packet: ConnectPacket): void {
  const { link, context } = connection;
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
  const assigned = identify(connection, packet);
  if (context.open.size > options.connectionsMax) {
    counters.limit('connections');
    throw new ProtocolError(0x89, '', `${options.connectionsMax} connections are open (connections_max)`);
  }
  if (refuseBanned(connection)) return;
  if (packet.will !== undefined) checkWill(connection, packet.will);
  const login: Login = { packet, assignedClientId: assigned };
  if (context.hooks.connect === undefined) begin(connection, login);
  else askHook(connection, login, context.hooks.connect);
}

function askHook(connection: Connection, login: Login, connect: NonNullable<Hooks['connect']>): void {
  connection.state = 'accepting';
  connection.settle(
    attempt(() => connect(connection.identity, login.packet.keepAlive)),
    (reasonCode) => {
      if (reasonCode === 0) begin(connection, login);
      else refuseByHook(connection, reasonCode);
    },
    (error) => loginFailed(connection, error),
  );
}

function refuseByHook(connection: Connection, reasonCode: number): void {
  const message = `${connection.label} was refused by a hook before its login`;
  connection.end({ name: 'not_authorized', reasonCode: reasonCode >= 0x80 ? reasonCode : 0x83, message });
}

/** Begins the login. */
function begin(connection: Connection, login: Login): void {
  const { context, rules } = connection;
  const { packet } = login;
  const { clientId, username, peer, version } = connection.identity;
  const credentials: Credentials = {
    clientId,
    username,
    peer,
    version,
    password: packet.password,
    anonymous: rules.anonymous,
  };
  const method = packet.properties?.authenticationMethod;
  if (method !== undefined) {
    beginExchange(connection, method, packet.properties?.authenticationData, credentials, login);
    return;
  }
  connection.state = 'accepting';
  let verdict: LoginVerdict | Promise<LoginVerdict>;
  try {
    verdict = context.access.authenticate(credentials);
  } catch (error) {
    loginFailed(connection, error);
    return;
  }
  // Most verdicts are there at once, and then nothing is made to wait with. Functions and copies of that kind, here and in
  // what follows, were a sixth of all that a connect allocated.
  if (isPromiseLike(verdict)) awaitLogin(connection, verdict, login);
  else loginAnswered(connection, verdict, login);
}

function awaitLogin(connection: Connection, verdict: PromiseLike<LoginVerdict>, login: Login): void {
  connection.settle(
    verdict,
    (answer) => loginAnswered(connection, answer, login),
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

/**
 * Settles who the client is before its login. Returns the Client Identifier that it has to be told because it sent none:
 * a new one, or that of its certificate where the listener goes by that.
 */
function identify(connection: Connection, packet: ConnectPacket): string | undefined {
  connection.identity = identityFromCertificate(connection.rules, connection.link.peer, connection.identity);
  const { clientId } = connection.identity;
  const made = checkClientId(connection, clientId, packet);
  checkPrefix(connection, made ?? clientId);
  checkKeepAlive(connection, packet);
  if (made !== undefined) connection.identity = { ...connection.identity, clientId: made };
  return made ?? (packet.clientId === '' ? clientId : undefined);
}

/** @throws ProtocolError for a client whose identifier begins with something else than all here do */
function checkPrefix({ options }: Connection, clientId: string): void {
  const { clientIdPrefix } = options;
  if (clientId.startsWith(clientIdPrefix)) return;
  throw new ProtocolError(0x87, '', `The Client Identifier does not begin with ${clientIdPrefix} (client_id_prefix)`);
}

/** @throws ProtocolError for a client that cannot be told of the keep alive that it may have */
function checkKeepAlive({ options }: Connection, { version, keepAlive }: ConnectPacket): void {
  const { keepAliveSecondsMax: max, keepAliveStrict } = options;
  if (!keepAliveStrict || version >= 5 || max === 0 || (keepAlive > 0 && keepAlive <= max)) return;
  throw new ProtocolError(0x85, '', `Keep alive of ${keepAlive} s; the limit is ${max} (keep_alive_seconds_max)`);
}

/** Returns an identifier to assign, or undefined when the client has one. */
function checkClientId(connection: Connection, clientId: string, packet: ConnectPacket): string | undefined {
  const { counters, random, sessions } = connection.context;
  const { rules, options } = connection;
  if (clientId !== '') {
    // Three bytes is the longest UTF-8 form of a unit, so most identifiers need no counting.
    if (clientId.length * 3 <= options.clientIdBytesMax) return undefined;
    const bytes = Buffer.byteLength(clientId);
    if (bytes <= options.clientIdBytesMax) return undefined;
    counters.limit('client_id_bytes');
    throw new ProtocolError(
      0x85,
      '',
      `Client Identifier of ${bytes} bytes; the limit is ${options.clientIdBytesMax} (client_id_bytes_max)`,
    );
  }
  if (rules.emptyClientIds === false) {
    throw new ProtocolError(0x85, '', 'An empty Client Identifier is not allowed here (empty_client_ids)');
  }
  // MQTT 3.1 knows no empty identifier; 3.1.1 only one whose session ends with the connection [MQTT-3.1.3-8@3.1.1].
  if (packet.version === 3 || (packet.version === 4 && !packet.cleanStart)) {
    throw new ProtocolError(0x85, 'MQTT-3.1.3-8', 'An empty Client Identifier needs clean session');
  }
  let assigned: string;
  // A client may have chosen an identifier of this form for itself [MQTT-3.2.2-16].
  do assigned = (rules.assignedClientIdPrefix ?? 'auto-') + uuidShaped(random.hex(16));
  while (sessions.get(assigned) !== undefined);
  return assigned;
}

/** 32 digits in the groups of a UUID, as Mosquitto writes them. */
function uuidShaped(digits: string): string {
  return [0, 8, 12, 16, 20].map((start, at) => digits.slice(start, [8, 12, 16, 20, 32][at])).join('-');
}
