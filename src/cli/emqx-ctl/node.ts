/** `status`, `broker`, `cluster`, `vm`, `bridges` and what there is only with Erlang. */

import { loadavg } from 'node:os';
import { clockText, uptimeText } from '../../std/date-texts.ts';
import { type CtlCommand, type Item, orWhen, part, plain, type Run } from './command.ts';
import { listenersCommand } from './listeners.ts';
import { logCommand } from './log.ts';

const status: Run = async (_words, { node, version, isOld }) =>
  isOld
    ? `Node '${node}' is started\nemqttd (Hoopoe ${version}) is running\n`
    : `Node '${node}' ${version} is started\n`;

const broker: Run = async ([what], { api, version }) => {
  if (what === 'stats' || what === 'metrics') {
    const numbers = (await api.ask('GET', '/node/numbers')) as unknown as Record<string, Record<string, number>>;
    return Object.entries(numbers[what] ?? {})
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, value]) => `${name.padEnd(30)}: ${value}\n`)
      .join('');
  }
  if (what !== undefined) return undefined;
  const { uptimeSeconds } = (await api.ask('GET', '/node')) as { uptimeSeconds: number };
  const shown = [
    ['sysdescr', 'Hoopoe'],
    ['version', version],
    ['uptime', uptimeText(uptimeSeconds)],
    ['datetime', clockText(Date.now())],
  ];
  return shown.map(([name, value]) => `${name!.padEnd(10)}: ${value}\n`).join('');
};

const cluster: Run = async ([action], { node }) => {
  if (action === 'status') return `Cluster status: #{running_nodes => ['${node}'],stopped_nodes => []}\n`;
  if (action === 'join') return 'Failed to join the cluster: this broker runs alone\n';
  if (action === 'leave') return 'Failed to leave the cluster: node_not_in_cluster\n';
  return action === 'force-leave' ? 'Failed to remove the node from cluster: node_not_in_cluster\n' : undefined;
};

const vm: Run = async ([what = 'all'], { api }) => {
  const { memoryBytes = 0 } = (await api.ask('GET', '/overview')) as { memoryBytes?: number };
  const parts: Readonly<Record<string, readonly (readonly [string, string | number])[]>> = {
    load: loadavg().map((load, index) => [`cpu/load${[1, 5, 15][index]}`, load.toFixed(2)] as const),
    memory: [['memory/total', memoryBytes]],
    process: [
      ['process/limit', 1],
      ['process/count', 1],
    ],
    io: [['io/max_fds', 1_048_576]],
    ports: [['ports/count', 0]],
  };
  const names = what === 'all' ? Object.keys(parts) : [what];
  if (!names.every((name) => Object.hasOwn(parts, name))) return undefined;
  return names
    .flatMap((name) => parts[name] ?? [])
    .map(([name, value]) => `${name.padEnd(24)}: ${value}\n`)
    .join('');
};

const bridges: Run = async ([action, name], { api }) => {
  if (action === 'list') {
    const { items } = (await api.ask('GET', '/bridges')) as unknown as { items: Item[] };
    const stateOf = ({ state }: Item): string => (state === 'connected' || state === 'up' ? 'Running' : 'Stopped');
    return items.map((one) => `name: ${plain(one['name'])}     status: ${stateOf(one)}\n`).join('');
  }
  if (name === undefined || (action !== 'start' && action !== 'stop')) return undefined;
  const said = action === 'start' ? 'Start' : 'Stop';
  return await orWhen(404, `${said} bridge failed: not_found.\n`, async () => {
    await api.ask('POST', `/bridges/${part(name)}/${action}`);
    return `${said} bridge successfully.\n`;
  });
};

const pemCache: Run = async ([action], { api }) => {
  if (action !== 'clean') return undefined;
  await api.ask('POST', '/reload');
  return 'PEM cache clean OK\n';
};

/** The name of ours is new; theirs had no such command. */
const reload: Run = async (_words, { api }) => {
  await api.ask('POST', '/reload');
  return 'ok\n';
};

export const nodeCommands: readonly CtlCommand[] = [
  { name: 'status', usages: [['status', 'Show broker status']], run: status },
  {
    name: 'broker',
    usages: [
      ['broker', 'Show broker version, uptime and description'],
      ['broker stats', 'Show broker statistics of clients, topics, subscribers'],
      ['broker metrics', 'Show broker metrics'],
    ],
    run: broker,
  },
  {
    name: 'cluster',
    usages: [
      ['cluster join <Node>', 'Join the cluster'],
      ['cluster leave', 'Leave the cluster'],
      ['cluster force-leave <Node>', 'Force the node leave from cluster'],
      ['cluster status', 'Cluster status'],
    ],
    run: cluster,
  },
  listenersCommand,
  {
    name: 'vm',
    usages: [
      ['vm all', 'Show info of the machine'],
      ['vm load', 'Show load of the machine'],
      ['vm memory', 'Show memory of the broker'],
      ['vm process', 'Show processes'],
      ['vm io', 'Show IO'],
      ['vm ports', 'Show ports'],
    ],
    run: vm,
  },
  logCommand,
  {
    name: 'bridges',
    usages: [
      ['bridges list', 'List bridges'],
      ['bridges start <Name>', 'Start a bridge'],
      ['bridges stop <Name>', 'Stop a bridge'],
    ],
    run: bridges,
  },
  { name: 'pem_cache', usages: [['pem_cache clean all', 'Read certificates again']], run: pemCache },
  { name: 'reload', usages: [['reload', 'Read the configuration again']], run: reload },
];

/** Commands whose subject there is not here, by what to say instead. */
export const absentCommands: ReadonlyMap<string, string> = new Map([
  ['mnesia', 'There is no Mnesia: what the broker keeps is in the store of its data folder.'],
  ['recon', 'This is about the Erlang machine, and Hoopoe has none.'],
  ['trace', 'Use "hoopoe tap --client ID" or "hoopoe tap FILTER".'],
  ['rules', 'There is no rule engine.'],
  ['rule-actions', 'There is no rule engine.'],
  ['resources', 'There is no rule engine.'],
  ['resource-types', 'There is no rule engine.'],
  ['exhook', 'Plugins take the place of exhook: see docs/plugins.md.'],
  ['sasl', 'Users of "user add" log in with SCRAM as well, where the plugin emqx_sasl is loaded.'],
  ['luahook', 'Plugins take the place of Lua: see docs/plugins.md.'],
]);
