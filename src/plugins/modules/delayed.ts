/**
 * The module of delayed messages: what is published to `$delayed/<seconds>/<topic>` is kept in the broker's store and
 * published to the topic when its time comes, if the client may still publish there. The publisher's acknowledgement
 * waits until the message is kept.
 */

import { recordedPeer } from '../../broker/broker.ts';
import type { Qos, UserProperty } from '../../packet/types.ts';
import type { ClientIdentity } from '../../ports/access.ts';
import type { PluginContext, PluginDefinition, PluginMessage } from '../../ports/plugin.ts';
import { DELAY_SECONDS_MAX, isDelayedTopic, parseDelayedTopic } from '../../topic/delayed.ts';
import { definePlugin } from '../define.ts';
import { pluginError } from '../failure.ts';

const options = {
  messages_max: { kind: 'number', default: 100_000, min: 1, max: 10_000_000, sentence: 'Messages that may wait.' },
  bytes_max: {
    kind: 'number',
    default: 268_435_456,
    min: 1024,
    sentence: 'Bytes that they may take together.',
  },
} as const;

type Context = PluginContext<typeof options>;

/** Where the broker counts what waits here. */
export interface DelayedCounts {
  messagesDelayed: number;
  delayedWaiting: number;
  delayedWaitingMax: number;
}

/** A message that waits, as it is kept. */
interface Kept {
  readonly topic: string;
  /** Base64. */
  readonly payload: string;
  readonly qos: Qos;
  readonly retain: boolean;
  readonly publisher: string;
  /** Who is asked about again when the time has come; without, nobody is. */
  readonly client?: ClientIdentity;
  readonly contentType?: string;
  readonly userProperties?: readonly UserProperty[];
  readonly expirySeconds?: number;
}

/** A message that waits, for people. */
interface Shown {
  readonly id: string;
  readonly topic: string;
  /** ISO 8601. */
  readonly at: string;
  readonly qos: Qos;
  readonly publisher: string;
  readonly payloadBytes: number;
}

/** How many are published at once, before others have their turn. */
const BATCH = 100;

const LISTED_MAX = 1000;

/** How long to wait for whoever could not say whether a message may be published. */
const RETRY_SECONDS = 10;

/** Looks at least so often: clocks of machines are set. */
const LOOK_SECONDS_MAX = 60;

/** What waits, by its due time; the keys alone are in memory, and the store has them too. */
class Delayed {
  readonly #context: Context;
  readonly #counts: DelayedCounts;
  #count = 0;
  #bytes = 0;
  #number = 0;
  #stopWaiting: (() => void) | undefined;
  #nextDueMs = Number.POSITIVE_INFINITY;
  #isPublishing = false;

  constructor(context: Context, counts: DelayedCounts) {
    this.#context = context;
    this.#counts = counts;
    for (const { key, value } of context.store.entries('m/')) {
      this.#count++;
      this.#bytes += value.length;
      this.#number = Math.max(this.#number, Number.parseInt(key.slice(-12), 16));
    }
    this.#tell();
    this.#wait();
  }

