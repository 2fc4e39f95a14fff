/** The plugins and modules of EMQX 4.3: what each is here, and its name and description for those who list them. */

import type { SourceName } from './keys/access.ts';

export interface PluginRow {
  readonly name: string;
  readonly description: string;
  readonly type: 'auth' | 'bridge' | 'protocol' | 'feature';
  /** The section of `access` that it becomes. */
  readonly source?: SourceName;
  /** What cannot be had without it. */
  readonly missing?: string;
  /** What cannot be had either, but nobody is warned of it: new installations load it, and no client sees it. */
  readonly unmissed?: string;
  /** Whether a start is refused where it is loaded: what it would check, nobody else does. */
  readonly unsafe?: true;
}

export const pluginRows: readonly PluginRow[] = [
  { name: 'emqx_auth_http', description: 'EMQ X Authentication/ACL with HTTP API', type: 'auth', source: 'http' },
  { name: 'emqx_auth_jwt', description: 'EMQ X Authentication with JWT', type: 'auth', source: 'jwt' },
  {
    name: 'emqx_auth_ldap',
    description: 'EMQ X Authentication/ACL with LDAP',
    type: 'auth',
    missing: 'logins and permissions from LDAP',
    unsafe: true,
  },
  { name: 'emqx_auth_mnesia', description: 'EMQ X Authentication with Mnesia', type: 'auth', source: 'mnesia' },
  {
    name: 'emqx_auth_mongo',
    description: 'EMQ X Authentication/ACL with MongoDB',
    type: 'auth',
    missing: 'logins and permissions from MongoDB',
    unsafe: true,
  },
  { name: 'emqx_auth_mysql', description: 'EMQ X Authentication/ACL with MySQL', type: 'auth', source: 'mysql' },
  { name: 'emqx_auth_pgsql', description: 'EMQ X Authentication/ACL with PostgreSQL', type: 'auth', source: 'pgsql' },
  { name: 'emqx_auth_redis', description: 'EMQ X Authentication/ACL with Redis', type: 'auth', source: 'redis' },
  { name: 'emqx_bridge_mqtt', description: 'EMQ X Bridge to MQTT Broker', type: 'bridge' },
  { name: 'emqx_coap', description: 'EMQ X CoAP Gateway', type: 'protocol', missing: 'CoAP' },
  { name: 'emqx_lwm2m', description: 'EMQ X LwM2M Gateway', type: 'protocol', missing: 'LwM2M' },
  { name: 'emqx_sn', description: 'EMQ X MQTT-SN Plugin', type: 'protocol', missing: 'MQTT-SN' },
  { name: 'emqx_stomp', description: 'EMQ X Stomp Protocol Plugin', type: 'protocol', missing: 'STOMP' },
  { name: 'emqx_exproto', description: 'EMQ X Extension for Protocol', type: 'feature', missing: 'ExProto' },
  { name: 'emqx_exhook', description: 'EMQ X Extension for Hook', type: 'feature', missing: 'ExHook', unsafe: true },
  { name: 'emqx_lua_hook', description: 'EMQ X Lua Hooks', type: 'feature', missing: 'hooks in Lua', unsafe: true },
  { name: 'emqx_dashboard', description: 'EMQ X Web Dashboard', type: 'feature' },
  { name: 'emqx_management', description: 'EMQ X Management API and CLI', type: 'feature' },
  { name: 'emqx_modules', description: 'EMQ X Modules', type: 'feature' },
  { name: 'emqx_prometheus', description: 'Prometheus for EMQ X', type: 'feature' },
  { name: 'emqx_psk_file', description: 'EMQX PSK Plugin from File', type: 'feature' },
  { name: 'emqx_recon', description: 'EMQ X Recon Plugin', type: 'feature', unmissed: 'Erlang machine' },
  { name: 'emqx_retainer', description: 'EMQ X Retainer', type: 'feature' },
  { name: 'emqx_rule_engine', description: 'EMQ X Rule Engine', type: 'feature', unmissed: 'rule engine' },
  { name: 'emqx_sasl', description: 'EMQ X SASL', type: 'feature' },
  { name: 'emqx_telemetry', description: 'EMQ X Telemetry', type: 'feature', unmissed: 'telemetry' },
  { name: 'emqx_web_hook', description: 'EMQ X WebHook Plugin', type: 'feature' },
];

export const pluginsByName: ReadonlyMap<string, PluginRow> = new Map(pluginRows.map((row) => [row.name, row]));

/** Plugins that became emqx_auth_mnesia in 4.3. They count where their own file is there, as in 2.3 and 3.4. */
export const formerUserPlugins: readonly string[] = ['emqx_auth_username', 'emqx_auth_clientid'];

/** Modules by their names. */
export const moduleDescriptions: ReadonlyMap<string, string> = new Map([
  ['emqx_mod_acl_internal', 'EMQ X Internal ACL Module'],
  ['emqx_mod_presence', 'EMQ X Presence Module'],
  ['emqx_mod_delayed', 'EMQ X Delayed Publish Module'],
  ['emqx_mod_rewrite', 'EMQ X Topic Rewrite Module'],
  ['emqx_mod_subscription', 'EMQ X Subscription Module'],
  ['emqx_mod_topic_metrics', 'EMQ X Topic Metrics Module'],
]);
