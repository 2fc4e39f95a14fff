/** `user`, `clientid` and `acl` of the built-in database; `admins`, `mgmt` and `banned`. */

import type { Json } from '../control/api-client.ts';
import { ApiRefusal } from '../control/api-client.ts';
import { type Asker, type CtlCommand, type Item, items, lines, orWhen, part, plain, type Run } from './command.ts';

const NO_DATABASE = 'Error: the built-in database is not loaded; load emqx_auth_mnesia\n';
const ILLEGAL = 'Error: Input is illegal\n';

/** The first source that keeps users itself. */
async function databaseOf(api: Asker): Promise<string | undefined> {
  const { items: sources } = (await api.ask('GET', '/access/sources')) as unknown as { items: Item[] };
  const found = sources.find(({ hasUsers }) => hasUsers === true);
  return found === undefined ? undefined : `/access/sources/${part(plain(found['name']))}`;
}

/** @param kind what the names are */
function usersCommand(kind: 'username' | 'client_id'): Run {
  return async ([action, name, password], { api }) => {
    const database = await databaseOf(api);
    if (database === undefined) return NO_DATABASE;
    if (action === 'list')
      return await lines(items(api, `${database}/users?kind=${kind}`), (one) => plain(one['name']));
    if (name === undefined) return undefined;
    const path = `${database}/users/${kind}/${part(name)}`;
    if (action === 'add' && password !== undefined) {
      return await orWhen(409, 'Error: existed\n', async () => {
        await api.ask('POST', `${database}/users`, { kind, name, password });
        return 'ok\n';
      });
    }
    if (action === 'update' && password !== undefined) {
      return await orWhen(404, 'Error: noexisted\n', async () => {
        await api.ask('PATCH', path, { password });
        return 'ok\n';
      });
    }
    if (action !== 'del' && action !== 'delete') return undefined;
    // What is not there is deleted already.
    return await orWhen(404, 'ok\n', async () => {
      await api.ask('DELETE', path);
      return 'ok\n';
    });
  };
}

const actionWords: ReadonlyMap<string, string> = new Map([
  ['pub', 'publish'],
  ['sub', 'subscribe'],
  ['pubsub', 'all'],
]);
const effectWords: readonly string[] = ['allow', 'deny'];

/** `clientid c1`, `username ann` or `_all` at the beginning of the words, and what follows. */
function targetOf(
  words: readonly string[],
): { query: string; body: { [name: string]: Json }; rest: readonly string[] } | undefined {
  const [word, name, ...rest] = words;
  if (word === '_all') return { query: 'kind=all', body: { kind: 'all' }, rest: words.slice(1) };
  const kind = word === 'clientid' ? 'client_id' : word === 'username' ? 'username' : undefined;
  if (kind === undefined || name === undefined) return undefined;
  return { query: `kind=${kind}&name=${part(name)}`, body: { kind, name }, rest };
}

function ruleLine(whom: string, { topic, action, effect }: Item): string {
  const word = [...actionWords].find(([, ours]) => ours === action)?.[0] ?? plain(action);
  return `Acl(${whom} topic = <<"${plain(topic)}">> action = ${word} access = ${plain(effect)})`;
}

async function rulesOf(api: Asker, database: string, query: string, whom: string): Promise<string> {
  const { items: rules } = (await api.ask('GET', `${database}/permissions?${query}`)) as unknown as { items: Item[] };
  return rules.map((rule) => `${ruleLine(whom, rule)}\n`).join('');
}

async function listRules(api: Asker, database: string, what: string | undefined): Promise<string | undefined> {
  const kinds = [
    ['clientid', 'client_id'],
    ['username', 'username'],
  ] as const;
  if (what !== undefined && what !== '_all' && !kinds.some(([word]) => word === what)) return undefined;
  let text = '';
  for (const [word, kind] of kinds) {
    if (what !== undefined && what !== word) continue;
    const path = `${database}/permissions/names?kind=${kind}`;
    // Its pages hold names, not objects.
    for await (const name of items(api, path) as AsyncIterable<unknown> as AsyncIterable<string>) {
      text += await rulesOf(api, database, `kind=${kind}&name=${part(name)}`, `${word} = <<"${plain(name)}">>`);
    }
  }
  return what === undefined || what === '_all' ? text + (await rulesOf(api, database, 'kind=all', '$all')) : text;
}

