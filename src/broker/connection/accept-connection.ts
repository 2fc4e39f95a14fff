/**
 * The second half of CONNECT, once the login was allowed: permission for the will, the claim of the Client Identifier,
 * the session, CONNACK, and what waited for the client.
 */

import { ProtocolError } from '../../packet/error.ts';
import type { ConnectPacket, Properties } from '../../packet/types.ts';
import { quote } from '../../std/shorten.ts';
import { TokenBucket } from '../../std/token-bucket.ts';
import type { Session, SessionWill } from '../session/session.ts';
import { connackProperties } from './connack.ts';
import type { Connection } from './connection.ts';
import { grantedExpiry, grantedKeepAlive } from './grants.ts';
import { authorize } from './permission.ts';
import { InboundAliases } from './topic-alias.ts';
import { willMessage } from './will.ts';

/** What is kept of CONNECT while its login is checked. */
export interface Login {
  readonly packet: ConnectPacket;
  readonly assignedClientId: string | undefined;
}

/** What the login decided about the client. */
export interface Grant {
  readonly anonymous?: boolean;
  readonly superuser?: boolean;
  readonly username?: string;
  readonly userProperties?: Properties['userProperties'];
  /** Of an enhanced authentication; goes into CONNACK. */
  readonly authenticationData?: Buffer;
}

export function accept(connection: Connection, login: Login, grant: Grant): void {
  const { packet } = login;
  connection.state = 'accepting';
  connection.superuser = grant.superuser ?? false;
  if (grant.username !== undefined) connection.identity = { ...connection.identity, username: grant.username };
  if (grant.anonymous !== true) connection.verifiedUsername = connection.identity.username;
  const { will } = packet;
  // The right to publish the will is checked now, while the client can still be told.
  const allowed =
    will === undefined
      ? true
      : authorize(connection, 'publish', connection.rules.mountpoint + will.topic, will.qos, will.retain);
  connection.settle(
    allowed,
    (yes) => {
      if (!yes) throw new ProtocolError(0x87, '', `No permission to publish the will to ${quote(will?.topic ?? '')}`);
      claim(connection, login, grant);
    },
    () => {
      throw new ProtocolError(0x87, '', 'The permission to publish the will could not be checked');
    },
  );
}

function claim(connection: Connection, login: Login, grant: Grant): void {
  connection.settle(
    connection.context.sessions.claim(connection.identity.clientId),
    (revision) => openSession(connection, login, grant, revision),
    () => {
      throw new ProtocolError(0x88, '', 'The session could not be claimed from the cluster');
    },
  );
}

function openSession(connection: Connection, login: Login, grant: Grant, revision: number): void {
  const { context } = connection;
  const { packet } = login;
  const { sessions, options, counters, journal } = context;
  if (sessions.size >= options.sessionsMax && sessions.get(connection.identity.clientId) === undefined) {
    counters.limit('sessions');
    throw new ProtocolError(0x97, '', `${options.sessionsMax} sessions exist (sessions_max)`);
  }
  if (isOfAnotherUser(connection, sessions.get(connection.identity.clientId))) {
    const message = `${connection.label} was refused: a session of that Client Identifier belongs to another user`;
    connection.end({ name: 'not_authorized', reasonCode: 0x87, message });
    return;
  }
  const since = journal?.operations ?? 0;
  const { session, present } = sessions.open(
    connection,
    packet.cleanStart,
    grantedExpiry(packet, options.sessionExpirySecondsMax),
    sessionWill(connection, packet),
  );
  session.revision = revision;
  connection.session = session;
  configure(connection, packet);
  const answer = (): void => answerConnect(connection, session, present, login, grant);
  if (journal === undefined || journal.operations === since) {
    answer();
    return;
  }
  // What the client relies on after CONNACK is on disk before CONNACK leaves.
  const committed = new Promise<void>((resolve, reject) => journal.onCommitted(resolve, reject));
  connection.settle(committed, answer, () => {
    throw new ProtocolError(0x88, '', 'The session could not be stored');
  });
}

/** Whoever knows a Client Identifier could otherwise read what waits for its owner, or throw the owner out. */
function isOfAnotherUser(connection: Connection, existing: Session | undefined): boolean {
  const owner = existing?.username;
  if (owner === undefined || connection.context.options.sessionTakeover === 'any_user') return false;
  return owner !== connection.verifiedUsername;
}

function sessionWill(connection: Connection, packet: ConnectPacket): SessionWill | undefined {
  if (packet.will === undefined) return undefined;
  return {
    message: willMessage(connection, packet.will),
    delaySeconds: packet.will.properties?.willDelayInterval ?? 0,
  };
}

function configure(connection: Connection, packet: ConnectPacket): void {
  const { options } = connection.context;
  const { properties } = packet;
  connection.window = Math.min(options.inflightMax, properties?.receiveMaximum ?? 65_535);
  connection.keepAlive = grantedKeepAlive(packet, options.keepAliveSecondsMax);
  const { topicAliasMaximum } = connection.rules;
  if (packet.version === 5 && topicAliasMaximum > 0) connection.inboundAliases = new InboundAliases(topicAliasMaximum);
  const theirAliases = properties?.topicAliasMaximum ?? 0;
  connection.transmitter.configure(packet.version, Math.min(theirAliases, topicAliasMaximum));
  if (options.messagesPerSecondMax > 0) {
    connection.messageRate = new TokenBucket(options.messagesPerSecondMax, options.messagesPerSecondMax);
  }
  if (options.bytesPerSecondMax > 0) {
    connection.byteRate = new TokenBucket(options.bytesPerSecondMax, options.bytesPerSecondMax);
  }
}

function answerConnect(
  connection: Connection,
  session: Session,
  sessionPresent: boolean,
  login: Login,
  grant: Grant,
): void {
  const { context, identity } = connection;
  const sent = connection.send({
    type: 'connack',
    sessionPresent,
    reasonCode: 0,
    properties: connection.version === 5 ? connackProperties(connection, login, grant) : undefined,
  });
  if (!sent) return;
  connection.state = 'connected';
  context.counters.connectionsAccepted++;
  connection.deadline.keepAlive(connection.keepAlive);
  context.log.debug('Client connected', {
    client: identity.clientId,
    username: identity.username,
    address: identity.peer.address,
    listener: connection.rules.name,
    version: connection.version,
    sessionPresent,
  });
  session.outbox.attach(connection);
  session.pump();
  // Whoever listens may end the client, so nothing is left to do by now.
  context.events.emit('connected', {
    client: identity,
    sessionPresent,
    cleanStart: login.packet.cleanStart,
    keepAlive: connection.keepAlive,
  });
}
