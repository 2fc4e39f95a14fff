/**
 * Commands, routes and the store: keeps when each client was seen last.
 *
 * hoopoe ctl plugins run last_seen show CLIENT
 * GET /api/v1/plugins/last_seen/routes/client?id=CLIENT
 *
 * @type {import('hoopoe/plugin').PluginDefinition}
 */
export const plugin = {
  name: 'last_seen',
  description: 'When clients were seen last',
  hooks: {
    'client.disconnected': ({ client }, context) =>
      context.store.write(new Map([[client.clientId, String(context.now())]])),
  },
  commands: {
    show: {
      usage: 'CLIENT',
      sentence: 'Says when a client was seen last.',
      run: ([clientId = ''], { store }) => seen(store, clientId) ?? 'never',
    },
  },
  routes: [
    {
      method: 'GET',
      path: 'client',
      sentence: 'When a client was seen last.',
      scope: 'read',
      handle: ({ query }, { store }) => ({ seen: seen(store, query.get('id') ?? '') ?? null }),
    },
  ],
};

function seen(store, clientId) {
  const value = clientId === '' ? undefined : store.get(clientId);
  return value === undefined ? undefined : new Date(Number(value.toString())).toISOString();
}
