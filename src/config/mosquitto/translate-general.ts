/** From the options of the whole broker to ours: limits, persistence and behaviour. */

import { join, resolve } from 'node:path';
import type { Given } from './conf.ts';
import { PACKET_BYTES_MIN } from './general-keywords.ts';
import type { KeywordValue } from './keyword.ts';
import type { Translation } from './translation.ts';

const SECONDS_MAX = 0xffff_fffe;
const DAY_SECONDS = 86_400;

const expirationUnits: ReadonlyMap<string, number> = new Map([
  ['h', 3600],
  ['d', DAY_SECONDS],
  ['w', 7 * DAY_SECONDS],
  ['m', 30 * DAY_SECONDS],
  ['y', 365 * DAY_SECONDS],
]);

function isPacketSize(value: KeywordValue): boolean {
  return value === 0 || Number(value) >= PACKET_BYTES_MIN;
}

export function translateGeneral(translation: Translation): void {
  const { general } = translation.conf;
  translation.setAll(general, '');
  translation.remark(general);
  translatePersistence(translation);
  const expiration = general.get('persistent_client_expiration');
  if (expiration !== undefined) translateExpiration(translation, expiration);
  const packetSize = general.get('max_packet_size');
  if (packetSize !== undefined && !isPacketSize(packetSize.value)) {
    const allowed = `0, or from ${PACKET_BYTES_MIN}`;
    translation.problem(packetSize.origin, `Invalid max_packet_size value (${packetSize.value}); allowed: ${allowed}`);
  }
  const interval = general.get('sys_interval');
  if (interval?.value === 0) translation.set('sys.tree', 'off', interval);
  for (const name of ['user', 'pid_file']) {
    const given = general.get(name);
    if (given !== undefined) translation.set(`process.${name}`, given.value, given);
  }
}

function translatePersistence(translation: Translation): void {
  const { general } = translation.conf;
  const persistence = general.get('persistence');
  if (persistence?.value !== true) return;
  const location = general.get('persistence_location');
  const file = general.get('persistence_file');
  const folder = resolve(translation.world.workingDirectory, String(location?.value ?? '.'));
  const copy = join(folder, String(file?.value ?? 'mosquitto.db'));
  const because: Given = file ?? location ?? persistence;
  // What is acknowledged is on disk within a moment; Mosquitto writes every half an hour.
  translation.set('durability.mode', 'relaxed', persistence);
  translation.set('durability.copy_file', copy, because);
  translation.set('data.dir', `${copy}.hoopoe`, because);
}

function translateExpiration(translation: Translation, given: Given): void {
  const [, count, unit] = /^(\d{1,9})([hdwmy])$/.exec(String(given.value)) ?? [];
  const seconds = Number(count) * (expirationUnits.get(unit ?? '') ?? Number.NaN);
  if (!(seconds > 0)) {
    const allowed = 'allowed: a number and one of h, d, w, m, y, such as 14d';
    translation.problem(given.origin, `Invalid persistent_client_expiration value (${given.value}); ${allowed}`);
    return;
  }
  translation.set('limits.session_expiry_seconds_max', Math.min(seconds, SECONDS_MAX), given);
}
