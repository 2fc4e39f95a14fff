/**
 * The chains: plugins that are loaded become sources of `access`, in the order in which they are loaded or that
 * `auth_order` says, and `acl.conf` comes last. A source that cannot answer refuses, whatever EMQX did.
 */

import { keyOf, type WrittenKey } from '../key-table.ts';
import type { SourceName } from '../keys/access.ts';
import { accessKeys } from '../keys/access.ts';
import { pluginRows } from '../plugins.ts';
import { oldestVersion } from './tls-versions.ts';
import type { Translation } from './translation.ts';

/** What a source is natively. */
const kinds: Readonly<Record<SourceName, string>> = {
  mnesia: 'builtin',
  pgsql: 'postgresql',
  mysql: 'mysql',
  redis: 'redis',
  http: 'http',
  jwt: 'jwt',
};

/** Other names by which `auth_order` and `acl_order` may speak of sources. */
const orderNames: ReadonlyMap<string, string> = new Map([
  ['postgres', 'pgsql'],
  ['postgresql', 'pgsql'],
  ['mongodb', 'mongo'],
  ['internal', 'acl'],
  ['file', 'acl'],
  ['emqx_mod_acl_internal', 'acl'],
]);

/** Loads faster than anybody can type; the file module comes after all plugins. */
const FILE_ORDER = 10_000;

/** A place in the chains, and the key that says it. */
type Place = readonly [order: number, key?: string];

function placeOf(places: ReadonlyMap<string, Place>, name: string, otherwise: number): Place {
  return places.get(name) ?? [otherwise];
}

export function translateAccess(translation: Translation): void {
  const { keys, home } = translation;
  const sources = sourcesOf(translation);
  // Whoever comes with no name is refused before anybody is asked, as EMQTT 2.3 does with any login plugin.
  const isQuick = keys.text('allow_anonymous') === 'false_quick_deny';
  if (isQuick) translation.set('logins.require_credentials', true, 'allow_anonymous');
  else translation.set('logins.require_credentials', home.legacy);
  translation.set('logins.refusal_code', home.legacy ? 'bad_credentials' : 'not_authorized');
  translation.set('mqtt.session_takeover', 'any_user');
  translation.follow(
    accessKeys.filter(({ to }) => !to?.startsWith('access.')),
    [],
    new Map(),
  );
  cache(translation);
  const order = orderOf(translation);
  for (const [index, { source, isLoaded }] of sources.entries()) {
    translation.set(`access.${source}.type`, kinds[source]);
    if (!isLoaded) translation.set(`access.${source}.enabled`, false);
    translation.set(`access.${source}.order`, ...placeOf(order, source, 100 + index));
    const rows = accessKeys.filter(({ to }) => to?.startsWith(`access.${source}.`));
    translation.follow(rows, [], new Map());
    particulars[source](translation);
    for (const ssl of ['ssl_opts', 'ssl']) {
      oldestVersion(translation, `auth.${source}.${ssl}.tls_versions`, `access.${source}.${kinds[source]}`);
    }
    if (!home.legacy && (source === 'mnesia' || source === 'http')) {
      translation.set(`access.${source}.refusal_code`, 'bad_credentials');
    }
  }
  aclFile(translation, ...placeOf(order, 'acl', FILE_ORDER));
}

interface PluginSource {
  readonly source: SourceName;
  readonly isLoaded: boolean;
}

/** Those that are loaded in their order, then those that are not and have keys: they can be switched on later. */
function sourcesOf({ home, keys }: Translation): PluginSource[] {
  const loaded = [...home.plugins].flatMap(([plugin, isLoaded]): PluginSource[] => {
    const source = isLoaded ? pluginRows.find(({ name }) => name === plugin)?.source : undefined;
    return source === undefined ? [] : [{ source, isLoaded }];
  });
  const leads: Readonly<Partial<Record<SourceName, readonly string[]>>> = { mnesia: ['mnesia', 'user', 'client'] };
  const sleeping = (Object.keys(kinds) as SourceName[]).filter(
    (source) =>
      !loaded.some((one) => one.source === source) &&
      (leads[source] ?? [source]).some((word) => keys.under('auth', word).length > 0),
  );
  return [...loaded, ...sleeping.map((source) => ({ source, isLoaded: false }))];
}

function cache(translation: Translation): void {
  const { keys } = translation;
  if (keys.flag('enable_acl_cache')) {
    translation.set('permissions.cache_entries_max', keys.number('acl_cache_max_size') ?? 32, 'acl_cache_max_size');
  } else translation.set('permissions.cache_entries_max', 0, 'enable_acl_cache');
}

