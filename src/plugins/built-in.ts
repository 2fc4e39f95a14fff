/** The plugins that come with the broker, with the options of the configuration. */

import type { Clock } from '../ports/clock.ts';
import type { OptionReader } from '../ports/option.ts';
import type { PluginDefinition, PluginOptions } from '../ports/plugin.ts';
import { autoSubscribeModule } from './modules/auto-subscribe.ts';
import { type DelayedCounts, delayedModule } from './modules/delayed.ts';
import { rewriteModule } from './modules/rewrite.ts';
import { topicMetricsModule } from './modules/topic-metrics.ts';
import type { PluginEntry } from './plugin-entry.ts';
import type { GivenOptions } from './plugin-options.ts';
import { webhookOptions, webhookPlugin } from './webhook/webhook.ts';

/** Whatever options it declares, the host gives it those. */
function erased<O extends PluginOptions>(definition: PluginDefinition<O>): PluginDefinition {
  return definition as unknown as PluginDefinition;
}

/** How options of each kind are read from rows of the same names. */
function readOptions(settings: OptionReader, section: string, declared: PluginOptions): GivenOptions {
  const given = new Map<string, unknown>();
  for (const [name, { kind }] of Object.entries(declared)) {
    const path = `${section}.${name}`;
    if (kind === 'boolean') given.set(name, settings.boolean(path));
    else if (kind === 'number') given.set(name, settings.number(path));
    else if (kind === 'list') given.set(name, settings.list(path));
    else given.set(name, settings.optionalText(path) ?? '');
  }
  return given;
}

/** Those that are asked before the plugins of the operator. What they count goes to `counts`. */
export function moduleEntries(settings: OptionReader, counts: DelayedCounts): readonly PluginEntry[] {
  const entry = <O extends PluginOptions>(make: () => PluginDefinition<O>, isEnabled: boolean): PluginEntry => {
    const { name, description = '', options = {} } = make();
    return {
      name,
      kind: 'builtin',
      description,
      isEnabled,
      find: async () => erased(make()),
      options: () => readOptions(settings, `modules.${name}`, options),
    };
  };
  return [
    entry(rewriteModule, settings.list('modules.rewrite.rules').length > 0),
    entry(() => delayedModule(counts), settings.boolean('modules.delayed.enabled')),
    entry(autoSubscribeModule, settings.list('modules.auto_subscribe.topics').length > 0),
    entry(topicMetricsModule, settings.boolean('modules.topic_metrics.enabled')),
  ];
}

/** The webhook, which is told of what the others have made. */
export function webhookEntry(settings: OptionReader, clock: Clock): PluginEntry {
  const make = (): PluginDefinition => erased(webhookPlugin(clock, settings.list('webhook.events')));
  const { name, description = '' } = make();
  return {
    name,
    kind: 'builtin',
    description,
    isEnabled: settings.optionalText('webhook.url') !== undefined,
    find: async () => make(),
    options: () => readOptions(settings, 'webhook', webhookOptions),
  };
}
