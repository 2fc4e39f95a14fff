/** The settings of TLS to a database, read when the source is opened and again at each reload. */

import { isIP } from 'node:net';
import type { BackendError } from '../../ports/backend-error.ts';
import type { OptionReader } from '../../ports/option.ts';
import { readTlsFiles } from '../remote/tls-files.ts';
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
  const verifies = options.boolean('ssl_verify');
  const serverName = options.optionalText('ssl_server_name');
  if (dialect.comparesNamesAlone && verifies && isIP(serverName ?? server.host) !== 0) {
    throw fail(
      'SETTING_INVALID',
      'the certificate can be compared with a name only: set ssl_server_name to a name in it, or to disable',
    );
  }
  const { ca, cert, key, minVersion } = await readTlsFiles(options, (saying) => fail('TLS_FILE', saying));
  return { ca, cert, key, verifies, serverName, versionMin: minVersion };
}
