/**
 * Enhanced authentication (section 4.12): the exchange begun by CONNECT, and re-authentication of a connected client.
 */

import { ProtocolError } from '../../packet/error.ts';
import type { AuthPacket, Bytes } from '../../packet/types.ts';
import type { Credentials, Exchange, ExchangeStep } from '../../ports/access.ts';
import { attempt } from '../../std/attempt.ts';
import { quote } from '../../std/shorten.ts';
import { accept, type Login } from './accept-connection.ts';
import type { Connection } from './connection.ts';
import { applyGrant, type Grant } from './login/apply-grant.ts';
import { refuseBanned } from './login/banned.ts';

/** Where an exchange stands. */
export interface AuthenticationStage {
  readonly exchange: Exchange;
  /** What CONNECT asked for; undefined for a re-authentication. */
  readonly login: Login | undefined;
}

export function beginExchange(
  connection: Connection,
  method: string,
  data: Bytes | undefined,
  credentials: Credentials,
  login: Login,
): void {
  const exchange = connection.context.access.exchange(method, credentials);
  if (exchange === undefined) {
    throw new ProtocolError(0x8c, 'MQTT-4.12.0-1', `Authentication Method ${quote(method)} is not provided here`);
  }
  connection.authenticationMethod = method;
  connection.state = 'authenticating';
  advance(connection, { exchange, login }, data);
}

export function handleAuth(connection: Connection, packet: AuthPacket): void {
  const method = connection.authenticationMethod;
  if (method === undefined) {
    throw new ProtocolError(0x82, 'MQTT-4.12.0-7', 'AUTH was sent though CONNECT named no Authentication Method');
  }
  if (packet.properties?.authenticationMethod !== method) {
    throw new ProtocolError(0x82, 'MQTT-4.12.0-5', `AUTH names another Authentication Method than ${quote(method)}`);
  }
  const data = packet.properties.authenticationData;
  const { stage } = connection;
  if (packet.reasonCode === 0x18) {
    if (stage === undefined) {
      throw new ProtocolError(0x82, 'MQTT-4.12.0-3', 'AUTH 0x18 was sent though no authentication is under way');
    }
    advance(connection, stage, data);
    return;
  }
  if (packet.reasonCode !== 0x19 || connection.state !== 'connected' || stage !== undefined) {
    throw new ProtocolError(0x82, 'MQTT-4.12.1-1', 'AUTH does not fit the state of the authentication');
  }
  const credentials: Credentials = { ...connection.identity, password: undefined, anonymous: 'deny' };
  const exchange = connection.context.access.exchange(method, credentials);
  if (exchange === undefined) {
    throw new ProtocolError(0x8c, 'MQTT-4.12.0-1', `Authentication Method ${quote(method)} is not provided any more`);
  }
  advance(connection, { exchange, login: undefined }, data);
}

function advance(connection: Connection, stage: AuthenticationStage, data: Bytes | undefined): void {
  connection.stage = stage;
  connection.settle(
    attempt(() => stage.exchange.step(data)),
    (step) => answer(connection, stage, step),
    (error) => {
      const cause = error instanceof Error ? error.message : String(error);
      connection.context.log.warn('An enhanced authentication could not go on', { client: connection.label, cause });
      refuse(connection, 0x88, `${connection.label} was refused because its login could not be checked`);
    },
  );
}

function answer(connection: Connection, stage: AuthenticationStage, step: ExchangeStep): void {
  if (step.outcome === 'continue') {
    connection.send(authPacket(connection, 0x18, step.data));
    return;
  }
  connection.stage = undefined;
  if (step.outcome === 'deny') {
    refuse(connection, step.reasonCode ?? 0x87, step.reasonString ?? `${connection.label} failed its authentication`);
    return;
  }
  const { username, superuser, permissions, expiresAtMs, data } = step;
  const grant: Grant = {
    ...(superuser !== undefined && { superuser }),
    ...(username !== undefined && { username }),
    ...(permissions !== undefined && { permissions }),
    ...(expiresAtMs !== undefined && { expiresAtMs }),
    ...(data !== undefined && { authenticationData: data }),
  };
  if (stage.login === undefined) authenticatedAgain(connection, grant);
  else accept(connection, stage.login, grant);
}

/** The client may be somebody else now: what it holds, its session and its will are that user's. */
function authenticatedAgain(connection: Connection, grant: Grant): void {
  const { context } = connection;
  if (!applyGrant(connection, grant)) {
    refuse(connection, 0x87, `${connection.label} has a login that ended before it began`);
    return;
  }
  if (refuseBanned(connection)) return;
  const session = connection.session!;
  const { identity, superuser } = connection;
  session.username = connection.verifiedUsername;
  if (session.will !== undefined) session.will = { ...session.will, owner: { identity, superuser, revision: -1 } };
  context.sessions.record(session);
  connection.send(authPacket(connection, 0x00, grant.authenticationData));
  context.reviews.review(session);
}

function refuse(connection: Connection, reasonCode: number, message: string): void {
  connection.stage = undefined;
  connection.end({ name: 'not_authorized', reasonCode, message, statement: 'MQTT-4.12.0-4' });
}

function authPacket(connection: Connection, reasonCode: number, data: Bytes | undefined): AuthPacket {
  return {
    type: 'auth',
    reasonCode,
    properties: {
      authenticationMethod: connection.authenticationMethod!,
      ...(data !== undefined && { authenticationData: data }),
    },
  };
}
