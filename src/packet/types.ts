/**
 * The packets of MQTT 3.1, 3.1.1 and 5.0 as values. One set of types serves all versions: properties are
 * absent below 5, and a field that a version lacks has its neutral value. Names are the specification's.
 */

/** MQTT 3.1 (`MQIsdp`), 3.1.1 and 5.0 by their protocol level. */
export type ProtocolVersion = 3 | 4 | 5;

/** Quality of service of a message or a subscription. */
export type Qos = 0 | 1 | 2;

/** Raw bytes as they travel; always a `Buffer` so that text conversion needs no copy. */
export type Bytes = Buffer;

/** A name and value pair; names may repeat and the order is kept. */
export type UserProperty = readonly [name: string, value: string];

/** All MQTT 5 properties (section 2.2.2.2). Which packet may carry which is in `properties.ts`. */
export interface Properties {
  payloadFormatIndicator?: 0 | 1;
  /** Seconds. */
  messageExpiryInterval?: number;
  contentType?: string;
  responseTopic?: string;
  correlationData?: Bytes;
  /** One to 268,435,455 each; several only on PUBLISH from the server. */
  subscriptionIdentifiers?: number[];
  /** Seconds; 0xFFFFFFFF never ends. */
  sessionExpiryInterval?: number;
  assignedClientIdentifier?: string;
  /** Seconds. */
  serverKeepAlive?: number;
  authenticationMethod?: string;
  authenticationData?: Bytes;
  requestProblemInformation?: boolean;
  /** Seconds. */
  willDelayInterval?: number;
  requestResponseInformation?: boolean;
  responseInformation?: string;
  serverReference?: string;
  reasonString?: string;
  receiveMaximum?: number;
  topicAliasMaximum?: number;
  topicAlias?: number;
  maximumQos?: 0 | 1;
  retainAvailable?: boolean;
  userProperties?: UserProperty[];
  /** Bytes of the whole packet. */
  maximumPacketSize?: number;
  wildcardSubscriptionAvailable?: boolean;
  subscriptionIdentifiersAvailable?: boolean;
  sharedSubscriptionAvailable?: boolean;
}

export interface Will {
  topic: string;
  payload: Bytes;
  qos: Qos;
  retain: boolean;
  properties: Properties | undefined;
}

export interface ConnectPacket {
  type: 'connect';
  version: ProtocolVersion;
  /** Bit 0x80 of the protocol level: the client says that it is a bridge (a Mosquitto convention). */
  bridge: boolean;
  /** Clean Session in 3.1 and 3.1.1, Clean Start in 5.0. */
  cleanStart: boolean;
  /** Seconds; 0 switches keep alive off. */
  keepAlive: number;
  clientId: string;
  will: Will | undefined;
  username: string | undefined;
  password: Bytes | undefined;
  properties: Properties | undefined;
}

export interface ConnackPacket {
  type: 'connack';
  sessionPresent: boolean;
  /** A CONNACK return code (3.x) or a Reason Code (5.0), already of the connection's version. */
  reasonCode: number;
  properties: Properties | undefined;
}

export interface AckPacket {
  type: 'puback' | 'pubrec' | 'pubrel' | 'pubcomp';
  packetId: number;
  /** 0 below 5.0. */
  reasonCode: number;
  properties: Properties | undefined;
}

export interface SubscribeOptions {
  qos: Qos;
  noLocal: boolean;
  retainAsPublished: boolean;
  retainHandling: 0 | 1 | 2;
}

export interface SubscriptionRequest extends SubscribeOptions {
  filter: string;
}

export interface SubscribePacket {
  type: 'subscribe';
  packetId: number;
  subscriptions: SubscriptionRequest[];
  properties: Properties | undefined;
}

export interface SubackPacket {
  type: 'suback';
  packetId: number;
  reasonCodes: number[];
  properties: Properties | undefined;
}

export interface UnsubscribePacket {
  type: 'unsubscribe';
  packetId: number;
  filters: string[];
  properties: Properties | undefined;
}

export interface UnsubackPacket {
  type: 'unsuback';
  packetId: number;
  /** Not sent below 5.0. */
  reasonCodes: number[];
  properties: Properties | undefined;
}

export interface PingreqPacket {
  type: 'pingreq';
}

export interface PingrespPacket {
  type: 'pingresp';
}

export interface DisconnectPacket {
  type: 'disconnect';
  /** 0 below 5.0. */
  reasonCode: number;
  properties: Properties | undefined;
}

export interface AuthPacket {
  type: 'auth';
  reasonCode: number;
  properties: Properties | undefined;
}

/** A PUBLISH as decoded; `PublishPacket` in `publish.ts` implements it. */
export interface PublishLike {
  readonly type: 'publish';
  /** Empty when a Topic Alias stands for it. */
  topic: string;
  readonly payload: Bytes;
  readonly qos: Qos;
  readonly retain: boolean;
  readonly dup: boolean;
  /** 0 at QoS 0. */
  readonly packetId: number;
  readonly properties: Properties | undefined;
}

/** Every packet but PUBLISH. */
export type ControlPacket =
  | ConnectPacket
  | ConnackPacket
  | AckPacket
  | SubscribePacket
  | SubackPacket
  | UnsubscribePacket
  | UnsubackPacket
  | PingreqPacket
  | PingrespPacket
  | DisconnectPacket
  | AuthPacket;
