/**
 * Tells tracers in this process what happens, through channels of `node:diagnostics_channel`. A channel without subscribers
 * costs nothing for each message: who has any is looked at once a second, and only then is the broker listened to.
 */

import { type Channel, channel } from 'node:diagnostics_channel';
import type { Broker } from './broker/broker.ts';
import type { Message } from './packet/message.ts';
import { MessageView } from './plugins/plugin-message.ts';
import type { ClientIdentity } from './ports/access.ts';
import type { Clock } from './ports/clock.ts';

/** How long after its first subscriber a channel is told at the latest. */
const LOOK_MS = 1000;

type EventSource = Pick<Broker, 'on'>;
type Tell = (told: object) => void;

/** The same number for a message at its publish, its deliveries and its acknowledgements, as long as it is in memory. */
class MessageNumbers {
  readonly #numbers = new WeakMap<Message, number>();
  #last = 0;

  of(message: Message): number {
    let number = this.#numbers.get(message);
    if (number === undefined) {
      number = ++this.#last;
      this.#numbers.set(message, number);
    }
    return number;
  }
}

/** By the end of their names; each says how the broker is listened to for it. */
const wirings: Readonly<Record<string, (broker: EventSource, tell: Tell, numbers: MessageNumbers) => () => void>> = {
  connect: (broker, tell) =>
    broker.on('connected', ({ client, sessionPresent, cleanStart, keepAlive, expirySeconds }) =>
      tell({ ...named(client), sessionPresent, cleanStart, keepAlive, expirySeconds }),
    ),
  refuse: (broker, tell) =>
    broker.on('refused', ({ clientId, username, address, reason, reasonCode }) =>
      tell({ clientId, username, address, reason, reasonCode }),
    ),
  disconnect: (broker, tell) =>
    broker.on('disconnected', ({ client, reason, reasonCode }) => tell({ ...named(client), reason, reasonCode })),
  subscribe: (broker, tell) =>
    broker.on('subscribed', ({ client, filter, qos }) => tell({ ...named(client), filter, qos })),
  unsubscribe: (broker, tell) => broker.on('unsubscribed', ({ client, filter }) => tell({ ...named(client), filter })),
  publish: (broker, tell, numbers) =>
    broker.on('published', ({ message, client }) =>
      tell({ messageNumber: numbers.of(message), message: new MessageView(message), ...(client && named(client)) }),
    ),
  deliver: (broker, tell, numbers) =>
    broker.on('delivered', ({ message, client, qos }) =>
      tell({ messageNumber: numbers.of(message), message: new MessageView(message), ...named(client), qos }),
    ),
  acknowledge: (broker, tell, numbers) =>
    broker.on('acknowledged', ({ message, client, qos }) =>
      tell({ messageNumber: numbers.of(message), message: new MessageView(message), ...named(client), qos }),
    ),
  drop: (broker, tell, numbers) =>
    broker.on('dropped', ({ message, clientId, reason }) =>
      tell({ messageNumber: numbers.of(message), message: new MessageView(message), clientId, reason }),
    ),
};

function named({ clientId, username, peer }: ClientIdentity): object {
  return { clientId, username, address: peer.address, listener: peer.listener };
}

interface Wired {
  readonly channel: Channel;
  readonly listen: () => () => void;
  /** Set while the broker is listened to. */
  stop: (() => void) | undefined;
}

/**
 * Looks at once, and again each second.
 * @returns ends it
 */
export function traceChannels(broker: EventSource, clock: Pick<Clock, 'every'>): () => void {
  const numbers = new MessageNumbers();
  const all = Object.entries(wirings).map(([name, wire]): Wired => {
    const found = channel(`hoopoe:${name}`);
    return { channel: found, listen: () => wire(broker, (told) => found.publish(told), numbers), stop: undefined };
  });
  const look = (): void => {
    for (const one of all) {
      if (one.channel.hasSubscribers) one.stop ??= one.listen();
      else if (one.stop !== undefined) silence(one);
    }
  };
  look();
  const end = clock.every(LOOK_MS, look);
  return () => {
    end();
    for (const one of all) silence(one);
  };
}

function silence(one: Wired): void {
  one.stop?.();
  one.stop = undefined;
}
