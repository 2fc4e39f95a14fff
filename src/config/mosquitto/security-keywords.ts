/** Options of mosquitto.conf about logins and permissions, which belong to the broker or to one listener. */

import { boolean, type Keyword, path, text } from './keyword.ts';

/** In the order in which they are documented. */
export const securityKeywords: readonly Keyword[] = [
  {
    name: 'allow_anonymous',
    scope: 'security',
    type: boolean,
    default: 'false; true where no listener is configured',
    effect: 'options',
    paths: ['allow_anonymous', 'listeners.NAME.allow_anonymous'],
  },
  {
    name: 'allow_zero_length_clientid',
    scope: 'security',
    type: boolean,
    default: 'true',
    effect: 'options',
    paths: ['listeners.NAME.empty_client_ids'],
  },
  {
    name: 'auto_id_prefix',
    scope: 'security',
    type: text,
    default: 'auto-',
    effect: 'options',
    paths: ['listeners.NAME.assigned_client_id_prefix'],
  },
  {
    name: 'acl_file',
    scope: 'security',
    type: path,
    default: 'none; everything is allowed',
    effect: 'options',
    paths: ['access.NAME.acl_file.file'],
  },
  {
    name: 'password_file',
    scope: 'security',
    type: path,
    default: 'none',
    effect: 'options',
    paths: ['access.NAME.password_file.file'],
  },
  {
    name: 'psk_file',
    scope: 'security',
    type: path,
    default: 'none',
    effect: 'options',
    paths: ['listeners.NAME.psk_file', 'listeners.NAME.tls_version_max'],
  },
  {
    name: 'plugin',
    aliases: ['auth_plugin'],
    scope: 'security',
    type: path,
    default: 'none',
    effect: 'options',
    isRepeatable: true,
    paths: ['access.NAME.dynamic_security.file'],
  },
  {
    name: 'plugin_opt_*',
    aliases: ['auth_opt_*'],
    scope: 'plugin',
    type: text,
    default: 'none',
    effect: 'meaning',
    isRepeatable: true,
    paths: ['access.NAME.dynamic_security.file'],
  },
  {
    name: 'auth_plugin_deny_special_chars',
    scope: 'plugin',
    type: boolean,
    default: 'true',
    effect: 'no-effect',
    paths: [],
    note: 'has no meaning: no source puts names of clients where + and # would be wildcards',
  },
];
