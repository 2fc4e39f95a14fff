/** Names of keys and plugins in EMQTT 2.3 and EMQX 3.4, as those of EMQX 4.3. */

const ZONE = 'zone.external';

/** Whole keys. */
const keys: ReadonlyMap<string, string> = new Map([
  ['mqtt.allow_anonymous', 'allow_anonymous'],
  ['mqtt.acl_nomatch', 'acl_nomatch'],
  ['mqtt.acl_file', 'acl_file'],
  ['mqtt.cache_acl', 'enable_acl_cache'],
  ['mqtt.keepalive_backoff', `${ZONE}.keepalive_backoff`],
  ['mqtt.client.idle_timeout', `${ZONE}.idle_timeout`],
  ['mqtt.client.enable_stats', `${ZONE}.enable_stats`],
  ['mqtt.client.keepalive_backoff', `${ZONE}.keepalive_backoff`],
  ['mqtt.session.max_subscriptions', `${ZONE}.max_subscriptions`],
  ['mqtt.session.upgrade_qos', `${ZONE}.upgrade_qos`],
  ['mqtt.session.max_inflight', `${ZONE}.max_inflight`],
  ['mqtt.session.retry_interval', `${ZONE}.retry_interval`],
  ['mqtt.session.max_awaiting_rel', `${ZONE}.max_awaiting_rel`],
  ['mqtt.session.await_rel_timeout', `${ZONE}.await_rel_timeout`],
  ['mqtt.session.enable_stats', `${ZONE}.enable_stats`],
  ['mqtt.session.expiry_interval', `${ZONE}.session_expiry_interval`],
  ['mqtt.session.ignore_loop_deliver', 'mqtt.ignore_loop_deliver'],
  ['mqtt.mqueue.max_length', `${ZONE}.max_mqueue_len`],
  ['mqtt.mqueue.store_qos0', `${ZONE}.mqueue_store_qos0`],
  ['mqtt.mqueue.priority', `${ZONE}.mqueue_priorities`],
  ['retainer.max_message_num', 'retainer.max_retained_messages'],
  ['retainer.expired_after', 'retainer.expiry_interval'],
  ['mqtt.session.expired_after', `${ZONE}.session_expiry_interval`],
  ['mqtt.client_idle_timeout', `${ZONE}.idle_timeout`],
  ['mqtt.broker.sys_interval', 'broker.sys_interval'],
  ['mqtt.plugins.etc_dir', 'plugins.etc_dir'],
  ['mqtt.plugins.loaded_file', 'plugins.loaded_file'],
  ['mqtt.plugins.expand_plugins_dir', 'plugins.expand_plugins_dir'],
  ['module.loaded_file', 'modules.loaded_file'],
  ['auth.user.password_hash', 'auth.mnesia.password_hash'],
  ['auth.client.password_hash', 'auth.mnesia.password_hash'],
  ['auth.username.password_hash', 'auth.mnesia.password_hash'],
]);

/** The key as EMQX 4.3 writes it; itself where it has not changed. */
export function currentKey(key: string): string {
  return keys.get(key) ?? key.replace(/^(listener\.(?:tcp|ssl|ws|wss)\.[^.]+)\.max_clients$/, '$1.max_connections');
}

/** Old names, for a test that goes over them. */
export const formerKeys: ReadonlyMap<string, string> = keys;

/** `emq_auth_pgsql` and the document's `emqx-auth-pgsql` are `emqx_auth_pgsql`. */
export function currentPlugin(name: string): string {
  return name.replaceAll('-', '_').replace(/^emq_/, 'emqx_');
}
