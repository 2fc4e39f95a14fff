/**
 * The second half of CONNECT, once the login was allowed: permission for the will, the claim of the Client Identifier,
 * the session, CONNACK, and what waited for the client.
 */

import { ProtocolError } from '../../packet/error.ts';
import type { ConnectPacket, Will } from '../../packet/types.ts';
import { isPromiseLike } from '../../std/promise-like.ts';
import { quote } from '../../std/shorten.ts';
import type { Journal } from '../journal/journal.ts';
import { authorize } from '../permission/authorize.ts';
import { findForbidden } from '../permission/find-forbidden.ts';
import { takeAway } from '../permission/take-away.ts';
import type { Session, SessionWill } from '../session/session.ts';
import type { OpenedSession } from '../session/sessions.ts';
import type { Subscription } from '../session/subscription.ts';
import { connackProperties } from './connack.ts';
import type { Connection } from './connection.ts';
import { grantedExpiry, grantedKeepAlive } from './grants.ts';
import { applyGrant, applyLimits, type Grant } from './login/apply-grant.ts';
import { refuseBanned, refuseFlapping } from './login/banned.ts';
import { mountpointOf } from './mountpoint.ts';
import { InboundAliases } from './topic-alias.ts';
import { checkTopic } from './topic-limits.ts';
import { willMessage } from './will.ts';

/** What was found of a session before it is resumed. */
interface Review {
  readonly session: Session | undefined;
  readonly forbidden: readonly Subscription[];
  /** Those that were asked about. */
  readonly asked: ReadonlySet<Subscription>;
  /** `Access.revision` when it was asked. */
  readonly accessRevision: number;
}

const NOTHING: Review = { session: undefined, forbidden: [], asked: new Set(), accessRevision: -1 };

/** What is kept of CONNECT while its login is checked. */
export interface Login {
  readonly packet: ConnectPacket;
  readonly assignedClientId: string | undefined;
  /** `Access.revision` when the will was permitted. */
  readonly willRevision?: number;
}

export function accept(connection: Connection, login: Login, grant: Grant): void {
  connection.state = 'accepting';
  if (!applyGrant(connection, grant)) {
    const message = `${connection.label} was refused: its login ended before it began`;
    connection.end({ name: 'not_authorized', reasonCode: 0x87, message });
    return;
  }
  // Bans may have come while the login was checked, and the login may have given the client another name.
  if (refuseBanned(connection)) return;
  if (connection.options.flappingDetection && refuseFlapping(connection)) return;
  const { will } = login.packet;
  if (!mount(connection)) return;
  if (will === undefined) claim(connection, login, grant);
  else permitWill(connection, login, grant, will);
}

function permitWill(connection: Connection, login: Login, grant: Grant, will: Will): void {
  const { context } = connection;
  checkTopic(connection.options, context.counters, connection.mountpoint + will.topic, 0x90);
  if (context.options.unauthorizedWill === 'drop') {
    // With no revision of the rules noted, they are asked when the will is to be published.
    claim(connection, login, grant);
    return;
  }
  const { revision } = context.access;
  connection.settle(
    // The right to publish the will is checked now, while the client can still be told.
    authorize(connection, 'publish', connection.mountpoint + will.topic, will.qos, will.retain),
    (yes) => {
      if (!yes) throw new ProtocolError(0x87, '', `No permission to publish the will to ${quote(will.topic)}`);
      claim(connection, { ...login, willRevision: revision }, grant);
    },
    () => {
      throw new ProtocolError(0x87, '', 'The permission to publish the will could not be checked');
    },
  );
}

/** False for a client whose names cannot stand in its listener's mountpoint; it has been told. */
function mount(connection: Connection): boolean {
  const mountpoint = mountpointOf(connection.rules.mountpoint, connection.identity);
  if (mountpoint === undefined) {
    const message =
      `${connection.label} was refused: the mountpoint of its listener has a place for its name, and it has none ` +
      'that could stand there (no +, # or /)';
    connection.end({ name: 'not_authorized', reasonCode: 0x87, message });
    return false;
  }
  connection.transmitter.mountpoint = mountpoint;
  return true;
}

function claim(connection: Connection, login: Login, grant: Grant): void {
  const revision = connection.context.sessions.claim(connection.identity.clientId);
  if (isPromiseLike(revision)) awaitClaim(connection, login, grant, revision);
  else lookThrough(connection, login, grant, revision);
}

function awaitClaim(connection: Connection, login: Login, grant: Grant, revision: PromiseLike<number>): void {
  connection.settle(
    revision,
    (late) => lookThrough(connection, login, grant, late),
    () => {
      throw new ProtocolError(0x88, '', 'The session could not be claimed from the cluster');
    },
  );
}

/**
 * What a session holds that is to be resumed was allowed in the past. It is asked about again, before anything of the
 * session is touched: where that cannot be done the client has to come again, and loses nothing.
 */
function lookThrough(connection: Connection, login: Login, grant: Grant, revision: number): void {
  const { sessions } = connection.context;
  const existing = sessions.get(connection.identity.clientId);
  if (isRefused(connection, existing)) return;
  const resumes = existing !== undefined && !login.packet.cleanStart && sessions.fits(existing, connection);
  if (!resumes || existing.subscriptions.size === 0) {
    openSession(connection, login, grant, revision, NOTHING);
    return;
  }
  reviewSession(connection, login, grant, revision, existing);
}

