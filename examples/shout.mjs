/**
 * Hooks: changes messages on some topics, refuses others, and counts who connects.
 *
 * plugins:
 *   shout: { path: examples/shout.mjs, options: { suffix: '!' } }
 *
 * @type {import('hoopoe/plugin').PluginDefinition}
 */
export const plugin = {
  name: 'shout',
  description: 'Capitals for shout/#',
  options: { suffix: { kind: 'text', default: '' } },
  hooks: {
    'message.publish': {
      topics: ['shout/#'],
      handle: ({ message }, { options }) => {
        if (message.payload.length > 1000) return { refuse: 0x97 };
        return { payload: message.text.toUpperCase() + options.suffix };
      },
      // Who shouts is refused while this fails, and after ten failures in a row it is not called any more.
      onFailure: 'closed',
      failuresMax: 10,
    },
    'client.connected': ({ client }, { log }) => log.info('Somebody may shout', { client: client.clientId }),
  },
};
