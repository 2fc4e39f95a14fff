/** Plugins: which there are, which run, and their options. */

import { Type } from 'typebox';
import type { PluginAdministration } from '../../ports/plugin-administration.ts';
import { ApiFailure } from '../failure.ts';
import { includesScope } from '../login/caller.ts';
import type { Management } from '../management.ts';
import { type Call, type Method, type Route, route } from '../route.ts';

const plugin = Type.Object({
  name: Type.String(),
  version: Type.Optional(Type.String()),
  description: Type.String(),
  kind: Type.Union([Type.Literal('builtin'), Type.Literal('package'), Type.Literal('file')]),
  state: Type.Union([Type.Literal('running'), Type.Literal('stopped'), Type.Literal('failed')]),
  error: Type.Optional(Type.String()),
  isolated: Type.Optional(Type.Boolean()),
  memoryBytes: Type.Optional(Type.Number()),
  memoryBytesMax: Type.Optional(Type.Number()),
  restarts: Type.Optional(Type.Number()),
  lastError: Type.Optional(Type.String()),
  hooks: Type.Optional(Type.Array(Type.Object({ hook: Type.String(), calls: Type.Number(), failures: Type.Number() }))),
});
const option = Type.Object({
  name: Type.String(),
  value: Type.Optional(Type.Unknown()),
  default: Type.Optional(Type.Unknown()),
  sentence: Type.Optional(Type.String()),
  type: Type.Optional(Type.String()),
  secret: Type.Optional(Type.Boolean()),
});
const byName = Type.Object({ name: Type.String({ minLength: 1, maxLength: 214 }) });

const ofRoute = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 214 }),
  route: Type.String({ minLength: 1, maxLength: 64 }),
});

/** What a plugin answers itself; it decides how much right a caller needs. */
const answered = (method: Exclude<Method, 'PATCH'>): Route =>
  route(`${method} /plugins/{name}/routes/{route}`, 'read', 'Asks a plugin that has a route of this name', {
    params: ofRoute,
    query: Type.Record(Type.String(), Type.Unknown()),
    ...(method !== 'GET' && method !== 'DELETE' && { body: Type.Unknown() }),
    answer: Type.Unknown(),
    async handle(call) {
      const { name, route: path } = call.params;
      if (method !== 'GET') call.audit(`${method} of ${JSON.stringify(path)} of the plugin ${JSON.stringify(name)}`);
      const found = known(call).route?.(name, method, path);
      if (found === undefined) throw new ApiFailure('not_found', 'The plugin does not run, or has no such route');
      if (call.caller === undefined || !includesScope(call.caller.scope, found.scope)) {
        throw new ApiFailure('not_allowed', `This needs the scope ${found.scope}`);
      }
      const query = new Map(Object.entries(call.query).map(([key, value]) => [key, String(value)]));
      return (await found.call({ query, body: call.body })) ?? {};
    },
  });

type Act = (plugins: PluginAdministration, name: string) => Promise<unknown>;

const act = (what: string, sentence: string, run: Act): Route =>
  route(`POST /plugins/{name}/${what}`, 'admin', sentence, {
    params: byName,
    async handle(call) {
      call.audit(`${what} of the plugin ${JSON.stringify(call.params.name)}`);
      await run(known(call), call.params.name);
    },
  });

export const pluginRoutes: readonly Route[] = [
  route('GET /plugins', 'read', 'Lists the plugins, whether they run or not', {
    answer: Type.Object({ items: Type.Array(plugin) }),
    handle: ({ management }) => ({
      items: (management.plugins?.list() ?? []).map(({ type: _type, ...rest }) => rest),
    }),
  }),
  route('GET /modules', 'read', 'Lists what EMQX calls modules; their names are those of plugins as well', {
    answer: Type.Object({ items: Type.Array(plugin) }),
    handle: ({ management }) => ({
      items: (management.modules?.list() ?? []).map(({ type: _type, ...rest }) => rest),
    }),
  }),
  act('load', 'Starts a plugin, now and after a restart', (plugins, name) => plugins.load(name)),
  act('unload', 'Stops a plugin, now and after a restart', (plugins, name) => plugins.unload(name)),
  act('reload', 'Stops a plugin and starts it again', (plugins, name) => plugins.reload(name)),
  route('GET /plugins/{name}/options', 'read', 'Lists the options of a plugin; secrets only say that they are set', {
    params: byName,
    answer: Type.Object({ items: Type.Array(option) }),
    handle: (call) => ({ items: known(call).options(call.params.name) }),
  }),
  route('PUT /plugins/{name}/options', 'admin', 'Changes options of a plugin that runs', {
    params: byName,
    body: Type.Record(Type.String({ maxLength: 200 }), Type.Unknown()),
    async handle(call) {
      const names = Object.keys(call.body).slice(0, 20).join(', ');
      call.audit(`options of the plugin ${JSON.stringify(call.params.name)}: ${names}`);
      await known(call).setOptions(call.params.name, new Map(Object.entries(call.body)));
    },
  }),
  route('POST /plugins/{name}/commands/{command}', 'admin', 'Runs a command of a plugin', {
    params: Type.Object({
      name: Type.String({ minLength: 1, maxLength: 214 }),
      command: Type.String({ minLength: 1, maxLength: 64 }),
    }),
    body: Type.Object(
      { args: Type.Array(Type.String({ maxLength: 65_535 }), { maxItems: 100 }) },
      { additionalProperties: false },
    ),
    answer: Type.Object({ answer: Type.Unknown() }),
    async handle(call) {
      const { name, command } = call.params;
      call.audit(`command ${JSON.stringify(command)} of the plugin ${JSON.stringify(name)}`);
      return { answer: (await known(call).run?.(name, command, call.body.args)) ?? null };
    },
  }),
  ...(['GET', 'POST', 'PUT', 'DELETE'] as const).map(answered),
];

/** @throws ApiFailure when there is no such plugin */
function known({ management, params }: Pick<Call<{ name: string }>, 'management' | 'params'>): PluginAdministration {
  const { plugins, modules }: Management = management;
  const found = [plugins, modules].find((one) => one?.list().some(({ name }) => name === params.name));
  if (found === undefined) throw new ApiFailure('not_found', `There is no plugin ${JSON.stringify(params.name)}`);
  return found;
}
