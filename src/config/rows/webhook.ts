/** The rows of the webhook: what is sent where, and what waits while the receiver is away. */

import type { OptionRow } from '../../ports/option.ts';

const row = (
  name: string,
  type: OptionRow['type'],
  value: OptionRow['default'],
  sentence: string,
  more: Pick<OptionRow, 'unset' | 'emqx'> = {},
): OptionRow => ({ name: `webhook.${name}`, type, default: value, reloadable: false, sentence, ...more });

export const webhookRows: readonly OptionRow[] = [
  row('url', { kind: 'string' }, undefined, 'Address that events are sent to with POST.', {
    unset: 'nothing is sent',
    emqx: 'web.hook.url',
  }),
  row(
    'events',
    { kind: 'list' },
    [],
    'Events that are sent, such as client.connected or "message.publish sensors/#"; see plugins.md for all of them.',
    { emqx: 'web.hook.rule.$h.$n' },
  ),
  row('headers', { kind: 'list' }, [], 'Headers of each request, as "name: value".', {
    emqx: 'web.hook.headers.$name',
  }),
  row('authorization', { kind: 'secret' }, undefined, 'Value of the header Authorization, such as "Bearer …".', {
    unset: 'no such header is sent',
  }),
  row(
    'payload_encoding',
    { kind: 'one-of', values: ['plain', 'base62', 'base64'] },
    'plain',
    'How payloads stand in the JSON: as text, where bytes that are no UTF-8 are lost, as base64, or as the base62 of EMQX.',
    { emqx: 'web.hook.body.encoding_of_payload_field' },
  ),
  row(
    'batch_max',
    { kind: 'integer', min: 1, max: 10_000 },
    1,
    'Events in one request: 1 sends each alone as a JSON object, more send arrays.',
  ),
  row(
    'queue_events_max',
    { kind: 'integer', min: 1, max: 100_000_000 },
    100_000,
    'Events that may wait in the store; further ones are left out and counted.',
  ),
  row('queue_bytes_max', { kind: 'size', min: 1024, max: 1_099_511_627_776 }, 67_108_864, 'Bytes that they may take.'),
  row('connect_seconds_max', { kind: 'duration', min: 0.1, max: 300 }, 5, 'Time until a connection must be there.'),
  row('answer_seconds_max', { kind: 'duration', min: 0.1, max: 300 }, 5, 'Time until the answer must be there.'),
  row(
    'retry_seconds_max',
    { kind: 'duration', min: 0.5, max: 3600 },
    60,
    'Longest pause before what the receiver did not take is sent again; the first is half a second, then they double.',
  ),
  row(
    'allow_private_addresses',
    { kind: 'boolean' },
    false,
    'Whether the receiver may be on this machine or in a private network; names are looked at when the connection is made.',
  ),
  row('ssl_ca_file', { kind: 'path' }, undefined, 'Authorities that sign its certificate, as PEM.', {
    unset: 'the authorities that Node.js brings',
    emqx: 'web.hook.ssl.cacertfile',
  }),
  row('ssl_certificate_file', { kind: 'path' }, undefined, 'Certificate that the broker shows to it, as PEM.', {
    unset: 'none is shown',
    emqx: 'web.hook.ssl.certfile',
  }),
  row('ssl_key_file', { kind: 'path' }, undefined, 'Private key of that certificate, as PEM.', {
    unset: 'none is shown',
    emqx: 'web.hook.ssl.keyfile',
  }),
  row('ssl_verify', { kind: 'boolean' }, true, 'Whether its certificate is checked.', { emqx: 'web.hook.ssl.verify' }),
  row('ssl_version_min', { kind: 'one-of', values: ['1.2', '1.3'] }, '1.2', 'Lowest version of TLS.'),
  row('ssl_server_name', { kind: 'string' }, undefined, 'Name that its certificate must have.', {
    unset: 'the host of the address',
    emqx: 'web.hook.ssl.server_name_indication',
  }),
];
