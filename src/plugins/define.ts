/** How plugins are declared. */

import type { PluginDefinition, PluginOptions } from '../ports/plugin.ts';

/**
 * Declares a plugin. It is the module's export named `plugin`.
 * @example
 * export const plugin = definePlugin({
 *   name: 'shout',
 *   hooks: { 'message.publish': ({ message }) => ({ payload: message.text.toUpperCase() }) },
 * });
 */
export function definePlugin<const O extends PluginOptions = Record<never, never>>(
  definition: PluginDefinition<O>,
): PluginDefinition<O> {
  return definition;
}