const acl: Run = async ([action, ...words], { api }) => {
  if (action === 'cache-clean') {
    await api.ask('POST', '/reload');
    return 'ACL cache drain start OK\n';
  }
  if (action === 'reload') {
    await api.ask('POST', '/reload');
    return 'reload acl modules successfully\n';
  }
  const database = await databaseOf(api);
  if (database === undefined) return NO_DATABASE;
  if (action === 'list') return await listRules(api, database, words[0]);
  const target = targetOf(words);
  if (target === undefined) return undefined;
  const { query, body, rest } = target;
  const [topic, word, effect] = rest;
  if (action === 'show') {
    const [kind, name] = words;
    const whom = kind === '_all' ? '$all' : `${kind} = <<"${plain(name)}">>`;
    return await rulesOf(api, database, query, whom);
  }
  if (topic === undefined) return undefined;
  if (action === 'add') {
    const meant = actionWords.get(word ?? '');
    if (meant === undefined || !effectWords.includes(effect ?? '')) return ILLEGAL;
    await api.ask('POST', `${database}/permissions`, { ...body, topic, action: meant, effect: effect! });
    return 'ok\n';
  }
  if (action !== 'del' && action !== 'delete') return undefined;
  for (const meant of actionWords.values()) {
    await orWhen(404, '', async () => {
      await api.ask('DELETE', `${database}/permissions?${query}&action=${meant}&topic=${part(topic)}`);
      return '';
    });
  }
  return 'ok\n';
};

const admins: Run = async ([action, name, password], { api }) => {
  if (name === undefined) return undefined;
  const path = `/dashboard-users/${part(name)}`;
  const missing = '{error,<<"Username Not Found">>}\n';
  if (action === 'del') {
    return await orWhen(404, missing, async () => {
      await api.ask('DELETE', path);
      return 'ok\n';
    });
  }
  if (password === undefined) return undefined;
  if (action === 'add') {
    return await orWhen(409, 'Error: already existed\n', async () => {
      await api.ask('POST', '/dashboard-users', { name, password, role: 'admin' });
      return 'ok\n';
    });
  }
  if (action !== 'passwd') return undefined;
  return await orWhen(404, missing, async () => {
    await api.ask('PATCH', path, { password });
    return 'ok\n';
  });
};

async function keysOf(api: Asker): Promise<Item[]> {
  return ((await api.ask('GET', '/api-keys')) as unknown as { items: Item[] }).items;
}

const keyLine = (key: Item): string =>
  `app_id: ${plain(key['id'])}, secret: ******, name: ${plain(key['name'])}, desc: ${plain(key['scope'])}, ` +
  `status: true, expired: ${plain(key['expiresAt'])}\n`;

const mgmt: Run = async ([action, id, name], { api }) => {
  if (action === 'list') return (await keysOf(api)).map(keyLine).join('');
  if (id === undefined) return undefined;
  const key = (await keysOf(api)).find((one) => one['id'] === id || one['name'] === id);
  if (action === 'insert' && name !== undefined) {
    if (key !== undefined) return 'Error: already existed\n';
    const made = (await api.ask('POST', '/api-keys', { name: id, scope: 'admin' })) as Item;
    return `AppId: ${plain(made['id'])}\nAppSecret: ${plain(made['token'])}\n`;
  }
  if (action === 'lookup') return key === undefined ? 'Not Found.\n' : keyLine(key).replaceAll(', ', '\n');
  if (action === 'update') return 'An API key cannot be switched off; delete it and insert another.\n';
  if (action !== 'delete') return undefined;
  if (key !== undefined) await api.ask('DELETE', `/api-keys/${part(plain(key['id']))}`);
  return 'ok\n';
};