  #tell(): void {
    this.#counts.delayedWaiting = this.#count;
    this.#counts.delayedWaitingMax = Math.max(this.#counts.delayedWaitingMax, this.#count);
  }

  get count(): number {
    return this.#count;
  }

  async take(message: PluginMessage, client: ClientIdentity | undefined): Promise<'taken' | { refuse: number }> {
    const { options, store } = this.#context;
    const dueMs = this.#dueOf(message.topic);
    if (dueMs === undefined) return { refuse: 0x90 };
    const record = Buffer.from(JSON.stringify(keptOf(message, client)));
    if (this.#count >= options.messages_max || this.#bytes + record.length > options.bytes_max) return { refuse: 0x97 };
    this.#count++;
    this.#bytes += record.length;
    try {
      await store.write(new Map([[this.#keyOf(dueMs), record]]));
    } catch (error) {
      this.#count--;
      this.#bytes -= record.length;
      throw error;
    }
    this.#counts.messagesDelayed++;
    this.#tell();
    if (dueMs < this.#nextDueMs) this.#wait();
    return 'taken';
  }

  #dueOf(topic: string): number | undefined {
    const delayed = parseDelayedTopic(topic);
    // A command must come from a client that is there, and when its time has come nobody knows whether this was a will.
    if (delayed === undefined || delayed.topic.startsWith('$CONTROL/')) return undefined;
    const now = this.#context.now();
    const { seconds } = delayed;
    const dueMs = seconds < DELAY_SECONDS_MAX ? now + seconds * 1000 : seconds * 1000;
    return dueMs - now > DELAY_SECONDS_MAX * 1000 ? undefined : Math.max(now, dueMs);
  }

  /** Ordered by due time, then by arrival. */
  #keyOf(dueMs: number): string {
    return `m/${dueMs.toString(16).padStart(12, '0')}${(++this.#number).toString(16).padStart(12, '0')}`;
  }

  #wait(secondsMin: number = 0): void {
    this.#stopWaiting?.();
    this.#stopWaiting = undefined;
    const [first] = this.#context.store.entries('m/', { limit: 1 });
    if (first === undefined) {
      this.#nextDueMs = Number.POSITIVE_INFINITY;
      return;
    }
    this.#nextDueMs = dueMsOf(first.key);
    const seconds = Math.max(secondsMin, (this.#nextDueMs - this.#context.now()) / 1000);
    this.#stopWaiting = this.#context.after(Math.min(LOOK_SECONDS_MAX, seconds), () => this.#publishDue());
  }

  async #publishDue(): Promise<void> {
    if (this.#isPublishing) return;
    this.#isPublishing = true;
    let isUndecided = false;
    try {
      const { store, broker, log } = this.#context;
      for (const { key, value } of [...store.entries('m/', { limit: BATCH })]) {
        if (dueMsOf(key) > this.#context.now()) break;
        try {
          const { payload, publisher: _publisher, ...message } = JSON.parse(value.toString()) as Kept;
          await broker.publish({ ...message, payload: Buffer.from(payload, 'base64') });
        } catch (error) {
          // A right that nobody can tell is asked about again; what is behind is as undecided, or can wait as long.
          if (error instanceof Error && 'isUndecided' in error && error.isUndecided === true) {
            isUndecided = true;
            break;
          }
          const cause = error instanceof Error ? error.message : String(error);
          log.warn('A delayed message could not be published and is given up', { cause });
        }
        // It goes only after it was published: a crash in between publishes it again, and loses nothing.
        await this.#forget(key, value.length);
      }
    } finally {
      this.#isPublishing = false;
    }
    this.#wait(isUndecided ? RETRY_SECONDS : 0);
  }

  async #forget(key: string, bytes: number): Promise<void> {
    await this.#context.store.write(new Map([[key, undefined]]));
    this.#count--;
    this.#bytes -= bytes;
    this.#tell();
  }

  list(): readonly Shown[] {
    return [...this.#context.store.entries('m/', { limit: LISTED_MAX })].map(({ key, value }) => {
      const { topic, qos, publisher, payload } = JSON.parse(value.toString()) as Kept;
      const payloadBytes = Buffer.byteLength(payload, 'base64');
      return { id: key.slice(2), topic, at: new Date(dueMsOf(key)).toISOString(), qos, publisher, payloadBytes };
    });
  }

  /** @throws BackendError `PLUGIN_NOT_FOUND` */
  async delete(id: string): Promise<void> {
    const value = this.#context.store.get(`m/${id}`);
    if (value === undefined) throw pluginError('NOT_FOUND', 'No delayed message has this identifier');
    await this.#forget(`m/${id}`, value.length);
    this.#wait();
  }
}

function dueMsOf(key: string): number {
  return Number.parseInt(key.slice(2, 14), 16);
}

function keptOf(message: PluginMessage, client: ClientIdentity | undefined): Kept {
  const { qos, retain, publisher, contentType, userProperties, expirySeconds } = message;
  return {
    topic: parseDelayedTopic(message.topic)!.topic,
    payload: message.payload.toString('base64'),
    qos,
    retain,
    publisher,
    ...(client !== undefined && { client: { ...client, peer: recordedPeer(client.peer) } }),
    ...(contentType !== undefined && { contentType }),
    ...(userProperties.length > 0 && { userProperties }),
    ...(expirySeconds !== undefined && { expirySeconds }),
  };
}

/** A new one for each broker: what waits is held by what is loaded. While it is not loaded nothing counts as waiting. */
export function delayedModule(counts: DelayedCounts): PluginDefinition<typeof options> {
  let delayed: Delayed | undefined;
  return definePlugin({
    name: 'delayed',
    description: 'Delayed messages: $delayed/SECONDS/TOPIC',
    options,
    start: (context) => {
      delayed = new Delayed(context, counts);
      context.onUnload(() => {
        counts.delayedWaiting = 0;
      });
    },
    hooks: {
      'message.publish': {
        topics: ['$delayed/#'],
        handle: ({ message, client }) => (isDelayedTopic(message.topic) ? delayed?.take(message, client) : undefined),
        deadlineSeconds: 30,
      },
    },
    commands: {
      list: { sentence: 'Lists what waits, the next first.', run: () => ({ items: delayed?.list() ?? [] }) },
      count: { sentence: 'How many wait.', run: () => ({ count: delayed?.count ?? 0 }) },
      delete: {
        usage: 'ID',
        sentence: 'Deletes one that waits.',
        run: ([id = '']) => delayed?.delete(id),
      },
    },
  });
}
