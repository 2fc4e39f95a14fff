/** Who must not come in. */

import type { Ban, BanKind } from '../../broker/broker.ts';
import { listAnswer } from './paging.ts';
import {
  answer,
  codes,
  done,
  fieldsOf,
  optionalTextOf,
  textOf,
  type V4Answer,
  type V4Call,
  V4Failure,
  type V4Row,
  v4,
} from './row.ts';

const kinds: ReadonlyMap<string, BanKind> = new Map<string, BanKind>([
  ['clientid', 'client_id'],
  ['username', 'username'],
  ['peerhost', 'address'],
]);
const names: Readonly<Record<BanKind, string>> = { client_id: 'clientid', username: 'username', address: 'peerhost' };

/** What EMQX means by no end. */
const FOREVER_SECONDS = 253_402_300_799;

function banShown({ kind, value, by, reason, atMs, untilMs }: Ban): unknown {
  return {
    who: value,
    as: names[kind],
    by,
    reason,
    at: Math.floor(atMs / 1000),
    until: untilMs === undefined ? FOREVER_SECONDS : Math.floor(untilMs / 1000),
  };
}

function kindOf(text: string): BanKind {
  const kind = kinds.get(text);
  if (kind === undefined) throw new V4Failure(codes.parameterWrong, 'bad_param: as is clientid, username or peerhost');
  return kind;
}

function secondsOf(fields: ReadonlyMap<string, unknown>, name: string): number | undefined {
  const text = optionalTextOf(fields, name);
  if (text === undefined) return undefined;
  const seconds = Number(text);
  if (Number.isInteger(seconds) && seconds >= 0) return seconds;
  throw new V4Failure(codes.parameterWrong, `bad_param: ${name} is seconds since 1970`);
}

async function ban({ body, management, who }: V4Call): Promise<V4Answer> {
  const fields = fieldsOf(body);
  const value = textOf(fields, 'who');
  const kind = kindOf(textOf(fields, 'as'));
  const [by = who, reason = ''] = [optionalTextOf(fields, 'by'), optionalTextOf(fields, 'reason')];
  const [at, until] = [secondsOf(fields, 'at'), secondsOf(fields, 'until')];
  const isForever = until === undefined || until >= FOREVER_SECONDS;
  const made = await management.broker.bans.add({
    kind,
    value,
    by,
    reason,
    ...(at !== undefined && { atMs: at * 1000 }),
    ...(!isForever && { untilMs: until * 1000 }),
  });
  return answer(banShown(made));
}

export const bannedRows: readonly V4Row[] = [
  v4('GET /banned', 'read', 'list_banned', 'List banned', (call) =>
    listAnswer(call, call.management.broker.bans.list().map(banShown)),
  ),
  v4('POST /banned', 'operate', 'create_banned', 'Create banned', ban),
  v4('DELETE /banned/:as/:who', 'operate', 'delete_banned', 'Delete banned', async ({ params, management }) => {
    const { as = '', who = '' } = params;
    await management.broker.bans.remove(kindOf(as), who);
    return done;
  }),
];
