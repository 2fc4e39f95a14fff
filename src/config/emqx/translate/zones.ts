/**
 * What holds for a zone: its own value, otherwise that of `mqtt.*` or of the key without a zone, otherwise that of the row.
 * The zone of the first listener that is open to others says what holds for the broker; of every other zone that a listener
 * names, what differs becomes `zones.NAME`.
 */

import { findOption } from '../../catalog.ts';
import { type KeyRow, nativeName } from '../key-row.ts';
import { keyOf } from '../key-table.ts';
import type { KeyValue } from '../key-values.ts';
import { protocolKeys } from '../keys/protocol.ts';
import type { Translation } from './translation.ts';

/** Whoever connects on the same machine. */
const INTERNAL = 'internal';

/** Keys that stand beside those of the protocol, without a zone before them. */
const withoutZone: ReadonlySet<string> = new Set(['acl_nomatch', 'acl_deny_action', 'allow_anonymous']);

/** A native option that a zone decides. */
interface ZoneSetting {
  readonly path: string;
  readonly value: boolean | number | string;
  /** The key that says it; undefined where nobody wrote one. */
  readonly key: string | undefined;
}

/** The key that decides about `name` in a zone, whether it is written or not. */
export function zoneKey(translation: Translation, zone: string, name: string): string {
  const { keys } = translation;
  const zoned = `${keyOf(['zone', zone])}.${name}`;
  if (keys.isWritten(zoned)) return zoned;
  const row = protocolKeys.get(name);
  const global = row?.global === undefined ? undefined : `${row.global}.${name}`;
  if (global !== undefined && keys.isWritten(global)) return global;
  return withoutZone.has(name) ? name : zoned;
}

/** The zone whose values hold for the broker. */
export function mainZone(zones: readonly string[]): string {
  return zones.find((zone) => zone !== INTERNAL) ?? zones[0] ?? 'external';
}

/** Native names are short and lower case; two zones that become the same are numbered. */
export function nativeZones(zones: readonly string[]): ReadonlyMap<string, string> {
  const taken = new Set<string>();
  return new Map([...new Set(zones)].map((zone) => [zone, nativeName(zone, taken)]));
}

/** Sets what holds for the broker, and what holds in other zones instead. */
export function translateZones(translation: Translation, zones: readonly string[]): void {
  const main = mainZone(zones);
  const ofMain = new Map(settingsOf(translation, main).map((setting) => [setting.path, setting]));
  for (const { path, value, key } of ofMain.values()) translation.set(path, value, key);
  for (const [zone, native] of nativeZones(zones)) {
    if (zone === main) continue;
    const own = new Map(settingsOf(translation, zone).map((setting) => [setting.path, setting]));
    for (const path of new Set([...own.keys(), ...ofMain.keys()])) {
      // Where the zone says nothing, what the main zone says must not hold for it.
      const fallback = findOption(path)?.row.default as boolean | number | string;
      const { value, key } = own.get(path) ?? { value: fallback, key: undefined };
      if (value !== ofMain.get(path)?.value) translation.set(`zones.${native}.${path}`, value, key);
    }
    noteDifferences(translation, zone, main);
  }
}

/** Whether a zone has an own section, so that its listeners have to name it. */
export function differs(translation: Translation, native: string): boolean {
  const lead = `zones.${native}.`;
  return [...translation.reading.assignments.keys()].some((path) => path.startsWith(lead));
}

function settingsOf(translation: Translation, zone: string): ZoneSetting[] {
  const { keys } = translation;
  const settings: ZoneSetting[] = [];
  const add = (path: string, name: string, native: KeyRow['native']): void => {
    const key = zoneKey(translation, zone, name);
    const value = keys.get(key);
    const wanted = value === undefined ? undefined : native === undefined ? value : native(value);
    if (wanted === undefined) return;
    settings.push({ path, value: wanted as ZoneSetting['value'], key: keys.isWritten(key) ? key : undefined });
  };
  for (const { name, to, native } of protocolKeys.values()) if (to !== undefined) add(to, name, native);
  return settings;
}

/** Of what cannot differ between zones, what a zone says otherwise than the main one. */
function noteDifferences(translation: Translation, zone: string, main: string): void {
  const { keys } = translation;
  const name = 'flapping_threshold';
  const key = `${keyOf(['zone', zone])}.${name}`;
  const value: KeyValue | undefined = keys.written.get(key)?.value;
  if (value === undefined || String(value) === String(keys.get(zoneKey(translation, main, name)))) return;
  translation.lose(key, `it holds for the whole broker here, and zone ${main} decides`);
}
