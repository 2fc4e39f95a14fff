/** The plugins and modules of EMQX 4.3 by their names there, and what each of them is here. */

import { moduleDescriptions, pluginRows } from '../config/emqx/plugins.ts';
import { pluginError } from './failure.ts';
import type { PluginPart } from './plugin-entry.ts';

/** Something that can be switched on and off. */
export interface PartSwitch {
  isLoaded(): boolean;
  load(): Promise<void>;
  unload(): Promise<void>;
}

/** What can be switched here. What is left out is always there. */
export interface PartSwitches {
  readonly presence?: PartSwitch;
  readonly retained?: PartSwitch;
  readonly bridges?: PartSwitch;
  readonly dashboard?: PartSwitch;
  /** The numbers under EMQX's names. */
  readonly prometheus?: PartSwitch;
  readonly preSharedKeys?: PartSwitch;
  /** Enhanced authentication. */
  readonly scram?: PartSwitch;
  /** Sources of logins and permissions of one kind: `builtin`, `postgresql`. */
  source(kind: string, plugin: string): PartSwitch;
}

/** Names of kinds of sources. */
const sourceKinds: ReadonlyMap<string, string> = new Map([
  ['mnesia', 'builtin'],
  ['pgsql', 'postgresql'],
  ['mysql', 'mysql'],
  ['redis', 'redis'],
  ['http', 'http'],
  ['jwt', 'jwt'],
]);

const switchNames: ReadonlyMap<string, Exclude<keyof PartSwitches, 'source'>> = new Map([
  ['emqx_retainer', 'retained'],
  ['emqx_bridge_mqtt', 'bridges'],
  ['emqx_dashboard', 'dashboard'],
  ['emqx_prometheus', 'prometheus'],
  ['emqx_psk_file', 'preSharedKeys'],
  ['emqx_sasl', 'scram'],
  ['emqx_mod_presence', 'presence'],
]);

/** What plugins of the broker itself are called there; 2.3 began all names with `emq_`. */
export const emqxAliases: ReadonlyMap<string, string> = new Map([
  ['emqx_web_hook', 'webhook'],
  ['emqx_mod_delayed', 'delayed'],
  ['emqx_mod_rewrite', 'rewrite'],
  ['emqx_mod_subscription', 'auto_subscribe'],
  ['emqx_mod_topic_metrics', 'topic_metrics'],
  ...pluginRows.map(({ name }): [string, string] => [
    name.replace(/^emqx_/, 'emq_'),
    name === 'emqx_web_hook' ? 'webhook' : name,
  ]),
]);

const always: PartSwitch = {
  isLoaded: () => true,
  load: async () => {},
  unload: async () => {},
};

function absent(name: string, missing: string): PartSwitch & { readonly fixed: string } {
  const fail = async (): Promise<never> => {
    throw pluginError('UNAVAILABLE', `Plugin ${name} cannot be had: this broker has no ${missing}`);
  };
  return { isLoaded: () => false, load: fail, unload: fail, fixed: `cannot be had: this broker has no ${missing}` };
}

/** One part for each name that is not an alias. */
export function emqxParts(switches: PartSwitches): readonly PluginPart[] {
  const described = [
    ...pluginRows,
    { name: 'emqx_mod_presence', description: moduleDescriptions.get('emqx_mod_presence') ?? '' },
    { name: 'emqx_mod_acl_internal', description: moduleDescriptions.get('emqx_mod_acl_internal') ?? '' },
  ];
  return described
    .filter(({ name }) => !emqxAliases.has(name))
    .map(({ name, description, ...row }) => {
      const source = 'source' in row ? row.source : undefined;
      const missing = 'type' in row ? (row.missing ?? row.unmissed) : undefined;
      const part = { name, description };
      if (name === 'emqx_mod_acl_internal') return { ...part, ...switches.source('acl_conf', name) };
      if (source !== undefined) return { ...part, ...switches.source(sourceKinds.get(source) ?? source, name) };
      const switchName = switchNames.get(name);
      const found = switchName && switches[switchName];
      if (found !== undefined) return { ...part, ...found };
      if (missing !== undefined) return { ...part, ...absent(name, missing) };
      return { ...part, ...always, fixed: 'can not be unloaded.' };
    });
}
