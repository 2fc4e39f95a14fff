/**
 * Sources of logins and permissions: users from an option, each of whom may use the topics below its own name.
 *
 * plugins:
 *   static_users: { path: examples/static-users.mjs, secrets: 'users=ann:secret,bob:other' }
 *
 * @type {import('hoopoe/plugin').PluginDefinition}
 */
export const plugin = {
  name: 'static_users',
  description: 'Users from an option',
  options: { users: { kind: 'list' } },
  authenticators: ({ options }) => {
    const users = new Map(options.users.map((line) => line.split(':', 2)));
    return [
      {
        name: 'static users',
        authenticate: ({ username, password }) => {
          const expected = username === undefined ? undefined : users.get(username);
          // Somebody else may know whom this does not.
          if (expected === undefined) return { outcome: 'ignore' };
          return { outcome: password?.toString() === expected ? 'allow' : 'deny' };
        },
      },
    ];
  },
  authorizers: () => [
    {
      name: 'own topics',
      authorize: ({ username }, { topic }) =>
        username !== undefined && topic.startsWith(`users/${username}/`) ? 'allow' : 'deny',
    },
  ],
};
