/**
 * Export and import of what EMQX 4 keeps in its own database, as files of its form in the data folder: bans, and users and
 * permissions of the built-in database. Sessions and messages are not in it, as in EMQX; `hoopoe backup` has everything.
 */

import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidRequest } from '../../broker/broker.ts';
import type { BuiltinUsers, ImportedUser, PermissionTarget, UserKind } from '../../ports/builtin-users.ts';
import { clockText } from '../../std/date-texts.ts';
import { actionNames } from './acl.ts';
import { banTypes, readData } from './data-fields.ts';
import { answer, codes, done, fieldsOf, textOf, type V4Answer, type V4Call, V4Failure, type V4Row, v4 } from './row.ts';
import { usersOf } from './users.ts';

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,100}\.json$/;
const FILES_MAX = 100;
const PIECE = 1_000;
const USER_KINDS: readonly UserKind[] = ['client_id', 'username'];
const SALT_BYTES = 4;

const typeOf = (kind: UserKind): string => (kind === 'client_id' ? 'clientid' : 'username');
function folderOf({ management }: V4Call): string {
  const { dataDirectory } = management.node;
  if (dataDirectory === undefined) throw new V4Failure(codes.unknown, 'there is no data folder');
  const folder = join(dataDirectory, 'exports');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** @throws V4Failure for a name that could lead elsewhere */
function fileOf(call: V4Call, name: string): string {
  if (!NAME.test(name))
    throw new V4Failure(codes.parameterWrong, 'bad_param: filename is letters, digits and ._- with .json');
  return join(folderOf(call), name);
}

function shown(call: V4Call, filename: string): object {
  const { size, mtimeMs } = statSync(join(folderOf(call), filename));
  return { filename, size, created_at: clockText(mtimeMs), node: call.node };
}

function list(call: V4Call): V4Answer {
  const names = readdirSync(folderOf(call)).filter((name) => NAME.test(name));
  return answer(names.sort().map((name) => shown(call, name)));
}

function write(call: V4Call, filename: string, content: string): V4Answer {
  const file = fileOf(call, filename);
  const others = readdirSync(folderOf(call)).filter((name) => name !== filename);
  if (others.length >= FILES_MAX) {
    throw new V4Failure(codes.unknown, `there are ${others.length} files, which is the limit; delete one`);
  }
  rmSync(file, { force: true });
  // It has hashes of passwords in it.
  writeFileSync(file, content, { mode: 0o600, flag: 'wx' });
  return answer(shown(call, filename));
}

/** None where there is no built-in database. */
function usersIfAny(call: V4Call): BuiltinUsers | undefined {
  const named = call.management.access.statistics.sources.map(({ name }) => call.management.users(name));
  return named.find((users) => users !== undefined);
}

function* inPieces<T>(
  fetch: (page: { limit: number; after?: string }) => readonly T[],
  nameOf: (one: T) => string,
): Iterable<T> {
  for (let after: string | undefined; ; ) {
    const piece = fetch({ limit: PIECE, ...(after !== undefined && { after }) });
    yield* piece;
    if (piece.length < PIECE) return;
    after = nameOf(piece.at(-1)!);
  }
}

function exported(call: V4Call): object {
  const users = usersIfAny(call);
  const targets: PermissionTarget[] = users === undefined ? [] : [{ kind: 'all' }];
  const logins: object[] = [];
  for (const kind of users === undefined ? [] : USER_KINDS) {
    for (const user of inPieces(
      (page) => users!.exportUsers(kind, page),
      ({ name }) => name,
    ))
      logins.push(userShown(user));
    for (const name of inPieces(
      (page) => users!.namesWithPermissions(kind, page),
      (one) => one,
    ))
      targets.push({ kind, name });
  }
  return {
    version: '4.3',
    date: clockText(Date.now()),
    rules: [],
    resources: [],
    blacklist: call.management.broker.bans.list().map(({ kind, value, by, reason, atMs, untilMs }) => ({
      who: { [banTypes[kind]]: value },
      by,
      reason,
      at: Math.floor(atMs / 1000),
      until: untilMs === undefined ? 'infinity' : Math.floor(untilMs / 1000),
    })),
    apps: [],
    users: [],
    auth_mnesia: logins,
    acl_mnesia: targets.flatMap((target) => rulesShown(users!, target)),
    schemas: [],
  };
}

function userShown({ kind, name, stored, superuser, createdAtMs = 0 }: ImportedUser): object {
  const { rule, hash, salt = '' } = stored;
  const isOfEmqx = rule.kind === 'hash' && rule.salt === 'before' && Buffer.from(salt as string).length === SALT_BYTES;
  const bytes = Buffer.concat([Buffer.from(salt as string), Buffer.from(hash)]);
  return {
    login: name,
    type: typeOf(kind),
    // What EMQX cannot have made stands in a field that it does not know.
    ...(isOfEmqx
      ? { password: bytes.toString('base64') }
      : {
          hoopoe_password: { rule, hash, salt: stored.salt && Buffer.from(stored.salt as string).toString('base64') },
        }),
    ...(superuser === true && { hoopoe_superuser: true }),
    created_at: createdAtMs,
  };
}

function rulesShown(users: BuiltinUsers, target: PermissionTarget): object[] {
  const whom = target.kind === 'all' ? { type: 'all' } : { type: typeOf(target.kind), type_value: target.name };
  // The one that was made first comes first, as they are to be made again.
  return users
    .permissions(target)
    .toReversed()
    .map(({ topic, action, effect, createdAtMs }) => {
      return { ...whom, topic, action: actionNames[action], access: effect, created_at: createdAtMs };
    });
}

async function importFile(call: V4Call): Promise<V4Answer> {
  const name = textOf(fieldsOf(call.body), 'filename');
  let content: ReadonlyMap<string, unknown>;
  try {
    content = fieldsOf(JSON.parse(readFileSync(fileOf(call, name), 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new V4Failure(codes.unknown, 'not_found');
    throw error instanceof SyntaxError ? new V4Failure(codes.notJson, 'the file is not JSON') : error;
  }
  // Looked through before anything of it is taken.
  const { logins, rules, bans } = readData(content, Date.now());
  const users = logins.length + rules.length === 0 ? undefined : usersOf(call);
  try {
    await users?.importUsers(logins);
    for (const { target, rule } of rules) await users?.addPermission(target, rule);
    for (const ban of bans) await call.management.broker.bans.add(ban);
  } catch (error) {
    if (error instanceof InvalidRequest)
      throw new V4Failure(codes.parameterWrong, `The emqx data import failed: ${error.message}`);
    throw error;
  }
  return done;
}

export const dataRows: readonly V4Row[] = [
  v4('POST /data/export', 'admin', 'export', 'Export data', (call) => {
    const stamp = clockText(Date.now()).replaceAll(/[ :]/g, '-');
    return write(call, `emqx-export-${stamp}.json`, JSON.stringify(exported(call)));
  }),
  v4('GET /data/export', 'admin', 'list_exported', 'List exported file', list),
  v4('POST /data/import', 'admin', 'import', 'Import data', importFile),
  v4('GET /data/file/:filename', 'admin', 'download', 'Download data file', (call) => {
    const filename = call.params['filename'] ?? '';
    try {
      return answer({ filename, file: readFileSync(fileOf(call, filename), 'utf8'), node: call.node });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new V4Failure(codes.unknown, 'not_found');
      throw error;
    }
  }),
  v4('POST /data/file', 'admin', 'upload', 'Upload data file', (call) => {
    const fields = fieldsOf(call.body);
    write(call, textOf(fields, 'filename'), textOf(fields, 'file'));
    return done;
  }),
  v4('DELETE /data/file/:filename', 'admin', 'delete', 'Delete data file', (call) => {
    const file = fileOf(call, call.params['filename'] ?? '');
    if (statSync(file, { throwIfNoEntry: false }) === undefined) throw new V4Failure(codes.unknown, 'not_found');
    rmSync(file);
    return done;
  }),
];
