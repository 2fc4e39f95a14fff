/** The command `ctl`: asks and changes a running broker through its management interface. */

import { quoted } from '../../config/value.ts';
import { UsageError } from '../arguments.ts';
import type { Command, CommandContext } from '../program.ts';
import { StartError } from '../start-error.ts';
import { ApiClient, type Json } from './api-client.ts';
import { BAN_FLAGS, banWish } from './ban.ts';
import { fields, printable, table } from './table.ts';

interface Action {
  /** What is typed after `ctl`. */
  readonly usage: string;
  readonly sentence: string;
  /** Arguments that must be there, and how many there may be. */
  readonly takes: readonly [min: number, max: number];
  run(client: ApiClient, rest: readonly string[], context: CommandContext): Promise<Json>;
  /** For people; the answer itself is printed where `--json` is given. */
  show(answer: Json): string;
}

const list =
  (columns: Readonly<Record<string, string>>) =>
  (answer: Json): string => {
    const { items, total } = answer as { items: Json[]; total?: number };
    const more = total !== undefined && total > items.length ? `${items.length} of ${total}\n` : '';
    return table(items, columns) + more;
  };
/** A line for each bridge that something has gone wrong with; a cell of the table has no room for it. */
const lastFailures = (answer: Json): string => {
  const { items } = answer as { items: { name: string; lastFailure?: { code: string; message: string } }[] };
  return items
    .map(({ name, lastFailure: last }) =>
      last === undefined ? '' : printable(`${name}: last failure ${last.code}: ${last.message}`).concat('\n'),
    )
    .join('');
};
const done = (): string => 'done\n';
const part = encodeURIComponent;
const search = (text: string | undefined): string => (text === undefined ? '' : `&search=${part(text)}`);

const CLIENTS = {
  CLIENT: 'clientId',
  USER: 'username',
  ADDRESS: 'address',
  VERSION: 'version',
  CONNECTED: 'connected',
  SUBSCRIPTIONS: 'subscriptions',
  QUEUED: 'queued',
  SINCE: 'connectedAt',
};
const SUBSCRIPTIONS = { CLIENT: 'clientId', FILTER: 'fullFilter', QOS: 'qos' };
const BANS = { KIND: 'kind', VALUE: 'value', UNTIL: 'until', BY: 'by', REASON: 'reason' };
const ALARMS = { ALARM: 'name', SINCE: 'activatedAt', MESSAGE: 'message' };
const PLUGINS = {
  PLUGIN: 'name',
  STATE: 'state',
  KIND: 'kind',
  ISOLATED: 'isolated',
  'MEMORY BYTES': 'memoryBytes',
  RESTARTS: 'restarts',
  DESCRIPTION: 'description',
  ERROR: 'error',
};
const BRIDGES = { BRIDGE: 'name', STATE: 'state', ADDRESS: 'address', SINCE: 'connectedAt' };
const SETTINGS = { OPTION: 'path', VALUE: 'value', FROM: 'origin', 'AT A RESTART': 'pending' };
const USERS = { USER: 'name', KIND: 'kind', SUPERUSER: 'superuser', HASH: 'passwordHash' };

interface SourceShown {
  readonly logins: AnswersShown;
  readonly permissions: AnswersShown;
}
type AnswersShown = Readonly<Record<'allow' | 'deny' | 'ignore' | 'failed', number>>;

function sourceTable({ items }: { readonly items: readonly SourceShown[] }): string {
  const shown = ({ allow, deny, ignore, failed }: AnswersShown): string =>
    [`${allow} allowed`, `${deny} denied`, `${ignore} ignored`, ...(failed > 0 ? [`${failed} failed`] : [])].join(', ');
  const rows = items.map((one) => ({ ...one, logins: shown(one.logins), permissions: shown(one.permissions) }));
  return table(rows, {
    SOURCE: 'name',
    KIND: 'kind',
    STATE: 'state',
    LOGINS: 'logins',
    PERMISSIONS: 'permissions',
    ERROR: 'error',
  });
}

