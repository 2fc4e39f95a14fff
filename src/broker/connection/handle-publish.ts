/**
 * PUBLISH from a client: what must hold, who is asked, and the acknowledgement, which leaves only when what it
 * promises is kept. This file is the one place where that order can be read.
 */

import { ProtocolError } from '../../packet/error.ts';
import type { Message } from '../../packet/message.ts';
import { isReasonCodeOf } from '../../packet/reason-codes.ts';
import { packetNumbers } from '../../packet/traffic.ts';
import { quote } from '../../std/shorten.ts';
import { authorize } from '../permission/authorize.ts';
import { acceptMessage } from '../routing/accept-message.ts';
import { filterMessage } from '../routing/filter-message.ts';
import type { Connection } from './connection.ts';
import { slowDown } from './flow/slow-down.ts';
import { storeFailed } from './store-failed.ts';
import { checkTopic } from './topic-limits.ts';

/** So many subscriptions that match cost so little that nobody counts them. */
const FEW_MATCHED = 100;
/**
 * Nothing is kept of a delivery at QoS 0, and it costs as much less. Counted in full, five messages to 10,000
 * subscribers filled a turn, each write carried five of them, and a delivery cost 2.6 us; now it is 0.8.
 */
const UNITS_PER_DELIVERY_AT_0 = 0.125;

export function handlePublish(connection: Connection, message: Message): void {
  const { context, session } = connection;
  const { qos } = message;
  context.counters.messagesReceived[qos]!++;
  if (message.properties !== undefined) applyProperties(connection, message);
  checkPublish(connection, message);
  if (connection.messageRate !== undefined || connection.byteRate !== undefined) slowDown(connection, message);
  const { mountpoint } = connection;
  if (mountpoint !== '') {
    message.topic = mountpoint + message.topic;
    message.frameStart = -1;
  }
  message.publisher = connection.identity.clientId;
  if (qos === 2 && session!.incoming.has(message.packetId)) {
    // A repeat of what we have: answered again, not routed again [MQTT-4.3.3-10].
    context.counters.identifiersInUse[packetNumbers.publish]!++;
    acknowledgeRepeat(connection, message.packetId);
    return;
  }
  if (qos > 0) countUnacknowledged(connection, message);
  const { payloadBytesMax } = connection.options;
  if (payloadBytesMax > 0 && message.payloadBytes > payloadBytesMax) {
    tooLarge(connection, message, payloadBytesMax);
    return;
  }
  const allowed = authorize(connection, 'publish', message.topic, qos, message.retain);
  if (allowed === true) filter(connection, message);
  else
    connection.settle(
      allowed,
      (yes) => authorized(connection, message, yes),
      () => authorized(connection, message, false),
    );
}

function applyProperties(connection: Connection, message: Message): void {
  const { topicAlias, messageExpiryInterval, subscriptionIdentifiers } = message.properties!;
  if (subscriptionIdentifiers !== undefined) {
    throw new ProtocolError(0x82, 'MQTT-3.3.4-6', 'PUBLISH from a client carries a Subscription Identifier');
  }
  if (topicAlias !== undefined) {
    if (connection.inboundAliases === undefined) {
      const text = `PUBLISH has Topic Alias ${topicAlias}; none are accepted here`;
      throw new ProtocolError(0x94, 'MQTT-3.2.2-18', text, 'topic_alias');
    }
    connection.inboundAliases.resolve(message, topicAlias);
  }
  if (messageExpiryInterval !== undefined) {
    message.expiresAtMs = connection.context.clock.now() + messageExpiryInterval * 1000;
  }
}

function checkPublish(connection: Connection, message: Message): void {
  const { options } = connection;
  const { qos, topic } = message;
  if (qos > options.maximumQos || qos > connection.rules.maximumQos) {
    const maximum = Math.min(options.maximumQos, connection.rules.maximumQos);
    throw new ProtocolError(0x9b, 'MQTT-3.2.2-11', `PUBLISH at QoS ${qos}; the highest QoS here is ${maximum}`);
  }
  if (message.retain && !options.retainAvailable) {
    throw new ProtocolError(0x9a, 'MQTT-3.2.2-14', 'PUBLISH has RETAIN set; retained messages are switched off');
  }
  // The decoder hands out the same string while the topic stays the same, so this is a comparison of pointers.
  if (topic !== connection.checkedTopic) {
    checkTopic(options, connection.context.counters, connection.mountpoint + topic, 0x90);
    connection.checkedTopic = topic;
  }
}

