/** Keys that EMQTT 2.2 and 2.3 had and EMQX 4 has not, where they are no other names of its keys; those are in `aliases.ts`. */

import { bytes, count, harmlessRows, type KeyRow, text, time, unusedRows, words } from '../key-row.ts';

const PORT = 'listener.tcp|ssl|ws|wss.$name';

export const formerRows: readonly KeyRow[] = [
  { key: `${PORT}.mountpoint`, type: text, effect: 'mountpoint of the listener' },
  ...unusedRows('this broker is alone', [
    ['cluster.id', text, ['emq', 'emqcl']],
    ['cluster.multicast', text, '239.192.0.1:44369'],
  ]),
  ...harmlessRows('it is about the Erlang machine', [['node.smp', words('enable', 'auto', 'disable'), 'auto']]),
  {
    key: 'dashboard.listener.http|https.access.$n',
    type: text,
    shipped: 'allow all',
    unused: 'everybody may ask for the page; management.host says on which address',
    unsafe: true,
  },
  {
    key: 'listener.api.$name.access.$n',
    type: text,
    shipped: 'allow all',
    unused: 'everybody may ask the API; management.emqx_api.host says on which address',
    unsafe: true,
  },
  ...harmlessRows('TLS is left to Node.js', [['dashboard.listener.https.handshake_timeout', time, '15s']]),
  ...unusedRows('what no plugin speaks of is for acl_file and acl_nomatch to decide', [
    ['auth.pgsql|mysql|mongo|redis|http.acl_nomatch', words('allow', 'deny'), 'allow'],
  ]),
  ...unusedRows('2.3 had several logs, and here is one', [['log.console.size|count', text]]),
  ...unusedRows('messages wait in one queue, in their order', [['mqtt.mqueue.default_priority', text]]),
  ...unusedRows('limits.write_buffer_bytes_max bounds what one client costs', [
    ['mqtt.client.buffer_size', bytes],
    ['mqtt.client.max_heap_size', count],
  ]),
];
