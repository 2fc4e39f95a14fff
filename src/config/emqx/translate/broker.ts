/** What holds for the whole broker: node, `$SYS`, presence, retained messages, flapping, permissions, the log. */

import { readKeyValue } from '../key-values.ts';
import { brokerKeys } from '../keys/broker.ts';
import { nodeKeys } from '../keys/node.ts';
import type { Translation } from './translation.ts';
import { zoneKey } from './zones.ts';

const RETAINED_MAX = 1_000_000_000;

export function translateBroker(translation: Translation, zone: string): void {
  translation.follow([...brokerKeys, ...nodeKeys], [], new Map());
  const { keys, home } = translation;
  if (home.legacy && !keys.isWritten('node.name')) translation.set('node.name', 'emq@127.0.0.1');
  const folder = keys.text('node.data_dir') ?? 'data';
  translation.set('data.dir', `${folder.replace(/\/+$/, '')}/hoopoe`, written(translation, 'node.data_dir'));
  translation.set('sys.tree', 'emqx');
  translation.set('limits.queue_full', 'drop_oldest');
  presence(translation);
  retained(translation);
  flapping(translation, zone);
  translation.set('permissions.sys_readers', 'everybody');
  translation.set('permissions.unchecked', ['bridges', 'api']);
  log(translation);
}

function written(translation: Translation, key: string): string | undefined {
  return translation.keys.isWritten(key) ? key : undefined;
}

function presence(translation: Translation): void {
  const { keys } = translation;
  const isLoaded = translation.isModuleLoaded('emqx_mod_presence');
  // 2.3 and 3.4 had a switch, where 4.3 has data/loaded_modules.
  const isOn = keys.isWritten('module.presence') ? keys.flag('module.presence') : isLoaded;
  translation.set('presence.enabled', isOn, written(translation, 'module.presence'));
}

/** The plugin keeps them: without it there are none. */
function retained(translation: Translation): void {
  const key = 'retainer.max_retained_messages';
  const max = translation.isLoaded('emqx_retainer') ? translation.keys.number(key) || RETAINED_MAX : 0;
  translation.set('limits.retained_messages_max', Math.min(max, RETAINED_MAX), written(translation, key));
}

/** `30, 1m, 5m`: logins, within a time, and how long the ban is; 3.4 wrote the first two for each zone. */
function flapping(translation: Translation, zone: string): void {
  const old = zoneKey(translation, zone, 'flapping_threshold');
  const key = translation.keys.isWritten(old) ? old : 'flapping_detect_policy';
  const [count = '', window = '', ban = '5m'] = translation.keys.list(key);
  const times = [window, ban].map((text) => readKeyValue({ kind: 'duration', bare: 's' }, text));
  if (!/^\d{1,9}$/.test(count) || times.some((time) => 'allowed' in time)) {
    translation.problem(key, 'allowed: logins, a time and how long the ban is, such as 30, 1m, 5m');
    return;
  }
  const [windowSeconds, banSeconds] = times.map((time) => ('value' in time ? (time.value as number) : 0));
  translation.set('flapping.connects_max', Math.max(2, Number(count)), written(translation, key));
  translation.set('flapping.window_seconds', windowSeconds ?? 60, written(translation, key));
  translation.set('flapping.ban_seconds', banSeconds ?? 300, written(translation, key));
}

const destinations: ReadonlyMap<string, readonly string[]> = new Map([
  ['off', ['none']],
  ['file', ['file']],
  ['console', ['stdout']],
  ['both', ['file', 'stdout']],
]);

function log(translation: Translation): void {
  const { keys } = translation;
  const set = (option: string, value: number | string | readonly string[], key: string): void =>
    translation.set(`log.${option}`, value, written(translation, key));
  set('destinations', destinations.get(keys.text('log.to') ?? 'file') ?? ['file'], 'log.to');
  const folder = (keys.text('log.dir') ?? 'log').replace(/\/+$/, '');
  const file = keys.text('log.file') ?? 'emqx.log';
  set(
    'file',
    /^([/\\]|[A-Za-z]:)/.test(file) ? file : `${folder}/${file}`,
    keys.isWritten('log.file') ? 'log.file' : 'log.dir',
  );
  const isRotated = keys.flag('log.rotation');
  set(
    'file_bytes_max',
    isRotated ? (keys.number('log.rotation.size') ?? 0) : 0,
    isRotated ? 'log.rotation.size' : 'log.rotation',
  );
  set('files_max', Math.min(1000, Math.max(1, keys.number('log.rotation.count') ?? 5)), 'log.rotation.count');
  set('format', keys.text('log.formatter') ?? 'text', 'log.formatter');
}