const actions: Readonly<Record<string, Action>> = {
  status: {
    usage: 'status',
    sentence: 'What runs here, and since when.',
    takes: [0, 0],
    run: (client) => client.ask('GET', '/node'),
    show: fields,
  },
  clients: {
    usage: 'clients [TEXT]',
    sentence: 'Clients whose identifier, user name or address holds the text.',
    takes: [0, 1],
    run: (client, [text]) => client.ask('GET', `/clients?limit=1000${search(text)}`),
    show: list(CLIENTS),
  },
  client: {
    usage: 'client ID',
    sentence: 'Everything about one client.',
    takes: [1, 1],
    run: (client, [id]) => client.ask('GET', `/clients/${part(id!)}`),
    show: fields,
  },
  kick: {
    usage: 'kick ID',
    sentence: 'Ends the connection of a client.',
    takes: [1, 1],
    run: (client, [id]) => client.ask('DELETE', `/clients/${part(id!)}`),
    show: done,
  },
  subscriptions: {
    usage: 'subscriptions [TEXT]',
    sentence: 'Subscriptions whose client or filter holds the text.',
    takes: [0, 1],
    run: (client, [text]) => client.ask('GET', `/subscriptions?limit=1000${search(text)}`),
    show: list(SUBSCRIPTIONS),
  },
  topics: {
    usage: 'topics [TEXT]',
    sentence: 'Filters that somebody subscribes to.',
    takes: [0, 1],
    run: (client, [text]) => client.ask('GET', `/topics?limit=1000${search(text)}`),
    show: list({ FILTER: 'filter', SUBSCRIPTIONS: 'subscriptions' }),
  },
  retained: {
    usage: 'retained [TEXT]',
    sentence: 'Retained messages whose topic holds the text.',
    takes: [0, 1],
    run: (client, [text]) => client.ask('GET', `/retained?limit=1000${search(text)}`),
    show: list({ TOPIC: 'topic', BYTES: 'bytes', QOS: 'qos', CLIENT: 'publisher' }),
  },
  publish: {
    usage: 'publish TOPIC MESSAGE [QOS] [retain]',
    sentence: 'Publishes a message.',
    takes: [2, 4],
    run: (client, [topic, payload, qos = '0', retain]) => {
      if (!/^[012]$/.test(qos)) throw new UsageError(`ctl publish got the QoS ${quoted(qos)}; allowed: 0, 1, 2`);
      if (retain !== undefined && retain !== 'retain') throw new UsageError(`ctl publish got ${quoted(retain)}`);
      const message = { topic: topic!, payload: payload!, qos: Number(qos), retain: retain === 'retain' };
      return client.ask('POST', '/publish', message);
    },
    show: (answer) => `${(answer as { receivers: number }).receivers} receivers\n`,
  },
  listeners: {
    usage: 'listeners',
    sentence: 'Where clients connect.',
    takes: [0, 0],
    run: (client) => client.ask('GET', '/listeners'),
    show: list({ LISTENER: 'name', URL: 'url', STATE: 'state', CONNECTIONS: 'connections' }),
  },
  sources: {
    usage: 'sources [order NAME… | reset-order | test NAME]',
    sentence:
      'Who is asked about logins and permissions, in order; the order changes at once and stays after a restart.',
    takes: [0, 100],
    run: (client, [what, ...names]) => {
      if (what === undefined) return client.ask('GET', '/access/sources');
      if (what === 'order' && names.length > 0) return client.ask('PUT', '/access/order', { names });
      if (what === 'reset-order' && names.length === 0) return client.ask('DELETE', '/access/order');
      if (what === 'test' && names.length === 1) return client.ask('POST', `/access/sources/${part(names[0]!)}/test`);
      throw new UsageError(`ctl sources got ${quoted(what)}; allowed: order NAME…, reset-order, test NAME`);
    },
    show: (answer) => {
      const { names, ok, error = '' } = answer as { names?: string[]; ok?: boolean; error?: string };
      if (names !== undefined) return `asked in this order: ${printable(names.join(', '))}\n`;
      if (ok !== undefined) return ok ? 'it answers\n' : `it cannot answer: ${printable(error)}\n`;
      return sourceTable(answer as unknown as { items: SourceShown[] });
    },
  },
  users: {
    usage: 'users SOURCE [username|client_id]',
    sentence: 'Users of a source that keeps them itself.',
    takes: [1, 2],
    run: (client, [source, kind = 'username']) =>
      client.ask('GET', `/access/sources/${part(source!)}/users?limit=1000&kind=${part(kind)}`),
    show: list(USERS),
  },
  'add-user': {
    usage: 'add-user SOURCE NAME [username|client_id]',
    sentence: 'Adds a user; the password is read from standard input.',
    takes: [2, 3],
    run: async (client, [source, name, kind = 'username'], context) =>
      client.ask('POST', `/access/sources/${part(source!)}/users`, {
        kind,
        name: name!,
        password: await firstLine(context),
      }),
    show: done,
  },
  'remove-user': {
    usage: 'remove-user SOURCE NAME [username|client_id]',
    sentence: 'Removes a user.',
    takes: [2, 3],
    run: (client, [source, name, kind = 'username']) =>
      client.ask('DELETE', `/access/sources/${part(source!)}/users/${part(kind)}/${part(name!)}`),
    show: done,
  },
  bans: {
    usage: 'bans',
    sentence: 'Who must not come in.',
    takes: [0, 0],
    run: (client) => client.ask('GET', '/bans'),
    show: list(BANS),
  },
  ban: {
    usage: 'ban client_id|username|address VALUE [REASON] [--until TIME | --seconds SECONDS]',
    sentence: 'Bans, and ends the connections of whom it concerns; for ever, unless told until when.',
    takes: [2, 3],
    run: async (client, rest, { arguments: { own } }) => client.ask('POST', '/bans', { ...banWish(rest, own) }),
    show: done,
  },
  unban: {
    usage: 'unban client_id|username|address VALUE',
    sentence: 'Ends a ban.',
    takes: [2, 2],
    run: (client, [kind, value]) => client.ask('DELETE', `/bans?kind=${part(kind!)}&value=${part(value!)}`),
    show: done,
  },
  alarms: {
    usage: 'alarms',
    sentence: 'What an operator has to see to.',
    takes: [0, 0],
    run: (client) => client.ask('GET', '/alarms'),
    show: list(ALARMS),
  },
  plugins: {
    usage: 'plugins [list | load NAME | unload NAME | reload NAME | run NAME COMMAND …]',
    sentence: 'Plugins; one that is loaded or unloaded stays so after a restart.',
    takes: [0, 100],
    run: (client, [what = 'list', name, command, ...args]) => {
      if (what === 'list' && name === undefined) return client.ask('GET', '/plugins');
      if (what === 'run' && name !== undefined && command !== undefined) {
        return client.ask('POST', `/plugins/${part(name)}/commands/${part(command)}`, { args });
      }
      if (command !== undefined || !/^(load|unload|reload)$/.test(what) || name === undefined) {
        throw new UsageError(
          `ctl plugins got ${quoted(what)}; allowed: list, load NAME, unload NAME, reload NAME, run NAME COMMAND`,
        );
      }
      return client.ask('POST', `/plugins/${part(name)}/${what}`);
    },
    show: (answer) => {
      if (answer === null) return done();
      if (!('answer' in (answer as object))) return list(PLUGINS)(answer);
      const { answer: told } = answer as { answer: Json };
      return typeof told === 'string' ? `${told}\n` : `${JSON.stringify(told, undefined, 2)}\n`;
    },
  },
  bridges: {
    usage: 'bridges [start NAME | stop NAME | restart NAME]',
    sentence: 'Bridges to other brokers.',
    takes: [0, 2],
    run: (client, [what, name]) => {
      if (what === undefined) return client.ask('GET', '/bridges');
      if (!/^(start|stop|restart)$/.test(what) || name === undefined) {
        throw new UsageError(`ctl bridges got ${quoted(what)}; allowed: start NAME, stop NAME, restart NAME`);
      }
      return client.ask('POST', `/bridges/${part(name)}/${what}`);
    },
    show: (answer) => (answer === null ? done() : list(BRIDGES)(answer) + lastFailures(answer)),
  },
  queue: {
    usage: 'queue ID',
    sentence: 'The first of what waits for a client.',
    takes: [1, 1],
    run: (client, [id]) => client.ask('GET', `/clients/${part(id!)}/queue?limit=1000`),
    show: list({ TOPIC: 'topic', QOS: 'qos', BYTES: 'bytes', STATE: 'state', FROM: 'publisher' }),
  },
  settings: {
    usage: 'settings [NAME [VALUE…]]',
    sentence: 'Shows options, all of them or of a section, or changes one; - reads the value from standard input.',
    takes: [0, 100],
    run: changeOrShow,
    show: (answer) => ('results' in (answer as object) ? outcomes(answer) : list(SETTINGS)(answer)),
  },
  'reset-setting': {
    usage: 'reset-setting NAME',
    sentence: 'Takes back what was changed at run time, to what the configuration says.',
    takes: [1, 1],
    run: (client, [name]) => client.ask('DELETE', `/settings/${part(name!)}`),
    show: outcomes,
  },
  reload: {
    usage: 'reload',
    sentence: 'Reads the configuration and the files it names again.',
    takes: [0, 0],
    run: (client) => client.ask('POST', '/reload'),
    show: fields,
  },
};

