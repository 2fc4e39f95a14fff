/** The log of the command `run`: made from the settings, set anew at a reload, and what it says of start and stop. */

import { networkInterfaces } from 'node:os';
import type { Loaded } from '../config/load.ts';
import { BrokerLog } from '../logging/broker-log.ts';
import { logConnections } from '../logging/connections.ts';
import { logPackets } from '../logging/packets.ts';
import { type LogSettings, logSettings } from '../logging/settings.ts';
import type { RunningBroker, Terminal } from './program.ts';
import { programVersion } from './version.ts';

/** Whether there is somebody who reads standard error. */
export function settingsOfLog({ settings, dataDirectory }: Loaded, isInBackground: boolean): LogSettings {
  const [level, types] = ['log.level', 'log.types'].map((name) => settings.get(name).origin.kind);
  return logSettings(settings, {
    dataDirectory,
    isInBackground,
    // -v is about what is seen now, whatever the file says.
    levelWins: level === 'flag' && types !== 'flag',
  });
}

/** @throws BackendError when a file cannot be written */
export function openLog(loaded: Loaded, isInBackground: boolean, terminal: Terminal): BrokerLog {
  const log = new BrokerLog(settingsOfLog(loaded, isInBackground), terminal);
  // However the process ends, what it has said is written.
  process.once('exit', () => log.flush());
  return log;
}

const isMosquitto = (log: BrokerLog): boolean => log.settings.form.format === 'mosquitto';

/** What was read, before anything is opened. */
export function sayStarting(log: BrokerLog, file: string | undefined): void {
  if (!isMosquitto(log)) return;
  log.info(`hoopoe version ${programVersion()} starting`);
  log.info(file === undefined ? 'Using default config.' : `Config loaded from ${file}.`);
}

/** Connects log and broker, and says what is open where the terminal does not. */
export function sayRunning(log: BrokerLog, broker: RunningBroker, loaded: Loaded, isTold: boolean): void {
  const { events, announce, log: seen } = broker.observed;
  log.publishThrough(announce);
  logConnections(events, seen, {
    words: () => log.wordsConnections,
    isInfo: () => log.settings.connections,
    isMosquitto: () => isMosquitto(log),
  });
  const isDebug = (): boolean => isMosquitto(log) && log.settings.types.has('debug');
  logPackets(events, (tapOf) => broker.observed.watchPackets(tapOf), seen, isDebug);
  if (isMosquitto(log)) {
    if (isLocalOnly(loaded)) for (const text of localOnlyTexts) log.info(text);
    for (const { name, urls } of broker.listeners) {
      const host = loaded.listeners.find((listener) => listener.name === name)?.host;
      const isTwo = host === '*' || (host === 'localhost' && hasLoopback6());
      for (const text of urls.flatMap((url) => socketTexts(url, isTwo))) log.info(text);
    }
    log.info(`hoopoe version ${programVersion()} running`);
    return;
  }
  const { mode, windowSeconds } = broker.durability;
  log.info('Durability', { mode, windowSeconds: mode === 'relaxed' ? windowSeconds : undefined });
  if (isTold) return;
  for (const { name, urls } of broker.listeners) {
    const anonymous = loaded.listeners.find((listener) => listener.name === name)?.anonymous;
    log.info('Listening', { listener: name, url: urls.join(' '), anonymous });
  }
}

/** Before clients are told. */
export function sayStopping(log: BrokerLog, loaded: Loaded): void {
  if (isMosquitto(log)) log.info(`hoopoe version ${programVersion()} terminating`);
  saySaving(log, loaded);
}

/** Before the copy that stands for what is kept is written. */
export function saySaving(log: BrokerLog, { settings }: Loaded): void {
  const file = settings.optionalText('durability.copy_file');
  if (isMosquitto(log) && file !== undefined) log.info(`Saving in-memory database to ${file}.`);
}

export function sayReloading(log: BrokerLog): void {
  if (isMosquitto(log)) log.info('Reloading config.');
}

/** What Mosquitto says where no listener is configured. */
const localOnlyTexts: readonly string[] = [
  'Starting in local only mode. Connections will only be possible from clients running on this machine.',
  'Create a configuration file which defines a listener to allow remote access.',
];

function isLocalOnly({ settings, dialect }: Loaded): boolean {
  return dialect === 'mosquitto' && [...settings.listeners.keys()].every((name) => name.startsWith('local-'));
}

/** Whether `localhost` is ::1 as well: then it is listened on beside 127.0.0.1. */
function hasLoopback6(): boolean {
  return Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));
}

/**
 * `Opening ipv6 listen socket on port 1883.`
 * @param isTwo whether it is both families, which is told as two sockets, as Mosquitto opens them
 */
function socketTexts(url: string, isTwo: boolean): string[] {
  const port = /:(\d+)(\/|$)/.exec(url)?.[1];
  if (port === undefined) return [`Opening unix listen socket on path ${url.replace(/^[\w+]+:(\/\/)?/, '')}.`];
  const ofUrl = `ipv${url.includes('[') ? 6 : 4}`;
  const kinds = url.startsWith('ws') ? ['websockets'] : isTwo ? ['ipv4', 'ipv6'] : [ofUrl];
  return kinds.map((kind) => `Opening ${kind} listen socket on port ${port}.`);
}
