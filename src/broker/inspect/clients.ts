/** Clients as an operator sees them: every session, with its connection where it has one. */

import type { ProtocolVersion, Qos } from '../../packet/types.ts';
import type { PermissionRule } from '../../ports/access.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Transport } from '../../ports/listener.ts';
import { Connection } from '../connection/connection.ts';
import type { DropReason } from '../counters.ts';
import { InvalidRequest } from '../invalid-request.ts';
import type { Session } from '../session/session.ts';
import type { Sessions } from '../session/sessions.ts';
import { PageBuilder, type PageOf, type PageRequest } from './page.ts';
import { inSlices, turn } from './slices.ts';

/** So many clients take about a tenth of a millisecond to be described. */
const LONG_PAGE = 100;

/** Times are milliseconds since the epoch, 0 where there is none yet. */
export interface ClientSummary {
  readonly clientId: string;
  /** What the client said or its login made of it; of one that is not connected, what a login had checked. */
  readonly username: string | undefined;
  readonly connected: boolean;
  /** Empty for clients that are not connected, as all that belongs to a connection. */
  readonly address: string;
  readonly port: number;
  readonly listener: string;
  readonly transport: Transport | undefined;
  readonly version: ProtocolVersion | undefined;
  readonly superuser: boolean;
  /** It says that it is a bridge. */
  readonly bridge: boolean;
  readonly keepAliveSeconds: number;
  readonly cleanStart: boolean;
  /** How long the session outlives its connection; 4,294,967,295 is for ever. */
  readonly expirySeconds: number;
  /** When the session ends, while nobody is connected. */
  readonly expiresAtMs: number;
  readonly createdAtMs: number;
  readonly connectedAtMs: number;
  /** When the connection before ended. */
  readonly disconnectedAtMs: number;
  readonly mountpoint: string;
  /** Kept across a restart of the broker. */
  readonly durable: boolean;
  readonly subscriptions: number;
  readonly inflight: number;
  readonly inflightMax: number;
  readonly queued: number;
  readonly queuedBytes: number;
  /** QoS 2 messages of the client that it has not released. */
  readonly awaitingRelease: number;
  /** PUBLISH packets of this connection, from the client and to it; the next four likewise. */
  readonly messagesIn: number;
  readonly messagesOut: number;
  readonly packetsIn: number;
  readonly packetsOut: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Bytes that wait for the client to read them. */
  readonly bytesWaiting: number;
  /** Messages to this client that did not arrive, since the session was opened or the broker started. */
  readonly dropped: number;
}

export interface ClientDetail extends ClientSummary {
  /** Only reasons that occurred. */
  readonly droppedBy: Readonly<Partial<Record<DropReason, number>>>;
  readonly localAddress: string;
  readonly localPort: number;
  /** Of the client's certificate that TLS has verified. */
  readonly certificateSubject: string | undefined;
  readonly pskIdentity: string | undefined;
  /** What the login allowed and forbade this client in particular. */
  readonly permissions: readonly PermissionRule[];
  readonly will:
    | { readonly topic: string; readonly bytes: number; readonly qos: Qos; readonly retain: boolean }
    | undefined;
}

const sortKeys = {
  clientId: (session: Session): string => session.clientId,
  username: (session: Session): string => usernameOf(session) ?? '',
  address: (session: Session): string => connectionOf(session)?.identity.peer.address ?? '',
  connectedAt: (session: Session): number => connectionOf(session)?.connectedAtMs ?? 0,
  createdAt: (session: Session): number => session.createdAtMs,
  subscriptions: (session: Session): number => session.subscriptions.size,
  inflight: (session: Session): number => session.outbox.inflight.size,
  queued: (session: Session): number => session.outbox.queue.length,
  queuedBytes: (session: Session): number => session.outbox.queue.bytes,
  bytesWaiting: (session: Session): number => connectionOf(session)?.link.bytesWaiting ?? 0,
  messagesIn: (session: Session): number => connectionOf(session)?.link.traffic?.messagesReceived ?? 0,
  messagesOut: (session: Session): number => connectionOf(session)?.link.traffic?.messagesSent ?? 0,
  bytesIn: (session: Session): number => connectionOf(session)?.link.traffic?.bytesReceived ?? 0,
  bytesOut: (session: Session): number => connectionOf(session)?.link.traffic?.bytesSent ?? 0,
  dropped: (session: Session): number => droppedOf(session),
} as const;

export type ClientSort = keyof typeof sortKeys;

/** What a list of clients can be ordered by. */
export const clientSorts: readonly ClientSort[] = Object.keys(sortKeys) as ClientSort[];

/** Everything that is given has to hold. */
export interface ClientQuery extends PageRequest {
  readonly clientId?: string | undefined;
  readonly clientIdPrefix?: string | undefined;
  readonly username?: string | undefined;
  readonly address?: string | undefined;
  readonly listener?: string | undefined;
  readonly connected?: boolean | undefined;
  /** Occurs in Client Identifier, user name or address; case does not matter. */
  readonly search?: string | undefined;
  /** Any other condition. */
  readonly where?: ((client: ClientSummary) => boolean) | undefined;
  /** `clientId` unless given. */
  readonly sort?: ClientSort | undefined;
}

