/** Which packet may come in which state of a connection, and whose it is. */

import { ProtocolError } from '../../packet/error.ts';
import type { ControlPacket } from '../../packet/types.ts';
import type { Connection } from './connection.ts';
import { handlePuback, handlePubcomp, handlePubrec, handlePubrel } from './handle-acks.ts';
import { handleAuth } from './handle-auth.ts';
import { handleConnect } from './handle-connect.ts';
import { handleDisconnect } from './handle-disconnect.ts';
import { handleSubscribe } from './handle-subscribe.ts';
import { handleUnsubscribe } from './handle-unsubscribe.ts';

/** @throws ProtocolError for a packet that does not fit the state, and for what the handlers find */
export function dispatch(connection: Connection, packet: ControlPacket): void {
  const { state } = connection;
  if (state === 'connected') {
    dispatchConnected(connection, packet);
  } else if (packet.type === 'connect' && state === 'opening') {
    handleConnect(connection, packet);
  } else if (packet.type === 'auth' && state === 'authenticating') {
    handleAuth(connection, packet);
  } else if (packet.type === 'disconnect' && state === 'authenticating') {
    handleDisconnect(connection, packet);
  } else {
    notConnected(connection, packet.type.toUpperCase());
  }
}

function dispatchConnected(connection: Connection, packet: ControlPacket): void {
  switch (packet.type) {
    case 'puback':
      handlePuback(connection, packet);
      break;
    case 'pubrec':
      handlePubrec(connection, packet);
      break;
    case 'pubrel':
      handlePubrel(connection, packet);
      break;
    case 'pubcomp':
      handlePubcomp(connection, packet);
      break;
    case 'subscribe':
      handleSubscribe(connection, packet);
      break;
    case 'unsubscribe':
      handleUnsubscribe(connection, packet);
      break;
    case 'pingreq':
      connection.send({ type: 'pingresp' });
      break;
    case 'disconnect':
      handleDisconnect(connection, packet);
      break;
    case 'auth':
      handleAuth(connection, packet);
      break;
    case 'connect':
      throw new ProtocolError(0x82, 'MQTT-3.1.0-2', 'CONNECT was sent a second time');
    default:
      throw new ProtocolError(0x82, 'MQTT-4.13.1-1', `${packet.type.toUpperCase()} is for servers to send`);
  }
}

/** A packet that only a connected client may send came from one that is not. */
export function notConnected(connection: Connection, packet: string): never {
  if (connection.state === 'authenticating') {
    throw new ProtocolError(0x82, 'MQTT-3.1.2-30', `${packet} was sent while the authentication goes on`);
  }
  throw new ProtocolError(0x82, 'MQTT-3.1.0-1', `${packet} was sent before CONNECT`);
}
