/** The rows about TLS to a server that the kinds `redis`, `http` and `jwt` share. */

import type { OptionRow } from '../../../ports/option.ts';

/**
 * @param kind how the names begin
 * @param title the server, for people
 * @param emqx how EMQX 4 begins the names of the options, where it has them
 */
export function serverTlsRows(kind: string, title: string, emqx: string | undefined): readonly OptionRow[] {
  const rows: readonly (OptionRow & { readonly key?: string })[] = [
    {
      name: 'ssl_ca_file',
      type: { kind: 'path' },
      default: undefined,
      unset: 'the authorities that Node.js brings',
      reloadable: false,
      sentence: `Authorities that sign the certificate of ${title}, as PEM; the file is read again at SIGHUP.`,
      key: 'cacertfile',
    },
    {
      name: 'ssl_certificate_file',
      type: { kind: 'path' },
      default: undefined,
      unset: 'none is shown',
      reloadable: false,
      sentence: `Certificate that the broker shows to ${title}, as PEM; the file is read again at SIGHUP.`,
      key: 'certfile',
    },
    {
      name: 'ssl_key_file',
      type: { kind: 'path' },
      default: undefined,
      unset: 'none',
      reloadable: false,
      sentence: 'Private key of that certificate, as PEM; the file is read again at SIGHUP.',
      key: 'keyfile',
    },
    {
      name: 'ssl_verify',
      type: { kind: 'boolean' },
      default: true,
      reloadable: false,
      sentence: `Whether the certificate of ${title} must be signed by one of the authorities and have its name.`,
      key: 'verify',
    },
    {
      name: 'ssl_server_name',
      type: { kind: 'string' },
      default: undefined,
      unset: 'the host that is asked',
      reloadable: false,
      sentence: 'Name that the certificate must have, or disable to accept any name.',
      key: 'server_name_indication',
    },
    {
      name: 'ssl_version_min',
      type: { kind: 'one-of', values: ['1.2', '1.3'] },
      default: '1.2',
      reloadable: false,
      sentence: `Oldest version of TLS that is spoken with ${title}.`,
    },
  ];
  return rows.map(({ key, ...row }) => ({
    ...row,
    name: `${kind}.${row.name}`,
    ...(emqx !== undefined && key !== undefined && { emqx: `${emqx}.ssl.${key}` }),
  }));
}