interface SettingShown {
  readonly path: string;
  readonly type: string;
  readonly secret: boolean;
}

async function changeOrShow(client: ApiClient, rest: readonly string[], context: CommandContext): Promise<Json> {
  const [name, ...values] = rest;
  const { items } = (await client.ask('GET', '/settings')) as unknown as { items: readonly SettingShown[] };
  if (name === undefined || values.length === 0) {
    const found = items.filter(({ path }) => name === undefined || path === name || path.startsWith(`${name}.`));
    if (found.length === 0) throw new StartError(`the broker has no option and no section ${quoted(name ?? '')}`);
    return { items: found as unknown as Json[] };
  }
  const setting = items.find(({ path }) => path === name);
  const isRead = values.length === 1 && values[0] === '-';
  if (setting?.secret === true && !isRead) {
    throw new UsageError(
      `ctl settings takes a secret from standard input: echo SECRET | hoopoe ctl settings ${name} -`,
    );
  }
  if (setting?.type === 'list') return client.ask('PATCH', '/settings', { [name]: values });
  if (values.length > 1) throw new UsageError(`ctl settings got ${values.length} values for ${name}, which takes one`);
  return client.ask('PATCH', '/settings', { [name]: isRead ? await firstLine(context) : values[0]! });
}

const OUTCOMES: Readonly<Record<string, string>> = {
  applied: 'takes effect now',
  needs_restart: 'takes effect at the next start',
  unchanged: 'was so already',
};

