/** MQTT bridges of the plugin emqx_bridge_mqtt: `bridge.mqtt.aws` becomes the bridge `aws`. */

import { rulesOfForwards } from '../../../topic/bridge-rules.ts';
import { keyOf } from '../key-table.ts';
import { bridgeKeys } from '../keys/bridges.ts';
import type { Translation } from './translation.ts';

/** The most that the option takes. */
const MESSAGES_MAX = 1_000_000_000;

export function translateBridges(translation: Translation): void {
  if (!translation.isLoaded('emqx_bridge_mqtt')) return;
  const names = new Set(translation.keys.under('bridge', 'mqtt').map(({ rest }) => rest[0] ?? ''));
  const taken = new Set<string>();
  for (const name of names) {
    let native =
      name
        .toLowerCase()
        .replace(/[^a-z0-9-]+/g, '-')
        .replace(/^[^a-z]+/, '')
        .slice(0, 28) || 'bridge';
    while (taken.has(native)) native += 'x';
    taken.add(native);
    translateBridge(translation, name, native);
  }
}

function translateBridge(translation: Translation, name: string, native: string): void {
  const { keys } = translation;
  const key = (option: string): string => `${keyOf(['bridge', 'mqtt', name])}.${option}`;
  const set = (option: string, value: boolean | number | string | readonly string[], from: string): void =>
    translation.set(`bridges.${native}.${option}`, value, keys.isWritten(from) ? from : undefined);
  const address = keys.text(key('address'));
  if (address === undefined) {
    const first = keys.under('bridge', 'mqtt', name)[0]?.written.key ?? key('address');
    translation.problem(first, `needs ${key('address')} as well`);
    return;
  }
  if (!/:\d{1,5}$/.test(address)) {
    // A name such as emqx@10.0.0.1 is a node that is reached in Erlang's own way.
    translation.problem(key('address'), 'allowed: a host and a port, such as 127.0.0.1:1883; nodes cannot be reached');
    return;
  }
  translation.follow(bridgeKeys, ['bridge', 'mqtt', name], new Map([['bridge', native]]));
  set('addresses', [address], key('address'));
  set('topics', topicsOf(translation, name), keys.isWritten(key('forwards')) ? key('forwards') : key('address'));
  const clean = keys.flag(key('clean_start'));
  set('clean_session', clean, key('clean_start'));
  // EMQX queues what is to go out whatever the session there does.
  set('local_clean_session', false, key('clean_start'));
  // Its queue on disk is bounded in bytes, whatever the queues of clients are.
  set('queued_messages_max', MESSAGES_MAX, key('queue.max_total_size'));
  set('notifications', false, '');
  const pause = Math.max(0.1, keys.number(key('reconnect_interval')) ?? 30);
  set('retry_seconds_min', pause, key('reconnect_interval'));
  set('retry_seconds_max', pause, key('reconnect_interval'));
  if (!keys.flag(key('ssl'))) return;
  for (const [option, from] of [
    ['ca_file', 'cacertfile'],
    ['certificate_file', 'certfile'],
    ['key_file', 'keyfile'],
  ] as const) {
    const file = keys.text(key(from));
    if (file !== undefined) set(option, file, key(from));
  }
}

function topicsOf(translation: Translation, name: string): string[] {
  const { keys } = translation;
  const key = (option: string): string => `${keyOf(['bridge', 'mqtt', name])}.${option}`;
  const node = keys.text('node.name') ?? '';
  const withNode = (text: string | undefined): string => (text ?? '').replace(/\$\{node\}/g, () => node);
  const subscriptions = keys
    .under('bridge', 'mqtt', name, 'subscription')
    .filter(({ rest }) => rest[1] === 'topic')
    .map(({ rest, written }) => ({
      topic: written.text,
      qos: keys.number(`${key('subscription')}.${rest[0]}.qos`) ?? 1,
    }));
  return rulesOfForwards({
    forwards: keys.list(key('forwards')).map(withNode),
    forwardMountpoint: withNode(keys.text(key('forward_mountpoint')) ?? keys.text(key('mountpoint'))),
    subscriptions,
    receiveMountpoint: withNode(keys.text(key('receive_mountpoint'))),
  });
}
