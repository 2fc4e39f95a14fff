/** Subscriptions and retained messages as lines of the log, for an operator who looks for one; never a payload. */

import type { Inspect } from '../broker/inspect/inspect.ts';
import type { Log } from '../ports/log.ts';

/** Beyond so many lines a file of them is of no use, and the API answers questions better. */
const LINES_MAX = 5_000;
const PAGE_LINES = 1_000;

interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | undefined;
  readonly total: number;
}

export async function sayTrees(inspect: Pick<Inspect, 'subscriptions' | 'retained'>, log: Log): Promise<void> {
  await sayAll(
    log,
    'subscriptions',
    (cursor) => inspect.subscriptions({ cursor, limit: PAGE_LINES }),
    ({ fullFilter: filter, clientId: client, qos }) => log.info('Subscription', { filter, client, qos }),
  );
  await sayAll(
    log,
    'retained messages',
    (cursor) => inspect.retained.list({ cursor, limit: PAGE_LINES }),
    ({ topic, qos, bytes, publisher: client }) => log.info('Retained message', { topic, qos, bytes, client }),
  );
}

async function sayAll<T>(
  log: Log,
  what: string,
  read: (cursor: string | undefined) => Promise<Page<T>>,
  say: (item: T) => void,
): Promise<void> {
  let cursor: string | undefined;
  let said = 0;
  do {
    const { items, next, total } = await read(cursor);
    if (said === 0) log.info(`All ${what} follow`, { count: total });
    items.forEach(say);
    said += items.length;
    cursor = next;
    if (cursor !== undefined && said >= LINES_MAX) {
      log.info(`More ${what} are left out; hoopoe ctl lists them`, { count: total - said });
      return;
    }
  } while (cursor !== undefined);
}
