/** Keys of the webhook, `web.hook.*` of the plugin emqx_web_hook. */

import { flag, harmlessRows, type KeyRow, list, path, text, unusedRows, words } from '../key-row.ts';

export const webhookKeys: readonly KeyRow[] = [
  { key: 'web.hook.url', type: text, to: 'webhook.url' },
  { key: 'web.hook.api.url', type: text, to: 'webhook.url' },
  { key: 'web.hook.headers.$name', type: text, effect: 'webhook.headers and webhook.authorization' },
  {
    key: 'web.hook.body.encoding_of_payload_field',
    type: words('plain', 'base62', 'base64'),
    to: 'webhook.payload_encoding',
  },
  { key: 'web.hook.encode_payload', type: words('base62', 'base64'), to: 'webhook.payload_encoding' },
  { key: 'web.hook.rule.$group.$event.$n', type: text, effect: 'webhook.events' },
  { key: 'web.hook.ssl.cacertfile', type: path, to: 'webhook.ssl_ca_file' },
  { key: 'web.hook.ssl.certfile', type: path, to: 'webhook.ssl_certificate_file' },
  { key: 'web.hook.ssl.keyfile', type: path, to: 'webhook.ssl_key_file' },
  { key: 'web.hook.ssl.verify', type: flag, absent: 'false', to: 'webhook.ssl_verify' },
  { key: 'web.hook.ssl.server_name_indication', type: text, to: 'webhook.ssl_server_name' },
  {
    key: 'web.hook.ssl.tls_versions',
    type: list,
    shipped: ['tlsv1.3,tlsv1.2,tlsv1.1', 'tlsv1.3,tlsv1.2,tlsv1.1,tlsv1'],
    effect: 'webhook.ssl_version_min; TLS 1.0 and 1.1 are not spoken',
  },
  ...harmlessRows('events go out one after the other', [
    ['web.hook.pool_size', text, '32'],
    ['web.hook.enable_pipelining', text, ['true', 'false']],
  ]),
  ...unusedRows('TLS is left to Node.js', [['web.hook.ssl.ciphers|depth', text]]),
];