function reviewSession(connection: Connection, login: Login, grant: Grant, revision: number, session: Session): void {
  const { access, sessions } = connection.context;
  const accessRevision = access.revision;
  const asked = new Set(session.subscriptions.values());
  connection.settle(
    findForbidden(connection, session),
    (forbidden) => {
      // Somebody else may have come first while others were asked.
      if (isRefused(connection, sessions.get(connection.identity.clientId))) return;
      openSession(connection, login, grant, revision, { session, forbidden, asked, accessRevision });
    },
    () => {
      throw new ProtocolError(0x88, '', 'The permissions of the session could not be checked');
    },
  );
}

function openSession(connection: Connection, login: Login, grant: Grant, revision: number, review: Review): void {
  const { context } = connection;
  const { packet } = login;
  const { sessions, journal } = context;
  const since = journal?.operations ?? 0;
  const opened = sessions.open(
    connection,
    packet.cleanStart,
    grantedExpiry(packet, connection.options),
    sessionWill(connection, login),
  );
  const { session } = opened;
  session.revision = revision;
  connection.session = session;
  if (review.session === session) takeAway(context, session, connection.identity, review.forbidden);
  configure(connection, packet, grant);
  if (journal === undefined || journal.operations === since) answer(connection, login, grant, review, opened);
  else answerWhenStored(connection, login, grant, review, opened, journal);
}

/** What the client relies on after CONNACK is on disk before CONNACK leaves. */
function answerWhenStored(
  connection: Connection,
  login: Login,
  grant: Grant,
  review: Review,
  opened: OpenedSession,
  journal: Journal,
): void {
  const committed = new Promise<void>((resolve, reject) => journal.onCommitted(resolve, reject));
  connection.settle(
    committed,
    () => answer(connection, login, grant, review, opened),
    () => {
      throw new ProtocolError(0x88, '', 'The session could not be stored');
    },
  );
}

function answer(connection: Connection, login: Login, grant: Grant, review: Review, opened: OpenedSession): void {
  const { context } = connection;
  const { session, present } = opened;
  answerConnect(connection, session, present, login, grant);
  if (!isReviewed(session, review, context.access.revision)) context.reviews.review(session);
}

/** Whether everything that a session holds now was asked about, and by the rules that hold now. */
function isReviewed({ subscriptions }: Session, { asked, accessRevision }: Review, revision: number): boolean {
  if (subscriptions.size === 0) return true;
  if (accessRevision !== revision) return false;
  for (const subscription of subscriptions.values()) if (!asked.has(subscription)) return false;
  return true;
}

/** True for a client that may not have the session, or a further one; it has been told. */
function isRefused(connection: Connection, existing: Session | undefined): boolean {
  const { sessions, options, counters } = connection.context;
  if (existing === undefined && sessions.size >= options.sessionsMax) {
    counters.limit('sessions');
    throw new ProtocolError(0x97, '', `${options.sessionsMax} sessions exist (sessions_max)`);
  }
  if (!isOfAnotherUser(connection, existing)) return false;
  const message = `${connection.label} was refused: a session of that Client Identifier belongs to another user`;
  connection.end({ name: 'not_authorized', reasonCode: 0x87, message });
  return true;
}

/** Whoever knows a Client Identifier could otherwise read what waits for its owner, or throw the owner out. */
function isOfAnotherUser(connection: Connection, existing: Session | undefined): boolean {
  const owner = existing?.username;
  if (owner === undefined || connection.context.options.sessionTakeover === 'any_user') return false;
  return owner !== connection.verifiedUsername;
}

function sessionWill(connection: Connection, { packet, willRevision = -1 }: Login): SessionWill | undefined {
  if (packet.will === undefined) return undefined;
  const { identity, superuser } = connection;
  return {
    message: willMessage(connection, packet.will),
    delaySeconds: packet.will.properties?.willDelayInterval ?? 0,
    owner: { identity, superuser, revision: willRevision },
  };
}

function configure(connection: Connection, packet: ConnectPacket, grant: Grant): void {
  const { options } = connection;
  const { properties } = packet;
  connection.window = Math.min(options.inflightMax, properties?.receiveMaximum ?? 65_535);
  connection.keepAlive = grantedKeepAlive(packet, options.keepAliveSecondsMax);
  const { topicAliasMaximum } = connection.rules;
  if (packet.version === 5 && topicAliasMaximum > 0) connection.inboundAliases = new InboundAliases(topicAliasMaximum);
  const theirAliases = properties?.topicAliasMaximum ?? 0;
  connection.transmitter.configure(packet.version, Math.min(theirAliases, topicAliasMaximum));
  applyLimits(connection, grant.limits);
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
  connection.cleanStart = login.packet.cleanStart;
  connection.connectedAtMs = context.clock.now();
  context.counters.connectionsAccepted++;
  connection.deadline.keepAlive(connection.keepAlive);
  if (context.log.wordsConnections !== true && context.log.keepsDebug !== false) {
    context.log.debug('Client connected', {
      client: identity.clientId,
      username: identity.username,
      address: identity.peer.address,
      listener: connection.rules.name,
      version: connection.version,
      sessionPresent,
    });
  }
  session.outbox.attach(connection);
  session.pump();
  // Whoever listens may end the client, so nothing is left to do by now.
  context.events.emit('connected', {
    client: identity,
    sessionPresent,
    cleanStart: login.packet.cleanStart,
    keepAlive: connection.keepAlive,
    expirySeconds: session.expirySeconds,
    connectedAtMs: connection.connectedAtMs,
  });
}
