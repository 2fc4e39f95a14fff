/** The will of a CONNECT: whether it may be, and the message it becomes. */

import { ProtocolError } from '../../packet/error.ts';
import { Message } from '../../packet/message.ts';
import type { Will } from '../../packet/types.ts';
import { quote } from '../../std/shorten.ts';
import { topicNameProblem } from '../../topic/name.ts';
import type { Connection } from './connection.ts';
import { checkTopic } from './topic-limits.ts';

/** @throws ProtocolError when the broker cannot publish such a will */
export function checkWill(connection: Connection, will: Will): void {
  const { options } = connection;
  const maximumQos = Math.min(options.maximumQos, connection.rules.maximumQos);
  if (will.qos > maximumQos) {
    throw new ProtocolError(0x9b, 'MQTT-3.2.2-12', `Will at QoS ${will.qos}; the highest QoS here is ${maximumQos}`);
  }
  if (will.retain && !options.retainAvailable) {
    throw new ProtocolError(0x9a, 'MQTT-3.2.2-13', 'A retained will was asked for; retained messages are switched off');
  }
  const problem = topicNameProblem(will.topic);
  if (problem !== undefined) {
    throw new ProtocolError(0x90, 'MQTT-3.1.3-11', `The Will Topic ${quote(will.topic)} ${problem}`);
  }
  checkTopic(options, connection.context.counters, will.topic, 0x90);
}

/** The message to keep until the connection ends. */
export function willMessage(connection: Connection, will: Will): Message {
  const { topic, payload, qos, retain, properties } = will;
  const message = Message.of(connection.mountpoint + topic, payload, qos, retain, withoutDelay(properties));
  message.publisher = connection.identity.clientId;
  // CONNECT was read in a block that may be much larger; the will stays for as long as the session.
  message.frameVersion = connection.version;
  return message.detach(true);
}

/** The delay is for the server; everything else goes to the receivers, in its order [MQTT-3.1.3-10]. */
function withoutDelay(properties: Will['properties']): Will['properties'] {
  if (properties === undefined) return undefined;
  const { willDelayInterval: _delay, ...rest } = properties;
  return rest;
}
