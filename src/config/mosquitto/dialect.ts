/**
 * mosquitto.conf as one more way to say what the broker's options are: reads the file and what it includes, and gives a
 * Reading with Mosquitto's defaults and meaning. The files are untrusted: whatever they hold, the answer is a Reading.
 */

import { Reading } from '../reading.ts';
import { Conf, type ConfWorld } from './conf.ts';
import { dialectDefaults } from './defaults.ts';
import { findKeyword } from './keywords.ts';
import { looksLikeConf } from './lines.ts';
import { translateAccess } from './translate-access.ts';
import { translateBridges } from './translate-bridges.ts';
import { translateGeneral } from './translate-general.ts';
import { translateListeners } from './translate-listeners.ts';
import { translateLog } from './translate-log.ts';
import { Translation } from './translation.ts';

/**
 * @param text of the main file; undefined where there is none, and only this machine can connect
 * @param file as the operator wrote it
 * @param ports of `-p`, which count where the file has no listener
 */
export function readMosquittoConf(
  text: string | undefined,
  file: string,
  ports: readonly number[],
  world: ConfWorld,
): Reading {
  return readWhole(text, file, ports, world).reading;
}

/** As `readMosquittoConf`, with what the file said, for whoever shows or converts it. */
export function readWhole(
  text: string | undefined,
  file: string,
  ports: readonly number[],
  world: ConfWorld,
): { reading: Reading; conf: Conf } {
  const reading = new Reading();
  const conf = new Conf(reading, world);
  if (text !== undefined) conf.read(text, file);
  const translation = new Translation(conf, world, reading);
  for (const [path, value] of Object.entries(dialectDefaults)) translation.byDefault(path, value);
  translateGeneral(translation);
  translateLog(translation);
  const { listeners, isLocal } = translateListeners(translation, ports);
  translateAccess(translation, listeners, isLocal);
  translateBridges(translation);
  return { reading, conf };
}

/** Whether a text is in the form of mosquitto.conf rather than in that of YAML or emqx.conf. */
export function isMosquittoConf(text: string): boolean {
  return looksLikeConf(text, (name) => findKeyword(name) !== undefined);
}
