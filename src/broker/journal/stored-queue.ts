/**
 * A session's queue as the store holds it: records in the order of their keys, each with its message, which lies with
 * the record or apart from it when several sessions wait for it. Nothing is changed here.
 */

import type { Message } from '../../packet/message.ts';
import type { Store } from '../../ports/store.ts';
import { decodeMessage, decodeQueued, numbersOfKey, type QueuedRecord, recordKeys } from './records.ts';

/** A queued record as read back. */
export interface StoredOutbound {
  readonly key: number;
  readonly record: QueuedRecord;
  readonly message: Message;
}

/**
 * Reads committed records behind `afterKey`, oldest first.
 * @throws BackendError when the store cannot be read
 */
export function readStoredQueue(store: Store, session: number, afterKey: number, limit: number): StoredOutbound[] {
  const read: StoredOutbound[] = [];
  let after = recordKeys.queued(session, afterKey);
  for (;;) {
    let seen = 0;
    for (const { key, value } of store.range(recordKeys.queueOf(session), { after, limit })) {
      seen++;
      after = key;
      const record = decodeQueued(value);
      const message = record.inline ?? readMessage(store, record.messageKey);
      // One without its message: the commit failed, and a crash came before it was tried again. Nobody was promised it.
      if (message !== undefined) read.push({ key: Number.parseInt(numbersOfKey(key).second, 16), record, message });
    }
    if (read.length > 0 || seen < limit) return read;
  }
}

function readMessage(store: Store, messageKey: number): Message | undefined {
  const value = store.get(recordKeys.message(messageKey));
  if (value === undefined) return undefined;
  const message = decodeMessage(value);
  message.journalKey = messageKey;
  return message;
}
