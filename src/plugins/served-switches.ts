/** What the broker serves and operators of EMQX know as plugins, with the switches by which they load and unload it. */

import type { ChainSource } from '../access/chain/access-chain.ts';
import type { ListenerSettings } from '../config/listeners.ts';
import type { PartSwitch, PartSwitches } from './emqx-parts.ts';
import { pluginError } from './failure.ts';

/** Whether each of them is on. */
export interface ServedParts {
  /** The pages; the API beside them stays. */
  dashboard: boolean;
  /** The numbers under EMQX's names. */
  prometheus: boolean;
  preSharedKeys: boolean;
  /** Enhanced authentication by the sources of the configuration. */
  scram: boolean;
}

/** All of them on. */
export function servedParts(
  listeners: { takesPreSharedKeys: boolean },
  access: { takesExchanges: boolean },
): ServedParts {
  return {
    dashboard: true,
    prometheus: true,
    get preSharedKeys() {
      return listeners.takesPreSharedKeys;
    },
    set preSharedKeys(value) {
      listeners.takesPreSharedKeys = value;
    },
    get scram() {
      return access.takesExchanges;
    },
    set scram(value) {
      access.takesExchanges = value;
    },
  };
}

/** Where there is nothing to switch, a part is not loaded and says what it lacks when it is to be. */
export function servedSwitches(
  served: ServedParts,
  listeners: readonly ListenerSettings[],
  chain: { readonly sources: readonly ChainSource[] },
): Required<Pick<PartSwitches, keyof ServedParts>> {
  const hasKeys = listeners.some(({ values }) => values.optionalText('psk_file') !== undefined);
  const hasScram = (): boolean =>
    chain.sources.some(({ source: { enhancedAuthenticators = [] } }) => enhancedAuthenticators.length > 0);
  return {
    dashboard: partOf(served, 'dashboard'),
    prometheus: partOf(served, 'prometheus'),
    preSharedKeys: partOf(served, 'preSharedKeys', () => hasKeys, 'no listener has pre-shared keys (psk_file)'),
    scram: partOf(
      served,
      'scram',
      hasScram,
      'no source keeps passwords for SCRAM: configure one of the kind builtin, with builtin.scram: true',
    ),
  };
}

function partOf(
  served: ServedParts,
  name: keyof ServedParts,
  isThere: () => boolean = () => true,
  lack: string = '',
): PartSwitch {
  return {
    isLoaded: () => served[name] && isThere(),
    load: async () => {
      if (!isThere()) throw pluginError('UNAVAILABLE', `This cannot be had now: ${lack}`);
      served[name] = true;
    },
    unload: async () => {
      served[name] = false;
    },
  };
}