function outcomes(answer: Json): string {
  const { results } = answer as { results: { path: string; outcome: string; value?: string }[] };
  return results
    .map(({ path, outcome, value = '(no value)' }) => printable(`${path} = ${value}: ${OUTCOMES[outcome] ?? outcome}`))
    .join('\n')
    .concat('\n');
}

/** @throws UsageError, ConfigError, StartError */
export const ctl: Command = async (context) => {
  const { arguments: typed, terminal } = context;
  const [name = '', ...rest] = typed.rest;
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  if (action === undefined) {
    const got = name === '' ? '' : `ctl got ${quoted(name)}; `;
    throw new UsageError(`${got}allowed:\n${usageText()}`);
  }
  const [min, max] = action.takes;
  if (rest.length < min || rest.length > max) throw new UsageError(`usage: hoopoe ctl ${action.usage}`);
  const unread = name === 'ban' ? undefined : BAN_FLAGS.find((flag) => typed.own.has(flag));
  if (unread !== undefined) throw new UsageError(`--${unread} belongs to "hoopoe ctl ban"`);
  const answer = await action.run(await ApiClient.of(context), rest, context);
  terminal.out(typed.own.has('json') ? `${JSON.stringify(answer)}\n` : action.show(answer));
  return 0;
};

function usageText(): string {
  const rows = Object.values(actions);
  const width = Math.max(...rows.map(({ usage }) => usage.length));
  return rows.map(({ usage, sentence }) => `  hoopoe ctl ${usage.padEnd(width)}  ${sentence}`).join('\n');
}

/** A secret does not belong on a command line, where everybody on the machine sees it. */
async function firstLine({ terminal }: CommandContext): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of terminal.receive()) {
    text += decoder.decode(chunk, { stream: true });
    if (text.includes('\n')) break;
  }
  const line = text.split('\n', 1)[0]?.replace(/\r$/, '') ?? '';
  if (line === '') throw new StartError('nothing came on standard input; try: echo SECRET | hoopoe ctl …');
  return line;
}
