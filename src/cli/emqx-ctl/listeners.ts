/** `listeners`: where clients connect, and closing and opening it. */

import { type CtlCommand, type Item, orWhen, part, plain, type Run } from './command.ts';

/** `tcp-external` of ours is `mqtt:tcp:external` of theirs, and any other name goes with its transport. */
function listenerId(name: string, transport: string): string {
  const kind = transport === 'tls' ? 'ssl' : transport;
  const own = name.startsWith(`${kind}-`) ? name.slice(kind.length + 1) : name;
  return `mqtt:${kind}:${own}`;
}

function addressOf(url: string): string {
  return /:\/\/([^/]+)/.exec(url)?.[1] ?? url;
}

function listenerText({ name, transport, url, connections, connectionsMax }: Item): string {
  const fields = [
    ['listen_on', addressOf(plain(url))],
    ['acceptors', '1'],
    ['max_conns', connectionsMax === undefined ? 'infinity' : plain(connectionsMax)],
    ['current_conn', plain(connections)],
    ['shutdown_count', '[]'],
  ];
  const id = listenerId(plain(name), plain(transport));
  return `${id}\n${fields.map(([field, value]) => `  ${field!.padEnd(16)}: ${value}\n`).join('')}`;
}

const listeners: Run = async ([action, id, port], { api }) => {
  const { items } = (await api.ask('GET', '/listeners')) as unknown as { items: Item[] };
  if (action === undefined) return items.map(listenerText).join('');
  if (id === undefined || (action !== 'stop' && action !== 'restart')) return undefined;
  // Their other form is a protocol, with `mqtt:` before it or not, and where it listens.
  const isMeant = ({ name, transport, url }: Item): boolean => {
    const own = listenerId(plain(name), plain(transport));
    if (port === undefined) return own === id || own === `mqtt:${id}` || name === id;
    const isProtocol = own.startsWith(`${id}:`) || own.startsWith(`mqtt:${id}:`);
    const address = addressOf(plain(url));
    return isProtocol && (address === port || address.endsWith(`:${port}`));
  };
  const found = items.find(isMeant);
  const asked = port === undefined ? plain(id) : `${plain(id)} ${plain(port)}`;
  if (found === undefined) return `No such listener ${asked}\n`;
  const path = `/listeners/${part(plain(found['name']))}`;
  const known = listenerId(plain(found['name']), plain(found['transport']));
  return await orWhen(404, `No such listener ${asked}\n`, async () => {
    await api.ask('POST', `${path}/stop`);
    if (action === 'stop') return `Stop ${known} listener on ${addressOf(plain(found['url']))} successfully.\n`;
    await api.ask('POST', `${path}/start`);
    return `Restarted ${known} listener successfully.\n`;
  });
};

export const listenersCommand: CtlCommand = {
  name: 'listeners',
  usages: [
    ['listeners', 'List listeners'],
    ['listeners stop <Identifier>', 'Stop a listener'],
    ['listeners stop <Proto> <Port>', 'Stop a listener'],
    ['listeners restart <Identifier>', 'Restart a listener'],
  ],
  run: listeners,
};
