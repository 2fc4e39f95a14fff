/** Turns settings into what the broker takes. */

import type { BrokerOptions, ClientOptions } from '../broker/options.ts';
import { brokerOptionNames, clientOptionNames } from './rows/broker-option-names.ts';
import type { Settings } from './settings.ts';

/** The rows' bounds make the values valid for the broker, which is why they are not checked again. */
export function brokerOptions(settings: Settings): BrokerOptions {
  const entries = Object.entries(brokerOptionNames).map(([option, name]) => [option, settings.get(name).value]);
  return Object.fromEntries(entries) as unknown as BrokerOptions;
}

/** What holds for the clients of a zone instead of the broker's own; undefined where there is no such zone. */
export interface ZoneOptions {
  readonly options: Partial<ClientOptions>;
  /** What holds when no source of permissions speaks of a topic; undefined where the zone says nothing about it. */
  readonly unmatched: 'allow' | 'deny' | undefined;
}

/** What a zone says. Nothing for a name that no zone has: whoever checks listeners has refused it. */
export function zoneOptions(settings: Settings, zone: string | undefined): ZoneOptions {
  const values = zone === undefined ? undefined : settings.zones.get(zone);
  if (values === undefined) return { options: {}, unmatched: undefined };
  const said = Object.entries(clientOptionNames)
    .map(([option, name]) => [option, values.get(name).value] as const)
    .filter(([, value]) => value !== undefined);
  return {
    options: Object.fromEntries(said),
    unmatched: values.optionalText('permissions.unmatched') as ZoneOptions['unmatched'],
  };
}

/** The limits on packets that hold before they reach the broker. */
export function packetLimits(settings: Settings): {
  readonly connectBytesMax: number;
  readonly userPropertiesMax: number;
  readonly filtersMax: number;
} {
  return {
    connectBytesMax: settings.number('limits.connect_bytes_max'),
    userPropertiesMax: settings.number('limits.user_properties_max'),
    filtersMax: settings.number('limits.filters_per_packet_max'),
  };
}
