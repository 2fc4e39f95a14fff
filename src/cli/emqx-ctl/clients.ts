/** `clients`, `sessions`, `subscriptions`, `routes`, `topics` and `retainer`. */

import { type CtlCommand, type Item, items, lines, orWhen, part, plain, type Run } from './command.ts';

const NOT_FOUND = 'Not Found.\n';

const milliseconds = (time: unknown): number => (typeof time === 'string' ? Date.parse(time) : 0);

/** In the order and by the names of EMQX 4.3. */
function clientLine(client: Item): string {
  const { connected } = client;
  const shown: [string, string | number][] = [
    ['username', plain(client['username'])],
    ['peername', connected === true ? `${plain(client['address'])}:${plain(client['port'])}` : 'undefined'],
    ['clean_start', plain(client['cleanStart'])],
    ['keepalive', plain(client['keepAliveSeconds'])],
    ['session_expiry_interval', plain(client['expirySeconds'])],
    ['subscriptions', plain(client['subscriptions'])],
    ['inflight', plain(client['inflight'])],
    ['awaiting_rel', plain(client['awaitingRelease'])],
    ['delivered_msgs', plain(client['messagesOut'])],
    ['enqueued_msgs', plain(client['queued'])],
    ['dropped_msgs', plain(client['dropped'])],
    ['connected', plain(connected)],
    ['created_at', milliseconds(client['createdAt'])],
    ['connected_at', milliseconds(client['connectedAt'])],
  ];
  if (connected !== true) shown.push(['disconnected_at', milliseconds(client['disconnectedAt'])]);
  return `Client(${plain(client['clientId'])}, ${shown.map(([name, value]) => `${name}=${value}`).join(', ')})`;
}

const clients: Run = async ([action, id], { api }) => {
  if (action === 'list') return await lines(items(api, '/clients'), clientLine);
  if (id === undefined) return undefined;
  if (action === 'show') {
    return await orWhen(
      404,
      NOT_FOUND,
      async () => `${clientLine((await api.ask('GET', `/clients/${part(id)}`)) as Item)}\n`,
    );
  }
  if (action !== 'kick') return undefined;
  return await orWhen(404, 'ok\n', async () => {
    await api.ask('DELETE', `/clients/${part(id)}?session=true`);
    return 'ok\n';
  });
};

const sessions: Run = async ([action, id], ctl) =>
  action === 'list' || (action === 'show' && id !== undefined)
    ? await clients(action === 'list' ? ['list'] : ['show', id!], ctl)
    : undefined;

const subscriptionLine = (one: Item): string => `${plain(one['clientId'])} -> ${plain(one['fullFilter'])}`;

const NO_CHANNEL = 'Error: Channel not found!\n';

const subscriptions: Run = async ([action, id, filter, qos], { api }) => {
  if (action === 'list') return await lines(items(api, '/subscriptions'), subscriptionLine);
  if (id === undefined) return undefined;
  const path = `/clients/${part(id)}/subscriptions`;
  if (action === 'show') {
    return await orWhen(404, NOT_FOUND, async () => {
      const { items: all } = (await api.ask('GET', path)) as unknown as { items: Item[] };
      return all.map((one) => `${subscriptionLine(one)}\n`).join('') || NOT_FOUND;
    });
  }
  if (action === 'add' && filter !== undefined && qos !== undefined) {
    if (!/^[012]$/.test(qos)) return 'QoS should be 0, 1, 2\n';
    return await orWhen(404, NO_CHANNEL, async () => {
      await api.ask('POST', path, { filter, qos: Number(qos) });
      return 'ok\n';
    });
  }
  if (action !== 'del' || filter === undefined) return undefined;
  return await orWhen(404, NO_CHANNEL, async () => {
    await api.ask('DELETE', `${path}?filter=${part(filter)}`);
    return 'ok\n';
  });
};

const routes: Run = async ([action, topic], { api, node }) => {
  const line = (route: Item): string => `${plain(route['filter'])} -> ${node}`;
  if (action === 'list') return await lines(items(api, '/topics'), line);
  if (action !== 'show' || topic === undefined) return undefined;
  for await (const route of items(api, `/topics?search=${part(topic)}`)) {
    if (route['filter'] === topic) return `${line(route)}\n`;
  }
  return NOT_FOUND;
};

const retainer: Run = async ([action, topic], { api }) => {
  if (action === 'info') {
    const { total } = (await api.ask('GET', '/retained?limit=1')) as { total: number };
    return `retained/total: ${total}\n`;
  }
  if (action === 'topics') return await lines(items(api, '/retained'), ({ topic: name }) => plain(name));
  if (action !== 'clean') return undefined;
  const where = topic === undefined ? '' : `?filter=${part(topic)}`;
  let cleaned = 0;
  const names: string[] = [];
  for await (const message of items(api, `/retained${where}`)) names.push(String(message['topic']));
  for (const name of names) {
    await orWhen(404, '', async () => {
      await api.ask('DELETE', `/retained/message?topic=${part(name)}`);
      cleaned++;
      return '';
    });
  }
  return `Cleaned ${cleaned} retained messages\n`;
};

export const clientCommands: readonly CtlCommand[] = [
  {
    name: 'clients',
    usages: [
      ['clients list', 'List all clients'],
      ['clients show <ClientId>', 'Show a client'],
      ['clients kick <ClientId>', 'Kick out a client'],
    ],
    run: clients,
  },
  {
    name: 'sessions',
    usages: [
      ['sessions list', 'List all sessions'],
      ['sessions show <ClientId>', 'Show a session'],
    ],
    run: sessions,
  },
  {
    name: 'routes',
    usages: [
      ['routes list', 'List all routes'],
      ['routes show <Topic>', 'Show a route'],
    ],
    run: routes,
  },
  {
    name: 'topics',
    usages: [
      ['topics list', 'List all topics'],
      ['topics show <Topic>', 'Show a topic'],
    ],
    run: routes,
  },
  {
    name: 'subscriptions',
    usages: [
      ['subscriptions list', 'List all subscriptions'],
      ['subscriptions show <ClientId>', 'Show subscriptions of a client'],
      ['subscriptions add <ClientId> <Topic> <QoS>', 'Add a static subscription manually'],
      ['subscriptions del <ClientId> <Topic>', 'Delete a static subscription manually'],
    ],
    run: subscriptions,
  },
  {
    name: 'retainer',
    usages: [
      ['retainer info', 'Show the count of retained messages'],
      ['retainer topics', 'Show all topics of retained messages'],
      ['retainer clean', 'Clean all retained messages'],
      ['retainer clean <Topic>', 'Clean retained messages by the specified topic filter'],
    ],
    run: retainer,
  },
];
