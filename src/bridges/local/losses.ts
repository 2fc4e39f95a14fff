/**
 * Messages of a bridge that this broker drops for a limit: the queue has no room, or what came in is larger than is taken
 * here. No client would complain, so they are counted and told.
 */

import type { Broker } from '../../broker/broker.ts';
import type { Message } from '../../packet/message.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { quote } from '../../std/shorten.ts';
import { countLevels } from '../../topic/name.ts';
import type { FailureFields } from '../bridge-error.ts';
import type { BridgeCounters, BridgeSpec } from '../spec.ts';

/** How long nothing is said about further losses of one kind, in milliseconds. */
const SILENCE_MS = 60_000;

type Loss = 'queue' | 'payload' | 'topic';

interface Dependencies {
  readonly broker: Pick<Broker, 'on' | 'options'>;
  readonly clock: Clock;
  readonly log: Log;
}

interface Owner {
  readonly spec: BridgeSpec;
  readonly counters: BridgeCounters;
  failed(code: string, message: string, fields: FailureFields): void;
}

export class LocalLosses {
  readonly #owner: Owner;
  readonly #dependencies: Dependencies;
  readonly #toldAtMs = new Map<Loss, number>();
  readonly #stop: () => void;

  constructor(owner: Owner, dependencies: Dependencies) {
    this.#owner = owner;
    this.#dependencies = dependencies;
    const { localClientId } = owner.spec;
    this.#stop = dependencies.broker.on('dropped', ({ message, clientId, reason }) => {
      if (clientId !== localClientId) return;
      if (reason === 'queue_full') this.#queueFull(message);
      else if (reason === 'payload_too_large') this.#payloadTooLarge(message);
    });
  }

  /** Whether the topic of what came in is longer or deeper than any may be here, and the message goes no further. */
  refuses(topic: string): boolean {
    const { topicBytesMax, topicLevelsMax } = this.#dependencies.broker.options;
    const bytes = topic.length * 3 > topicBytesMax ? Buffer.byteLength(topic) : 0;
    const levels = topic.length >= topicLevelsMax ? countLevels(topic) : 0;
    if (bytes <= topicBytesMax && levels <= topicLevelsMax) return false;
    this.#owner.counters.denied++;
    const [what, limit] =
      bytes > topicBytesMax
        ? [`${bytes} bytes`, `${topicBytesMax} (limits.topic_bytes_max)`]
        : [`${levels} levels`, `${topicLevelsMax} (limits.topic_levels_max)`];
    const text = `was sent the topic ${quote(topic)} of ${what}; the limit is ${limit}, so the message goes no further`;
    this.#tell('topic', 'BRIDGE_LOCAL_DENIED', text, { reason: 'topic', topics: topic.slice(0, 200) });
    return true;
  }

  close(): void {
    this.#stop();
  }

  #queueFull({ topic }: Message): void {
    const { counters, spec } = this.#owner;
    counters.dropped++;
    const { queuedMessagesMax, queuedBytesMax } = { ...this.#dependencies.broker.options, ...defined(spec) };
    const limits = `${queuedMessagesMax} messages and ${queuedBytesMax} bytes`;
    const text = `has no room for a message with the topic ${quote(topic)}: its queue here takes ${limits}`;
    const advice = 'queued_messages_max and queued_bytes_max of the bridge raise that';
    this.#tell('queue', 'BRIDGE_QUEUE_FULL', `${text}; ${advice}`, { topics: topic });
  }

  #payloadTooLarge({ topic, payloadBytes }: Message): void {
    this.#owner.counters.denied++;
    const { payloadBytesMax } = this.#dependencies.broker.options;
    const text = `was sent ${payloadBytes} bytes for the topic ${quote(topic)}; the limit is ${payloadBytesMax}`;
    const fields = { reason: 'payload', topics: topic };
    this.#tell('payload', 'BRIDGE_LOCAL_DENIED', `${text} (limits.payload_bytes_max)`, fields);
  }

  #tell(loss: Loss, code: string, text: string, fields: FailureFields): void {
    const message = `Bridge ${this.#owner.spec.name} ${text}`;
    this.#owner.failed(code, message, fields);
    const nowMs = this.#dependencies.clock.monotonic();
    const toldAtMs = this.#toldAtMs.get(loss);
    if (toldAtMs !== undefined && nowMs - toldAtMs < SILENCE_MS) return;
    this.#toldAtMs.set(loss, nowMs);
    this.#dependencies.log.warn('A bridge loses messages in this broker', {
      bridge: this.#owner.spec.name,
      code,
      cause: message,
    });
  }
}

function defined({ queuedMessagesMax, queuedBytesMax }: BridgeSpec): {
  queuedMessagesMax?: number;
  queuedBytesMax?: number;
} {
  return {
    ...(queuedMessagesMax !== undefined && { queuedMessagesMax }),
    ...(queuedBytesMax !== undefined && { queuedBytesMax }),
  };
}