export interface ClientsContext {
  readonly sessions: Sessions;
  readonly clock: Clock;
}

/** A page of the clients that meet the conditions. @throws InvalidRequest for an order, limit or cursor that cannot be */
export async function listClients(
  { sessions, clock }: ClientsContext,
  query: ClientQuery = {},
): Promise<PageOf<ClientSummary>> {
  const { sort = 'clientId', clientId } = query;
  if (!clientSorts.includes(sort)) {
    throw new InvalidRequest(`Cannot sort clients by ${JSON.stringify(sort)}; allowed: ${clientSorts.join(', ')}`);
  }
  const page = new PageBuilder<Session>(query);
  const keyOf = sortKeys[sort];
  const meets = conditionOf(query);
  const offer = (session: Session): void => {
    if (meets(session)) page.offer(keyOf(session), session.clientId, session);
  };
  const only = clientId === undefined ? undefined : sessions.get(clientId);
  if (clientId === undefined) await inSlices(sessions, clock, offer);
  else if (only !== undefined) offer(only);
  // A long page is made in a turn of its own.
  if (page.length > LONG_PAGE) await turn(clock);
  return page.page((session) => (session.ended ? undefined : summaryOf(session)));
}

function conditionOf(query: ClientQuery): (session: Session) => boolean {
  const { clientIdPrefix, username, address, listener, connected, where } = query;
  const search = query.search?.toLowerCase();
  return (session) => {
    const connection = connectionOf(session);
    if (connected !== undefined && connected !== (connection !== undefined)) return false;
    if (clientIdPrefix !== undefined && !session.clientId.startsWith(clientIdPrefix)) return false;
    if (username !== undefined && usernameOf(session) !== username) return false;
    if (address !== undefined && connection?.identity.peer.address !== address) return false;
    if (listener !== undefined && connection?.identity.peer.listener !== listener) return false;
    if (search !== undefined && !occurs(search, session, connection)) return false;
    return where === undefined || where(summaryOf(session));
  };
}

function occurs(search: string, session: Session, connection: Connection | undefined): boolean {
  if (session.clientId.toLowerCase().includes(search)) return true;
  if (usernameOf(session)?.toLowerCase().includes(search) === true) return true;
  return connection?.identity.peer.address.includes(search) === true;
}

/** The connection of a session whose client was accepted. */
export function connectionOf(session: Session): Connection | undefined {
  const { connection } = session;
  return connection instanceof Connection && connection.connectedAtMs !== 0 ? connection : undefined;
}

function usernameOf(session: Session): string | undefined {
  return connectionOf(session)?.identity.username ?? session.username;
}

function droppedOf(session: Session): number {
  let dropped = 0;
  for (const reason in session.drops) dropped += session.drops[reason as DropReason]!;
  return dropped;
}

function summaryOf(session: Session): ClientSummary {
  const connection = connectionOf(session);
  const { clientId, outbox, subscriptions, incoming } = session;
  const { identity, link } = connection ?? {};
  const traffic = link?.traffic;
  return {
    clientId,
    username: usernameOf(session),
    connected: connection !== undefined,
    address: identity?.peer.address ?? '',
    port: identity?.peer.port ?? 0,
    listener: identity?.peer.listener ?? '',
    transport: identity?.peer.transport,
    version: identity?.version,
    superuser: connection?.superuser ?? false,
    bridge: connection?.bridge ?? false,
    keepAliveSeconds: connection?.keepAlive ?? 0,
    cleanStart: connection?.cleanStart ?? false,
    expirySeconds: session.expirySeconds,
    expiresAtMs: session.expiresAtMs,
    createdAtMs: session.createdAtMs,
    connectedAtMs: connection?.connectedAtMs ?? 0,
    disconnectedAtMs: session.disconnectedAtMs,
    mountpoint: session.mountpoint,
    durable: session.number !== 0,
    subscriptions: subscriptions.size,
    inflight: outbox.inflight.size + outbox.released.size,
    inflightMax: connection?.window ?? 0,
    queued: outbox.queue.length,
    queuedBytes: outbox.queue.bytes,
    awaitingRelease: incoming.size,
    messagesIn: traffic?.messagesReceived ?? 0,
    messagesOut: traffic?.messagesSent ?? 0,
    packetsIn: traffic?.packetsReceived ?? 0,
    packetsOut: traffic?.packetsSent ?? 0,
    bytesIn: traffic?.bytesReceived ?? 0,
    bytesOut: traffic?.bytesSent ?? 0,
    bytesWaiting: link?.bytesWaiting ?? 0,
    dropped: droppedOf(session),
  };
}

export function detailOf(session: Session): ClientDetail {
  const identity = connectionOf(session)?.identity;
  const peer = identity?.peer;
  const { will } = session;
  return {
    ...summaryOf(session),
    droppedBy: { ...session.drops },
    localAddress: peer?.localAddress ?? '',
    localPort: peer?.localPort ?? 0,
    certificateSubject: peer?.certificate?.subject,
    pskIdentity: peer?.pskIdentity,
    permissions: identity?.permissions ?? [],
    will: will && {
      topic: will.message.topic,
      bytes: will.message.payloadBytes,
      qos: will.message.qos,
      retain: will.message.retain,
    },
  };
}
