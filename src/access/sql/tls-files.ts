/** The files of TLS to a database, read when the source is opened and again at each reload. */

import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { createSecureContext } from 'node:tls';
import type { BackendError } from '../../ports/backend-error.ts';
import type { OptionReader } from '../../ports/option.ts';
import type { FailureKind, ServerAddress, SqlDialect, SqlTls } from './connection.ts';

type Fail = (kind: FailureKind, saying: string) => BackendError;

/** Undefined when the connection is to be plain. Rejects with a BackendError that names the file. */
export async function readTls(
  options: OptionReader,
  server: ServerAddress,
  dialect: SqlDialect,
  fail: Fail,
): Promise<SqlTls | undefined> {
  if (!options.boolean('ssl')) return undefined;
  if ('path' in server) throw fail('SETTING_INVALID', 'a Unix socket does not speak TLS: set ssl to false');
  const [ca, cert, key] = await Promise.all(
    ['ssl_ca_file', 'ssl_certificate_file', 'ssl_key_file'].map((name) =>
      readPem(options.optionalText(name), name, fail),
    ),
  );
  const versionMin = options.text('ssl_version_min') === '1.3' ? 'TLSv1.3' : 'TLSv1.2';
  const tls: SqlTls = {
    ca,
    cert,
    key,
    verifies: options.boolean('ssl_verify'),
    serverName: options.optionalText('ssl_server_name'),
    versionMin,
  };
  if (dialect.comparesNamesAlone && tls.verifies && isIP(tls.serverName ?? server.host) !== 0) {
    throw fail(
      'SETTING_INVALID',
      'the certificate can be compared with a name only: set ssl_server_name to a name in it, or to disable',
    );
  }
  if ((cert === undefined) !== (key === undefined)) {
    throw fail('TLS_FILE', 'ssl_certificate_file and ssl_key_file belong together: give both or none');
  }
  try {
    createSecureContext({ ca, cert, key, minVersion: versionMin });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw fail('TLS_FILE', `ssl_ca_file, ssl_certificate_file and ssl_key_file cannot be used: ${why}`);
  }
  return tls;
}

async function readPem(path: string | undefined, name: string, fail: Fail): Promise<string | undefined> {
  if (path === undefined) return undefined;
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw fail('TLS_FILE', `${name} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  // Node takes a file without certificates for an empty list, and an empty list of authorities for its own.
  if (!text.includes('-----BEGIN ')) throw fail('TLS_FILE', `${name} ${path} has nothing in PEM`);
  return text;
}