/** The place of each source that is named; those that are not come after them. */
function orderOf(translation: Translation): Map<string, Place> {
  const named = (key: string): string[] =>
    translation.keys
      .list(key)
      .filter((name) => name !== 'none')
      .map((name) => orderNames.get(name) ?? name.replace(/^emqx?_auth_/, ''));
  const logins = named('auth_order');
  const permissions = named('acl_order');
  const chosen = logins.length > 0 ? logins : permissions;
  const common = permissions.filter((name) => logins.includes(name));
  const isSame = common.every((name, index) => logins.filter((one) => common.includes(one))[index] === name);
  if (logins.length > 0 && !isSame) {
    translation.lose('acl_order', 'both chains have one order here, and auth_order says which');
  }
  const key = logins.length > 0 ? 'auth_order' : 'acl_order';
  const places = new Map<string, Place>(chosen.map((name, index) => [name, [index + 1, key]]));
  // The file is asked about permissions alone, so that acl_order can place it beside auth_order.
  const file = permissions.indexOf('acl');
  if (file >= 0 && logins.length > 0) places.set('acl', [file === 0 ? 0 : FILE_ORDER, 'acl_order']);
  return places;
}

function aclFile(translation: Translation, order: number, orderKey?: string): void {
  const { keys, home } = translation;
  if (!translation.isModuleLoaded('emqx_mod_acl_internal')) return;
  const key = keys.isWritten('acl_file') ? 'acl_file' : undefined;
  const file = keys.text('acl_file') ?? '';
  // EMQX goes on without rules where the file is missing. Whoever names one means it.
  if (!home.hasFile(file)) {
    const text = `there is no file ${JSON.stringify(file)}`;
    if (key !== undefined) translation.problem(key, text);
    else translation.warn({ kind: 'default' }, `${text}, so that acl_nomatch decides what no plugin speaks of`);
    return;
  }
  translation.set('access.acl.type', 'acl_conf');
  translation.set('access.acl.order', order, orderKey);
  translation.set('access.acl.acl_conf.file', file, key);
  translation.set('access.acl.acl_conf.allow_empty', true);
}

/** What no single native option says. */
const particulars: Readonly<Record<SourceName, (translation: Translation) => void>> = {
  mnesia: (translation) => {
    bootstrapUsers(translation, 'client', 'clientid', 'bootstrap_client_ids');
    bootstrapUsers(translation, 'user', 'username', 'bootstrap_users');
    translation.set('access.mnesia.builtin.scram', translation.isLoaded('emqx_sasl'));
    translation.set('access.mnesia.builtin.records_checked', 'any');
    translation.set('access.mnesia.builtin.end_connections', false);
  },
  pgsql: (translation) => queries(translation, 'auth.pgsql', 'access.pgsql.postgresql', ['auth_query', 'super_query']),
  mysql: (translation) => queries(translation, 'auth.mysql', 'access.mysql.mysql', ['auth_query', 'super_query']),
  redis: (translation) => queries(translation, 'auth.redis', 'access.redis.redis', ['auth_cmd', 'super_cmd']),
  http: headers,
  jwt: (translation) => {
    translation.set('access.jwt.jwt.other_texts', 'ignore');
    if (!translation.keys.flag('auth.jwt.verify_claims')) return;
    const claims = translation.keys.under('auth', 'jwt', 'verify_claims').filter(({ rest }) => rest.length === 1);
    const [first] = claims;
    if (first === undefined) return;
    const texts = claims.map(({ rest, written }) => `${rest[0]}=${written.text}`);
    translation.set('access.jwt.jwt.verify_claims', texts, first.written.key);
  },
};

/** In EMQX a question that is not written is not asked; natively it has a default. */
function queries(translation: Translation, from: string, to: string, names: readonly string[]): void {
  for (const name of names) {
    const key = `${from}.${name}`;
    const isWritten = translation.keys.isWritten(key);
    translation.set(`${to}.${name}`, translation.keys.text(key) ?? '', isWritten ? key : undefined);
  }
}

function bootstrapUsers(translation: Translation, group: string, part: string, option: string): void {
  const { keys } = translation;
  const lines: string[] = [];
  let last: string | undefined;
  const names = keys.under('auth', group).filter(({ rest }) => rest.length === 2 && rest[1] === part);
  for (const { rest, written } of names) {
    const password = keyOf(['auth', group, rest[0] ?? '', 'password']);
    const secret = keys.text(password);
    if (secret === undefined) {
      translation.problem(written.key, `has no ${password} beside it`);
      continue;
    }
    lines.push(JSON.stringify([written.text, secret]));
    last = written.key;
  }
  if (last !== undefined) translation.set(`access.mnesia.builtin.${option}`, lines.join('\n'), last);
}

/** Headers of the three questions are one list here. */
function headers(translation: Translation): void {
  const texts = new Map<string, string>();
  let last: WrittenKey | undefined;
  for (const request of ['auth_req', 'super_req', 'acl_req']) {
    for (const { rest, written } of translation.keys.under('auth', 'http', request, 'headers')) {
      const name = (rest[0] ?? '').toLowerCase().replaceAll('_', '-');
      if (name === 'content-type') continue;
      if (name === 'authorization') translation.set('access.http.http.authorization', written.text, written.key);
      else texts.set(name, `${name}: ${written.text}`);
      last = written;
    }
  }
  if (last !== undefined && texts.size > 0) translation.set('access.http.http.headers', [...texts.values()], last.key);
}
