/** Parts that can be loaded and unloaded, plugins and modules, and the listeners. */

import { InvalidRequest } from '../../broker/broker.ts';
import type { PluginAdministration, ShownPlugin } from '../../ports/plugin-administration.ts';
import type { ShownListener } from '../management.ts';
import { codes, done, ofNode, type V4Answer, type V4Call, V4Failure, type V4Row, v4 } from './row.ts';

type PartKind = 'plugins' | 'modules';
type Act = 'load' | 'unload' | 'reload';

function partShown({ name, description, type, state, version }: ShownPlugin, kind: PartKind): unknown {
  const shown = { name, description, active: state === 'running' };
  return kind === 'modules' ? shown : { ...shown, type, ...(version !== undefined && { version }) };
}

function listParts(call: V4Call, kind: PartKind): V4Answer {
  const all = call.management[kind]?.list() ?? [];
  // What comes with this broker alone is none of the plugins of EMQX.
  const parts = all.filter((part) => part.kind !== 'builtin' || part.name.startsWith('emqx_'));
  return ofNode(
    call,
    kind,
    parts.map((part) => partShown(part, kind)),
  );
}

async function change(call: V4Call, kind: PartKind, act: Act): Promise<V4Answer> {
  const parts: PluginAdministration | undefined = call.management[kind];
  const { name = '' } = call.params;
  const part = parts?.list().find((one) => one.name === name);
  if (parts === undefined || part === undefined) throw new V4Failure(codes.unknown, 'not_found');
  const isRunning = part.state === 'running';
  if (act === 'load' && isRunning) throw new V4Failure(codes.pluginLoaded, 'already_started');
  if (act === 'unload' && !isRunning) throw new V4Failure(codes.pluginUnloaded, 'not_started');
  try {
    await parts[act](name);
  } catch (error) {
    if (error instanceof InvalidRequest) throw new V4Failure(codes.unknown, error.message);
    throw error;
  }
  return done;
}

const listenerIds: Readonly<Record<string, string>> = { tcp: 'tcp', tls: 'ssl', ws: 'ws', wss: 'wss' };

/** `mqtt:tcp:external`, as EMQX calls the listener of the configuration `listener.tcp.external`. */
function listenerId({ name, transport }: ShownListener): string {
  const kind = listenerIds[transport] ?? transport;
  return `mqtt:${kind}:${name.startsWith(`${kind}-`) ? name.slice(kind.length + 1) : name}`;
}

function listenerShown(listener: ShownListener): unknown {
  const { transport, url, connections, connectionsMax = 0 } = listener;
  const address = /^[a-z]+:\/\/([^/]+)/.exec(url)?.[1] ?? url;
  return {
    protocol: `mqtt:${listenerIds[transport] ?? transport}`,
    listen_on: address,
    identifier: listenerId(listener),
    acceptors: 1,
    max_conns: connectionsMax,
    current_conns: connections,
    shutdown_count: [],
  };
}

async function restart({ management, params }: V4Call): Promise<V4Answer> {
  const { identifier } = params;
  const found = management.listeners.list().find((one) => listenerId(one) === identifier);
  if (found === undefined) throw new V4Failure(codes.unknown, 'not_found');
  await management.listeners.stop(found.name);
  await management.listeners.start(found.name);
  return done;
}

const LOADED = 'in the cluster';

export const partRows: readonly V4Row[] = [
  v4('*GET /plugins', 'read', 'list_all_plugins', `List all plugins ${LOADED}`, (call) => listParts(call, 'plugins')),
  v4('PUT /nodes/:node/plugins/:name/load', 'admin', 'load_node_plugin', 'Load a plugin', (call) =>
    change(call, 'plugins', 'load'),
  ),
  v4('*PUT /plugins/:name/unload', 'admin', 'unload_plugin', `Unload a plugin ${LOADED}`, (call) =>
    change(call, 'plugins', 'unload'),
  ),
  v4('*PUT /plugins/:name/reload', 'admin', 'reload_plugin', `Reload a plugin ${LOADED}`, (call) =>
    change(call, 'plugins', 'reload'),
  ),
  v4('*GET /modules', 'read', 'list_all_modules', `List all modules ${LOADED}`, (call) => listParts(call, 'modules')),
  v4('*PUT /modules/:name/load', 'admin', 'load_module', `Load a module ${LOADED}`, (call) =>
    change(call, 'modules', 'load'),
  ),
  v4('*PUT /modules/:name/unload', 'admin', 'unload_module', `Unload a module ${LOADED}`, (call) =>
    change(call, 'modules', 'unload'),
  ),
  v4('*PUT /modules/:name/reload', 'admin', 'reload_module', `Reload a module ${LOADED}`, (call) =>
    change(call, 'modules', 'reload'),
  ),
  v4('*GET /listeners', 'read', 'list_listeners', `A list of listeners ${LOADED}`, (call) =>
    ofNode(call, 'listeners', call.management.listeners.list().map(listenerShown)),
  ),
  v4('*PUT /listeners/:identifier/restart', 'admin', 'restart_listener', `Restart a listener ${LOADED}`, restart),
];