function countUnacknowledged(connection: Connection, message: Message): void {
  const { options, context } = connection;
  connection.unacknowledged++;
  // Below 5.0 there is no Receive Maximum; packet identifiers bound what such a client can leave open.
  if (connection.version < 5 || connection.unacknowledged <= options.receiveMaximum) return;
  context.counters.limit('receive_maximum');
  throw new ProtocolError(
    0x93,
    'MQTT-3.3.4-7',
    `PUBLISH ${message.packetId} is unacknowledged message ${connection.unacknowledged}; ` +
      `the Receive Maximum is ${options.receiveMaximum}`,
  );
}

/** The exchange is completed as if it had been delivered. */
function tooLarge(connection: Connection, message: Message, limit: number): void {
  const { counters, events } = connection.context;
  counters.limit('payload_bytes');
  counters.drop('payload_too_large');
  events.emit('dropped', { message, clientId: connection.identity.clientId, reason: 'payload_too_large' });
  refuse(connection, message, 0x83, `A payload of ${message.payloadBytes} bytes; the limit is ${limit}`);
}

function authorized(connection: Connection, message: Message, yes: boolean): void {
  if (yes) {
    filter(connection, message);
    return;
  }
  const { context, identity } = connection;
  context.counters.drop('not_authorized');
  context.events.emit('dropped', { message, clientId: identity.clientId, reason: 'not_authorized' });
  context.events.emit('publishDenied', { message, client: identity });
  // The client knows nothing of its mountpoint.
  const text = `No permission to publish to ${quote(message.topic.slice(connection.mountpoint.length))}`;
  if ((connection.rules.unauthorizedPublish ?? connection.options.unauthorizedPublish) === 'disconnect') {
    throw new ProtocolError(0x87, 'MQTT-3.3.5-2', text);
  }
  refuse(connection, message, 0x87, text);
}

/** What the client waits for an answer to. A hook may change the message meanwhile. */
type Received = Pick<Message, 'qos' | 'packetId' | 'topic'>;

/** Lets the program change or refuse the message. */
function filter(connection: Connection, message: Message): void {
  const { context } = connection;
  if (context.hooks.publish === undefined) {
    routeAndAcknowledge(connection, message, message);
    return;
  }
  const received: Received = { qos: message.qos, packetId: message.packetId, topic: message.topic };
  connection.settle(
    filterMessage(context, message, connection.identity),
    (answer) => {
      if (typeof answer !== 'number' || answer === 0) routeAndAcknowledge(connection, received, answer);
      else refuse(connection, received, fitting(received, answer), 'The message was refused');
    },
    // Failures of the hook are answers already.
    () => refuse(connection, received, 0x83, 'The message could not be processed'),
  );
}

/** A code that is not listed for the acknowledgement must not be in it [MQTT-3.4.2-1] [MQTT-3.5.2-1]. */
function fitting({ qos }: Received, reasonCode: number): number {
  return isReasonCodeOf(qos === 2 ? 'pubrec' : 'puback', reasonCode) ? reasonCode : 0x83;
}

/**
 * @param received what the client sent
 * @param message what is routed, which a hook may have changed or replaced; 0 when a hook has taken it
 */
function routeAndAcknowledge(connection: Connection, received: Received, message: Message | 0): void {
  const { context, session } = connection;
  const since = context.journal?.operations ?? 0;
  const { qos, packetId } = received;
  if (qos === 2) {
    session!.incoming.add(packetId);
    session!.journal?.incoming(session!.number, packetId);
    if (message !== 0 && context.journal !== undefined) message.journalCount = since;
  }
  const refusable = qos > 0 && connection.version === 5;
  const { routeMemory } = connection;
  const { identity, superuser } = connection;
  const publisher = superuser ? undefined : identity;
  const receivers =
    message === 0 ? 1 : acceptMessage(context, message, identity, refusable, publisher, received.topic, routeMemory);
  const matched = routeMemory.match?.values.length ?? 0;
  if (matched > FEW_MATCHED) connection.spend(qos === 0 ? matched * UNITS_PER_DELIVERY_AT_0 : matched);
  if (qos === 0) return;
  if (message !== 0) {
    message.journalCount = -1;
    if (qos === 2 && context.journal !== undefined && context.journal.operations !== since) {
      message.promisedIn = context.journal.batch;
    }
  }
  if (receivers < 0) {
    if (qos === 2) forgetIncoming(connection, packetId);
    refuse(connection, received, 0x97, 'A limit on retained messages is reached');
    return;
  }
  acknowledge(connection, received, receivers === 0 && connection.version === 5 ? 0x10 : 0, since);
}

