/**
 * Who has published what is retained, where the operator wants a publisher to be asked about again before its message is
 * given to a new subscription. Messages of superusers, of the broker itself and of its program have nobody who is asked
 * about, and neither have those that were retained before the operator wanted it.
 */

import type { Message } from '../../packet/message.ts';
import type { Qos } from '../../packet/types.ts';
import type { Access, ClientIdentity } from '../../ports/access.ts';
import type { Clock } from '../../ports/clock.ts';
import { isPromiseLike } from '../../std/promise-like.ts';
import type { Journal } from '../journal/journal.ts';
import { recordedPeer } from '../journal/recorded-peer.ts';
import { decodeJson, encodeJson, type RetainedPublisherRecord, recordKeys } from '../journal/records.ts';
import type { BrokerOptions } from '../options.ts';

export interface RetainedPublishersContext {
  readonly access: Pick<Access, 'authorize' | 'revision'>;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly options: Pick<
    BrokerOptions,
    'checkRetainedPublishers' | 'permissionCacheEntriesMax' | 'permissionCacheSecondsMax'
  >;
  readonly journal: Pick<Journal, 'write'> | undefined;
}

/** An answer that had to be waited for, or still is. One for each message bounds them; a change of rules ends them. */
interface Answer {
  readonly revision: number;
  /** By the clock that never goes back. */
  readonly askedAtMs: number;
  readonly qos: Qos;
  readonly stands: boolean | Promise<boolean>;
}

interface Publisher {
  readonly identity: ClientIdentity;
  /** What it was asked about: topics are rewritten after they were permitted. */
  readonly askedTopic: string;
  /** What was answered last, so that a thousand subscribers do not ask a database a thousand times. */
  answer?: Answer;
}

export class RetainedPublishers {
  readonly #context: RetainedPublishersContext;
  readonly #byTopic = new Map<string, Publisher>();

  constructor(context: RetainedPublishersContext) {
    this.#context = context;
  }

  /** A message was retained; undefined for a publisher that nobody is asked about. */
  note(topic: string, publisher: ClientIdentity | undefined, askedTopic: string): void {
    if (publisher === undefined || !this.#context.options.checkRetainedPublishers) {
      this.forget(topic);
      return;
    }
    this.#byTopic.set(topic, { identity: publisher, askedTopic });
    const record = recordOf(topic, publisher, askedTopic);
    this.#context.journal?.write(recordKeys.retainedPublisher(topic), encodeJson(record));
  }

  /** Nothing is retained any more, or nobody is asked about it. */
  forget(topic: string): void {
    if (this.#byTopic.delete(topic)) this.#context.journal?.write(recordKeys.retainedPublisher(topic), undefined);
  }

  /** Takes what the journal has. */
  restore(value: Uint8Array): void {
    const { topic, askedTopic = topic, v: _, ...rest } = decodeJson<RetainedPublisherRecord & { v?: number }>(value);
    this.#byTopic.set(topic, { identity: { ...rest, username: rest.username }, askedTopic });
  }

  /**
   * Whether a message may be given to a new subscription: its publisher may still publish it. What cannot be answered is
   * a no. The promise never rejects.
   */
  stands({ topic, qos }: Message): boolean | Promise<boolean> {
    if (this.#byTopic.size === 0 || !this.#context.options.checkRetainedPublishers) return true;
    const publisher = this.#byTopic.get(topic);
    if (publisher === undefined) return true;
    const known = this.#known(publisher, qos);
    if (known !== undefined) return known;
    const { access } = this.#context;
    const { revision } = access;
    try {
      const stands = access.authorize(publisher.identity, 'publish', publisher.askedTopic, qos, true);
      return isPromiseLike(stands) ? this.#remember(publisher, qos, revision, stands) : stands;
    } catch {
      return false;
    }
  }

  #known({ answer }: Publisher, qos: Qos): boolean | Promise<boolean> | undefined {
    const { access, clock, options } = this.#context;
    if (answer === undefined || answer.revision !== access.revision || answer.qos !== qos) return undefined;
    const ageMs = clock.monotonic() - answer.askedAtMs;
    // Whoever comes while an answer is waited for waits for the same one, however little is to be remembered.
    if (typeof answer.stands !== 'boolean') return answer.stands;
    const isKept = options.permissionCacheEntriesMax > 0 && ageMs < options.permissionCacheSecondsMax * 1000;
    return isKept ? answer.stands : undefined;
  }

  /** A failure is an answer to those who wait for it, and to nobody later. */
  #remember(publisher: Publisher, qos: Qos, revision: number, asked: Promise<boolean>): Promise<boolean> {
    const askedAtMs = this.#context.clock.monotonic();
    const answered = (stands: boolean | undefined): boolean => {
      if (publisher.answer === waiting) {
        if (stands === undefined) delete publisher.answer;
        else publisher.answer = { ...waiting, stands };
      }
      return stands ?? false;
    };
    const stands = asked.then(answered, () => answered(undefined));
    const waiting: Answer = { revision, askedAtMs, qos, stands };
    publisher.answer = waiting;
    return stands;
  }
}

function recordOf(topic: string, publisher: ClientIdentity, askedTopic: string): RetainedPublisherRecord {
  const { superuser: _, peer, ...identity } = publisher;
  return { topic, ...(askedTopic !== topic && { askedTopic }), ...identity, peer: recordedPeer(peer) };
}
