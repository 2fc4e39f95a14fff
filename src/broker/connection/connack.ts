/** What CONNACK tells an MQTT 5 client: only what differs from the specification's defaults, so that it stays short. */

import { PACKET_BYTES_MAX } from '../../packet/encode.ts';
import type { Properties } from '../../packet/types.ts';
import { bridgeAnswer, hasBridgeMark } from '../../topic/bridge-list.ts';
import type { Login } from './accept-connection.ts';
import type { Connection } from './connection.ts';
import { grantedExpiry } from './grants.ts';
import type { Grant } from './login/apply-grant.ts';

export function connackProperties(connection: Connection, login: Login, grant: Grant): Properties {
  const { options } = connection;
  const { packet, assignedClientId } = login;
  const asked = packet.properties ?? {};
  const properties: Properties = {};
  const expiry = grantedExpiry(packet, options);
  // Keys are written in their order, which is Mosquitto's as far as it has them: some compare the bytes.
  if (connection.keepAlive !== packet.keepAlive) properties.serverKeepAlive = connection.keepAlive;
  if (connection.rules.topicAliasMaximum > 0) properties.topicAliasMaximum = connection.rules.topicAliasMaximum;
  if (assignedClientId !== undefined) properties.assignedClientIdentifier = assignedClientId;
  if (connection.authenticationMethod !== undefined) {
    properties.authenticationMethod = connection.authenticationMethod;
    if (grant.authenticationData !== undefined) properties.authenticationData = grant.authenticationData;
  }
  if (!options.retainAvailable) properties.retainAvailable = false;
  if (options.packetBytesMax < PACKET_BYTES_MAX) properties.maximumPacketSize = options.packetBytesMax;
  if (options.receiveMaximum < 65_535) properties.receiveMaximum = options.receiveMaximum;
  const maximumQos = Math.min(options.maximumQos, connection.rules.maximumQos);
  if (maximumQos < 2) properties.maximumQos = maximumQos as 0 | 1;
  if (expiry !== (asked.sessionExpiryInterval ?? 0)) properties.sessionExpiryInterval = expiry;
  if (!options.wildcardSubscriptionAvailable) properties.wildcardSubscriptionAvailable = false;
  if (!options.subscriptionIdentifiersAvailable) properties.subscriptionIdentifiersAvailable = false;
  if (!options.sharedSubscriptionAvailable) properties.sharedSubscriptionAvailable = false;
  // Given only to a client that asked for it [MQTT-3.1.2-28].
  if (asked.requestResponseInformation === true && options.responseInformation !== '') {
    properties.responseInformation = options.responseInformation.replaceAll('%c', () => connection.identity.clientId);
  }
  const userProperties = [
    ...(grant.userProperties ?? []),
    ...(hasBridgeMark(asked.userProperties) ? bridgeAnswer(connection.context.echoes.brokerId) : []),
  ];
  if (userProperties.length > 0) properties.userProperties = userProperties;
  return properties;
}
