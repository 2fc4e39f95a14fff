/** The files of TLS to a server, read when a source is opened and again at each reload. */

import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { type ConnectionOptions, checkServerIdentity, createSecureContext } from 'node:tls';
import type { BackendError } from '../../ports/backend-error.ts';
import type { OptionReader } from '../../ports/option.ts';

/** Makes the error for a file or a combination of options that cannot be used. */
type Fail = (saying: string, cause?: unknown) => BackendError;

/** What connections need; to be spread into the options of `tls.connect` and of drivers. */
export type TlsSettings = Pick<
  ConnectionOptions,
  'ca' | 'cert' | 'key' | 'rejectUnauthorized' | 'servername' | 'minVersion' | 'checkServerIdentity'
>;

/** The certificates and the key of a section, as text, and the version that its connections need. */
export interface TlsFiles {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
}

/** Reads the options `ssl_…` of a section. Rejects with the error that `fail` makes, which names the file. */
export async function readTlsSettings(options: OptionReader, fail: Fail): Promise<TlsSettings> {
  const files = await readTlsFiles(options, fail);
  const rejectUnauthorized = options.boolean('ssl_verify');
  return { ...files, rejectUnauthorized, ...nameSettings(options.optionalText('ssl_server_name')) };
}

/** The files of a section, as far as it names them. Rejects as `readTlsSettings` does. */
export async function readTlsFiles(options: OptionReader, fail: Fail): Promise<TlsFiles> {
  const [ca, cert, key] = await Promise.all(
    ['ssl_ca_file', 'ssl_certificate_file', 'ssl_key_file'].map((name) =>
      readPem(options.optionalText(name), name, fail),
    ),
  );
  if ((cert === undefined) !== (key === undefined)) {
    throw fail('ssl_certificate_file and ssl_key_file belong together: give both or none');
  }
  const minVersion = options.text('ssl_version_min') === '1.3' ? 'TLSv1.3' : 'TLSv1.2';
  const files: TlsFiles = {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert, key: key! }),
    minVersion,
  };
  try {
    createSecureContext(files);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw fail(`ssl_ca_file, ssl_certificate_file and ssl_key_file cannot be used: ${why}`, error);
  }
  return files;
}

/** `disable` compares no name; another name is compared instead of the host. */
function nameSettings(name: string | undefined): TlsSettings {
  if (name === undefined || name === '') return {};
  if (name.toLowerCase() === 'disable') return { checkServerIdentity: () => undefined };
  return {
    // The extension of TLS that carries the name carries no addresses.
    ...(isIP(name) === 0 && { servername: name }),
    checkServerIdentity: (_host, certificate) => checkServerIdentity(name, certificate),
  };
}

async function readPem(path: string | undefined, name: string, fail: Fail): Promise<string | undefined> {
  if (path === undefined) return undefined;
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw fail(`${name} cannot be read: ${error instanceof Error ? error.message : String(error)}`, error);
  }
  // Node takes a file without certificates for an empty list, and an empty list of authorities for its own.
  if (!text.includes('-----BEGIN ')) throw fail(`${name} ${path} has nothing in PEM`);
  return text;
}
