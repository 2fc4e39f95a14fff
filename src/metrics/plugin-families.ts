/** Families of plugins: how their hooks and, where they have one, their own threads do. Names are the configuration's. */

import type { ShownPlugin } from '../ports/plugin-administration.ts';
import type { Exposition } from './exposition.ts';

export function pluginFamilies(out: Exposition, plugins: readonly ShownPlugin[]): void {
  const hooks = plugins.flatMap(({ name, hooks: ofPlugin = [] }) => ofPlugin.map((one) => ({ plugin: name, ...one })));
  const isolated = plugins.filter((plugin) => plugin.isolated === true);
  out
    .gauge(
      'mqtt_plugin_up',
      'Whether a plugin runs, of those that should.',
      plugins
        .filter(({ state }) => state !== 'stopped')
        .map(({ name, state }) => [{ plugin: name }, state === 'running' ? 1 : 0]),
    )
    .counter(
      'mqtt_plugin_hook_calls_total',
      'Calls of hooks of plugins.',
      hooks.map(({ plugin, hook, calls }) => [{ plugin, hook }, calls]),
    )
    .counter(
      'mqtt_plugin_hook_failures_total',
      'Calls of hooks of plugins that failed.',
      hooks.map(({ plugin, hook, failures }) => [{ plugin, hook }, failures]),
    )
    .counter(
      'mqtt_plugin_restarts_total',
      'Times that an isolated plugin was begun again since it was loaded.',
      isolated.map(({ name, restarts = 0 }) => [{ plugin: name }, restarts]),
    )
    .gauge(
      'mqtt_plugin_memory_bytes',
      'What an isolated plugin holds, heap and buffers together.',
      isolated.map(({ name, memoryBytes = 0 }) => [{ plugin: name }, memoryBytes]),
    );
}
