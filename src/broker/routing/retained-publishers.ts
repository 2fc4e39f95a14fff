/**
 * Who has published what is retained, where the operator wants a publisher to be asked about again before its message is
 * given to a new subscription. Messages of superusers, of the broker itself and of its program have nobody who is asked
 * about, and neither have those that were retained before the operator wanted it.
 */

import type { Message } from '../../packet/message.ts';
import type { Access, ClientIdentity } from '../../ports/access.ts';
import { isPromiseLike } from '../../std/promise-like.ts';
import type { Journal } from '../journal/journal.ts';
import { decodeJson, encodeJson, type RetainedPublisherRecord, recordKeys } from '../journal/records.ts';

export interface RetainedPublishersContext {
  readonly access: Pick<Access, 'authorize'>;
  readonly options: { readonly checkRetainedPublishers: boolean };
  readonly journal: Pick<Journal, 'write'> | undefined;
}

interface Publisher {
  readonly identity: ClientIdentity;
  /** What it was asked about: topics are rewritten after they were permitted. */
  readonly askedTopic: string;
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
    try {
      const { identity, askedTopic } = publisher;
      const answer = this.#context.access.authorize(identity, 'publish', askedTopic, qos, true);
      return isPromiseLike(answer) ? answer.catch(() => false) : answer;
    } catch {
      return false;
    }
  }
}

/** Without the certificate itself, which is large, and which no rule looks at. */
function recordOf(topic: string, publisher: ClientIdentity, askedTopic: string): RetainedPublisherRecord {
  const { superuser: _, ...identity } = publisher;
  const whole = { topic, ...(askedTopic !== topic && { askedTopic }), ...identity };
  const { certificate, ...peer } = publisher.peer;
  if (certificate === undefined) return { ...whole, peer };
  const { commonName, subject, fingerprint256 } = certificate;
  return { ...whole, peer: { ...peer, certificate: { commonName, subject, fingerprint256 } } };
}
