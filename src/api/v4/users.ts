/** Users of the built-in database, as EMQX's plugin `emqx_auth_mnesia` has them: by Client Identifier and by user name. */

import { InvalidRequest } from '../../broker/broker.ts';
import type { BuiltinUser, BuiltinUsers, UserKind } from '../../ports/builtin-users.ts';
import { pageOf } from './paging.ts';
import {
  answer,
  codes,
  done,
  fieldsOf,
  textOf,
  type V4Answer,
  type V4Call,
  V4Failure,
  V4NotFound,
  type V4Row,
  v4,
} from './row.ts';

export type MnesiaName = 'clientid' | 'username';

export const kindOfName: Readonly<Record<MnesiaName, UserKind>> = { clientid: 'client_id', username: 'username' };

const LIMIT_DEFAULT = 50;
const BATCH_MAX = 1_000;
const PIECE = 1_000;

/** The first source that keeps users itself. @throws V4NotFound where there is none, as without the plugin */
export function usersOf({ management }: V4Call): BuiltinUsers {
  for (const { name } of management.access.statistics.sources) {
    const users = management.users(name);
    if (users !== undefined) return users;
  }
  throw new V4NotFound('There is no source of logins that keeps users itself');
}

/** What the database has against a name or a password. */
export async function asParameter<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof InvalidRequest) throw new V4Failure(codes.parameterWrong, `bad_param: ${error.message}`);
    throw error;
  }
}

/** A page of names that come in their order, piece by piece. */
function pageOfNames<T>(
  call: V4Call,
  fetch: (after: string | undefined, limit: number) => readonly T[],
  nameOf: (item: T) => string,
): V4Answer & { items: readonly T[] } {
  const { page, limit } = pageOf(call, LIMIT_DEFAULT);
  const first = (page - 1) * limit;
  const items: T[] = [];
  let count = 0;
  for (let after: string | undefined; ; ) {
    const piece = fetch(after, PIECE);
    for (const item of piece) {
      if (count >= first && items.length < limit) items.push(item);
      count++;
    }
    if (piece.length < PIECE) break;
    after = nameOf(piece.at(-1)!);
  }
  return { code: 0, items, meta: { page, limit, count } };
}

function listUsers(call: V4Call, name: MnesiaName): V4Answer {
  const users = usersOf(call);
  const { items, meta } = pageOfNames<BuiltinUser>(
    call,
    (after, limit) => users.users(kindOfName[name], { limit, ...(after !== undefined && { after }) }),
    (user) => user.name,
  );
  return { code: 0, data: items.map((user) => userShown(user, name)), ...(meta && { meta }) };
}

function userShown({ name: value, createdAtMs }: BuiltinUser, name: MnesiaName): unknown {
  return { [name]: value, created_at: Math.floor(createdAtMs / 1000) };
}

async function add(users: BuiltinUsers, name: MnesiaName, body: unknown): Promise<void> {
  const fields = fieldsOf(body);
  const user = { kind: kindOfName[name], name: textOf(fields, name), password: textOf(fields, 'password') };
  if (!(await asParameter(() => users.addUser(user)))) throw new V4Failure(codes.userExists, 'existed');
}

async function addUsers(call: V4Call, name: MnesiaName): Promise<V4Answer> {
  const users = usersOf(call);
  const { body } = call;
  if (!Array.isArray(body)) {
    await add(users, name, body);
    return done;
  }
  if (body.length > BATCH_MAX) throw new V4Failure(codes.parameterWrong, `bad_param: at most ${BATCH_MAX} at once`);
  const outcomes: [string, string][] = [];
  for (const one of body as unknown[]) {
    const who = String(fieldsOf(one).get(name) ?? '');
    try {
      await add(users, name, one);
      outcomes.push([who, 'ok']);
    } catch (error) {
      if (!(error instanceof V4Failure)) throw error;
      outcomes.push([who, `{error,${error.message}}`]);
    }
  }
  return answer(Object.fromEntries(outcomes));
}

const rowsOf = (name: MnesiaName): readonly V4Row[] => [
  v4(`GET /auth_${name}`, 'operate', `list_${name}`, `List available ${name} in the cluster`, (call) =>
    listUsers(call, name),
  ),
  v4(`GET /auth_${name}/:name`, 'operate', `lookup_${name}`, `Lookup ${name} in the cluster`, (call) => {
    const user = usersOf(call).user(kindOfName[name], call.params['name'] ?? '');
    if (user === undefined) throw noUser();
    return answer(userShown(user, name));
  }),
  v4(`POST /auth_${name}`, 'admin', `add_${name}`, `Add ${name} in the cluster`, (call) => addUsers(call, name)),
  v4(`PUT /auth_${name}/:name`, 'admin', `update_${name}`, `Update ${name} in the cluster`, async (call) => {
    const password = textOf(fieldsOf(call.body), 'password');
    const users = usersOf(call);
    const changed = await asParameter(() =>
      users.changeUser(kindOfName[name], call.params['name'] ?? '', { password }),
    );
    if (!changed) throw noUser();
    return done;
  }),
  v4(`DELETE /auth_${name}/:name`, 'admin', `delete_${name}`, `Delete ${name} in the cluster`, async (call) => {
    if (!(await usersOf(call).removeUser(kindOfName[name], call.params['name'] ?? ''))) throw noUser();
    return done;
  }),
];

function noUser(): V4Failure {
  return new V4Failure(codes.userMissing, 'not_found');
}

export const userRows: readonly V4Row[] = [...rowsOf('clientid'), ...rowsOf('username')];