const banKinds: ReadonlyMap<string, string> = new Map([
  ['clientid', 'client_id'],
  ['username', 'username'],
  ['peerhost', 'address'],
]);

const banned: Run = async ([action, word, value, ...reason], { api }) => {
  if (action === 'list') {
    return await lines(items(api, '/bans'), ({ kind, value: whom, by, reason: why, until }) => {
      const theirs = [...banKinds].find(([, ours]) => ours === kind)?.[0] ?? plain(kind);
      return `Banned(${theirs}=${plain(whom)}, by=${plain(by)}, reason=${plain(why)}, until=${until === undefined ? 'infinity' : plain(until)})`;
    });
  }
  const kind = banKinds.get(word ?? '');
  if (kind === undefined || value === undefined) return undefined;
  try {
    if (action === 'add') await api.ask('POST', '/bans', { kind, value, reason: reason.join(' ') });
    else if (action === 'del') await api.ask('DELETE', `/bans?kind=${kind}&value=${part(value)}`);
    else return undefined;
  } catch (error) {
    if (!(error instanceof ApiRefusal)) throw error;
    return `Error: ${plain(error.message)}\n`;
  }
  return 'ok\n';
};

const userUsages = (name: string): [string, string][] => [
  [`${name} list`, `List ${name} auth rules`],
  [`${name} add <${name}> <Password>`, `Add ${name} auth rule`],
  [`${name} update <${name}> <NewPassword>`, `Update ${name} auth rule`],
  [`${name} del <${name}>`, `Delete ${name} auth rule`],
];

export const userCommands: readonly CtlCommand[] = [
  { name: 'user', usages: userUsages('user'), run: usersCommand('username') },
  { name: 'clientid', usages: userUsages('clientid'), run: usersCommand('client_id') },
  {
    name: 'acl',
    usages: [
      ['acl list clientid', 'List clientid acls'],
      ['acl list username', 'List username acls'],
      ['acl list _all', 'List $all acls'],
      ['acl show clientid <Clientid>', 'Lookup clientid acl detail'],
      ['acl show username <Username>', 'Lookup username acl detail'],
      ['acl add clientid <Clientid> <Topic> <Action> <Access>', 'Add clientid acl'],
      ['acl add username <Username> <Topic> <Action> <Access>', 'Add username acl'],
      ['acl add _all <Topic> <Action> <Access>', 'Add $all acl'],
      ['acl del clientid <Clientid> <Topic>', 'Delete clientid acl'],
      ['acl del username <Username> <Topic>', 'Delete username acl'],
      ['acl del _all <Topic>', 'Delete $all acl'],
      ['acl cache-clean all', 'Clears acl cache'],
      ['acl reload', 'Reads files of rules again'],
    ],
    run: acl,
  },
  {
    name: 'admins',
    usages: [
      ['admins add <Username> <Password> <Tags>', 'Add dashboard user'],
      ['admins passwd <Username> <Password>', 'Reset dashboard user password'],
      ['admins del <Username>', 'Delete dashboard user'],
    ],
    run: admins,
  },
  {
    name: 'mgmt',
    usages: [
      ['mgmt list', 'List Applications'],
      ['mgmt insert <AppId> <Name>', 'Add Application of REST API'],
      ['mgmt lookup <AppId>', 'Get Application of REST API'],
      ['mgmt delete <AppId>', 'Delete Application of REST API'],
    ],
    run: mgmt,
  },
  {
    name: 'banned',
    usages: [
      ['banned list', 'List who must not come in'],
      ['banned add clientid|username|peerhost <Value> [<Reason>]', 'Ban, and end connections'],
      ['banned del clientid|username|peerhost <Value>', 'End a ban'],
    ],
    run: banned,
  },
];
