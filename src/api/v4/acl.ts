/** Permissions of the built-in database, as EMQX's plugin `emqx_auth_mnesia` has them. */

import type { BuiltinPermission, BuiltinUsers, PermissionTarget } from '../../ports/builtin-users.ts';
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
import { asParameter, kindOfName, type MnesiaName, usersOf } from './users.ts';

type RuleAction = BuiltinPermission['action'];

export const actions: ReadonlyMap<string, RuleAction> = new Map<string, RuleAction>([
  ['pub', 'publish'],
  ['sub', 'subscribe'],
  ['pubsub', 'all'],
]);
export const actionNames: Readonly<Record<RuleAction, string>> = { publish: 'pub', subscribe: 'sub', all: 'pubsub' };
const LIMIT_DEFAULT = 50;
const BATCH_MAX = 1_000;
/** Rules of so many names are looked through for one answer. */
const NAMES_MAX = 10_000;

function ruleShown(target: PermissionTarget, { topic, action, effect }: BuiltinPermission): unknown {
  const whom =
    target.kind === 'all' ? { all: '$all' } : { [target.kind === 'username' ? 'username' : 'clientid']: target.name };
  return { ...whom, topic, action: actionNames[action], access: effect };
}

function rulesOf(users: BuiltinUsers, target: PermissionTarget): unknown[] {
  return users.permissions(target).map((rule) => ruleShown(target, rule));
}

function listAll(call: V4Call, name: MnesiaName): V4Answer {
  const users = usersOf(call);
  const kind = kindOfName[name];
  const rules = users
    .namesWithPermissions(kind, { limit: NAMES_MAX })
    .flatMap((one) => rulesOf(users, { kind, name: one }));
  return listAnswer(call, rules, LIMIT_DEFAULT);
}

/** What is not for a client or a user name is for all. */
function targetOf(fields: ReadonlyMap<string, unknown>): PermissionTarget {
  const [clientid, username] = [optionalTextOf(fields, 'clientid'), optionalTextOf(fields, 'username')];
  if (clientid !== undefined) return { kind: 'client_id', name: clientid };
  return username === undefined ? { kind: 'all' } : { kind: 'username', name: username };
}

async function add(users: BuiltinUsers, body: unknown): Promise<unknown> {
  const fields = fieldsOf(body);
  const target = targetOf(fields);
  const [topic, access] = [textOf(fields, 'topic'), textOf(fields, 'access')];
  const action = actions.get(textOf(fields, 'action'));
  if (action === undefined) throw new V4Failure(codes.parameterWrong, 'bad_param: action is pub, sub or pubsub');
  if (access !== 'allow' && access !== 'deny') {
    throw new V4Failure(codes.parameterWrong, 'bad_param: access is allow or deny');
  }
  await asParameter(() => users.addPermission(target, { effect: access, action, topic, literal: false }));
  return { ...(ruleShown(target, { effect: access, action, topic, createdAtMs: 0 }) as object), result: 'ok' };
}

async function addRules(call: V4Call): Promise<V4Answer> {
  const users = usersOf(call);
  const { body } = call;
  if (!Array.isArray(body)) return answer(await add(users, body));
  if (body.length > BATCH_MAX) throw new V4Failure(codes.parameterWrong, `bad_param: at most ${BATCH_MAX} at once`);
  const outcomes: unknown[] = [];
  for (const one of body as unknown[]) {
    try {
      outcomes.push(await add(users, one));
    } catch (error) {
      if (!(error instanceof V4Failure)) throw error;
      outcomes.push({ ...Object.fromEntries(fieldsOf(one)), result: error.message });
    }
  }
  return answer(outcomes);
}

/** EMQX deletes by topic, whatever the action. */
async function remove(call: V4Call, target: PermissionTarget): Promise<V4Answer> {
  const users = usersOf(call);
  const { topic = '' } = call.params;
  for (const action of actions.values()) await users.removePermission(target, action, topic);
  return done;
}

const rowsOf = (name: MnesiaName): readonly V4Row[] => [
  v4(`GET /acl/${name}`, 'operate', `list_${name}_acl`, `List acl rules by ${name}`, (call) => listAll(call, name)),
  v4(`GET /acl/${name}/:name`, 'operate', `lookup_${name}_acl`, `Lookup acl rules of a ${name}`, (call) =>
    answer(rulesOf(usersOf(call), { kind: kindOfName[name], name: call.params['name'] ?? '' })),
  ),
  v4(`DELETE /acl/${name}/:name/topic/:topic`, 'admin', `delete_${name}_acl`, `Delete acl of a ${name}`, (call) =>
    remove(call, { kind: kindOfName[name], name: call.params['name'] ?? '' }),
  ),
];

export const aclRows: readonly V4Row[] = [
  ...rowsOf('clientid'),
  ...rowsOf('username'),
  v4('GET /acl/$all', 'operate', 'list_all_acl', 'List acl rules for $all', (call) =>
    listAnswer(call, rulesOf(usersOf(call), { kind: 'all' }), LIMIT_DEFAULT),
  ),
  v4('DELETE /acl/$all/topic/:topic', 'admin', 'delete_all_acl', 'Delete acl for $all', (call) =>
    remove(call, { kind: 'all' }),
  ),
  v4('POST /acl', 'admin', 'add_acl', 'Add acl rules', addRules),
  v4('*DELETE /acl-cache', 'operate', 'clean_acl_cache_all', 'Clear all acl cache', ({ management }) => {
    management.access.forget();
    return done;
  }),
];