function forgetIncoming(connection: Connection, packetId: number): void {
  const session = connection.session!;
  session.incoming.delete(packetId);
  session.journal?.incomingDone(session.number, packetId);
}

/** The acknowledgement, after the commit where one is needed [MQTT-4.3.2-4] [MQTT-4.3.3-8]. */
function acknowledge(connection: Connection, message: Received, reasonCode: number, since: number): void {
  const { qos, packetId } = message;
  const type = qos === 1 ? 'puback' : 'pubrec';
  const { askedAtMs } = connection;
  const { clock, counters, journal } = connection.context;
  if (connection.mustWait(since)) {
    const begunMs = askedAtMs === 0 ? clock.monotonic() : askedAtMs;
    const send = (): void => {
      counters.acknowledgementSeconds.observe((clock.monotonic() - begunMs) / 1000);
      sendAck(connection, type, packetId, reasonCode);
    };
    // What needed nothing of the store waits for the order alone: it has been delivered, whatever becomes of the commit.
    const failed =
      journal?.operations === since
        ? () => connection.state === 'connected' && send()
        : () => promiseFailed(connection, type, packetId);
    connection.afterCommit(send, failed);
  } else {
    // What waits for nothing takes no time that is worth reading a clock for.
    counters.acknowledgementSeconds.observe(askedAtMs === 0 ? 0 : (clock.monotonic() - askedAtMs) / 1000);
    sendAck(connection, type, packetId, reasonCode);
  }
}

/** What is repeated is on disk already, whatever becomes of the commit whose promises it must not overtake. */
function acknowledgeRepeat(connection: Connection, packetId: number): void {
  const send = (): void => {
    if (connection.state === 'connected') sendAck(connection, 'pubrec', packetId, 0);
  };
  if (connection.mustWait(connection.context.journal?.operations ?? 0)) connection.afterCommit(send, send);
  else send();
}

function sendAck(connection: Connection, type: 'puback' | 'pubrec', packetId: number, reasonCode: number): void {
  // PUBACK gives the client its quota back; at QoS 2 that is for PUBCOMP to do, or for a refusal.
  if (type === 'puback' || reasonCode >= 0x80) connection.unacknowledged--;
  connection.send({ type, packetId, reasonCode, properties: undefined });
}

/**
 * The store refused what the acknowledgement would have promised. The connection may be gone; its session, if it goes
 * on, must not take the repeat for a message that it has.
 */
function promiseFailed(connection: Connection, type: 'puback' | 'pubrec', packetId: number): void {
  if (type === 'pubrec') forgetIncoming(connection, packetId);
  if (connection.state !== 'connected') return;
  if (connection.version < 5) {
    connection.end(storeFailed(connection));
    return;
  }
  connection.unacknowledged--;
  const reasonString = 'The store refuses writes; the message was not accepted';
  connection.send({ type, packetId, reasonCode: 0x83, properties: { reasonString } });
}

/**
 * Refuses one message. An MQTT 5 client is told; older ones have no packet for it, so their message is acknowledged
 * as usual and goes nowhere [MQTT-3.3.5-2@3.1.1].
 */
function refuse(connection: Connection, message: Received, reasonCode: number, reasonString: string): void {
  const { qos, packetId } = message;
  if (qos === 0) return;
  const type = qos === 1 ? 'puback' : 'pubrec';
  if (connection.version < 5) {
    // The exchange is completed as usual: PUBREL will ask for this identifier.
    if (qos === 2) connection.session!.incoming.add(packetId);
    sendAck(connection, type, packetId, 0);
    return;
  }
  connection.unacknowledged--;
  connection.send({ type, packetId, reasonCode, properties: { reasonString } });
}
