/**
 * What holds for a zone: its own value, otherwise that of `mqtt.*`, otherwise that of the row. Limits hold for the whole
 * broker here, so the zone of the first listener that is open to others decides about them.
 */

import { keyOf } from '../key-table.ts';
import type { KeyValue } from '../key-values.ts';
import { protocolKeys } from '../keys/protocol.ts';
import type { Translation } from './translation.ts';

/** Whoever connects on the same machine; its limits are wider in the files as they are shipped. */
const INTERNAL = 'internal';

/** The key that decides about `name` in a zone, whether it is written or not. */
export function zoneKey(translation: Translation, zone: string, name: string): string {
  const { keys } = translation;
  const zoned = `${keyOf(['zone', zone])}.${name}`;
  if (keys.isWritten(zoned)) return zoned;
  const row = protocolKeys.get(name);
  const global = row?.global === undefined ? undefined : `${row.global}.${name}`;
  if (global !== undefined && keys.isWritten(global)) return global;
  return zoned;
}

function zoneValue(translation: Translation, zone: string, name: string): KeyValue | undefined {
  return translation.keys.get(zoneKey(translation, zone, name));
}

/** The zone whose limits hold for the whole broker. */
export function mainZone(zones: readonly string[]): string {
  return zones.find((zone) => zone !== INTERNAL) ?? zones[0] ?? 'external';
}

/** Sets what holds for the whole broker, and notes where a zone says otherwise. */
export function translateZones(translation: Translation, zones: readonly string[]): void {
  const main = mainZone(zones);
  for (const { name, to, native } of protocolKeys.values()) {
    if (to === undefined) continue;
    const key = zoneKey(translation, main, name);
    const value = translation.keys.get(key);
    const wanted = value === undefined ? undefined : native === undefined ? value : native(value);
    const written = translation.keys.isWritten(key) ? key : undefined;
    if (wanted !== undefined) translation.set(to, wanted as boolean | number | string, written);
  }
  for (const zone of new Set(zones)) if (zone !== main) noteDifferences(translation, zone, main);
}

function noteDifferences(translation: Translation, zone: string, main: string): void {
  for (const { name, to, shipped } of protocolKeys.values()) {
    const key = `${keyOf(['zone', zone])}.${name}`;
    const written = translation.keys.written.get(key);
    if (to === undefined || written === undefined) continue;
    const isShipped =
      zone === INTERNAL && (typeof shipped === 'string' ? [shipped] : (shipped ?? [])).includes(written.text);
    if (isShipped || written.value === zoneValue(translation, main, name)) continue;
    translation.lose(key, `it holds for the whole broker here, and zone ${main} decides`);
  }
}
