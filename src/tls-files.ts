/**
 * The files of TLS: what the settings of a listener name is read and put together, at the start and again at a reload.
 * Whether certificates and keys fit together is the listener's to find out.
 */

import { constants } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { StartError } from './cli/start-error.ts';
import type { ListenerSettings } from './config/listeners.ts';
import type { Certificates } from './listeners/certificates.ts';
import type { TlsSettings } from './listeners/spec.ts';
import { KeyFileProblem, type KeyForm, readKeyFile } from './listeners/trust/pre-shared-keys.ts';
import type { CertifiedKey } from './listeners/trust/server-names.ts';
import { type Log, silentLog } from './ports/log.ts';

/** Ciphers with a pre-shared key that OpenSSL counts as strong. */
const PSK_CIPHERS = 'PSK+HIGH';
const OTHERS_MAY_READ = 0o004;
/** What c_rehash calls a certificate: the hash of its subject, and a number. */
const HASHED_NAME = /^[0-9a-f]{8}\.\d{1,3}$/;

/**
 * Reads what a listener with TLS needs, undefined for others.
 *
 * @param own gives the certificates that the broker makes; called where neither certificates nor keys are configured
 * @param log told of keys that everybody on this machine may read
 * @throws StartError when a file cannot be read
 */
export async function tlsSettings(
  listener: ListenerSettings,
  own: () => Promise<Certificates>,
  log: Log = silentLog,
): Promise<TlsSettings | undefined> {
  const { transport, values } = listener;
  if (transport !== 'tls' && transport !== 'wss') return undefined;
  for (const option of ['key_file', 'psk_file']) await warnOfReaders(listener, option, log);
  const pskKey = await keysOf(listener);
  const identity = await identityOf(listener, pskKey === undefined ? own : undefined);
  const ca = await authoritiesOf(listener);
  const requestCert = values.optionalBoolean('request_certificate') ?? ca !== undefined;
  return {
    ...identity,
    passphrase: values.optionalText('key_passphrase'),
    certificates: await furtherCertificates(listener),
    ca,
    crl: await textOf(listener, 'crl_file'),
    requestCert: requestCert || values.boolean('require_certificate'),
    rejectUnauthorized: values.boolean('require_certificate'),
    ciphers: ciphersOf(listener, pskKey !== undefined, identity.cert !== undefined),
    dhparam: await parametersOf(listener),
    ...versionsOf(listener, pskKey !== undefined),
    alpnProtocols: values.list('alpn_protocols'),
    handshakeTimeoutMs: values.number('handshake_seconds_max') * 1000,
    pskKey,
    pskIdentityHint: values.optionalText('psk_hint'),
    files: {
      identity: pathsOf(listener, 'certificate_file', 'key_file', 'certificate_folder'),
      authorities: pathsOf(listener, 'ca_file', 'ca_path'),
      revocations: pathsOf(listener, 'crl_file'),
    },
  };
}

/** Node takes a text without parameters for none, and says nothing. */
async function parametersOf(listener: ListenerSettings): Promise<string | undefined> {
  const text = await textOf(listener, 'dh_file');
  if (text === undefined || /-----BEGIN DH PARAMETERS-----[^-]+-----END DH PARAMETERS-----/.test(text)) return text;
  const file = listener.values.text('dh_file');
  throw problem(
    listener,
    'dh_file',
    `${file} holds no parameters (BEGIN DH PARAMETERS); make some with openssl dhparam`,
  );
}

function pathsOf({ values }: ListenerSettings, ...options: readonly string[]): string[] {
  return options.flatMap((option) => values.optionalText(option) ?? []);
}

/** Who has the key of the server can be the server, and who has a pre-shared key the client. */
async function warnOfReaders({ name, values }: ListenerSettings, option: string, log: Log): Promise<void> {
  const file = values.optionalText(option);
  // Windows keeps rights elsewhere. A file that is not there is told when it is read.
  if (file === undefined || process.platform === 'win32') return;
  const mode = await stat(file).then(
    (found) => found.mode,
    () => 0,
  );
  if ((mode & OTHERS_MAY_READ) === 0) return;
  log.warn('Everybody on this machine may read the keys of a listener; take that right away: chmod o-r', {
    listener: name,
    file,
  });
}

/** The server's certificate and key; none where clients know it by its pre-shared keys. */
async function identityOf(
  listener: ListenerSettings,
  own: (() => Promise<Certificates>) | undefined,
): Promise<{ cert: string | undefined; key: string | undefined }> {
  const cert = await textOf(listener, 'certificate_file');
  if (cert !== undefined) return { cert, key: await textOf(listener, 'key_file') };
  const made = await own?.();
  return { cert: made?.cert, key: made?.key };
}

/** The texts of `ca_file` and of the files in `ca_path`. */
async function authoritiesOf(listener: ListenerSettings): Promise<readonly string[] | undefined> {
  const file = await textOf(listener, 'ca_file');
  const folder = listener.values.optionalText('ca_path');
  if (file === undefined && folder === undefined) return undefined;
  const texts = new Set(file === undefined ? [] : [file]);
  for (const name of folder === undefined ? [] : await namesIn(listener, 'ca_path')) {
    if (!/\.(pem|crt|cer)$/i.test(name) && !HASHED_NAME.test(name)) continue;
    const text = await textIn(listener, 'ca_path', name);
    if (text.includes('-----BEGIN CERTIFICATE-----')) texts.add(text);
    else if (!text.includes('PRIVATE KEY-----') && !text.includes('X509 CRL-----')) {
      throw problem(listener, 'ca_path', `${name} holds no certificate in PEM; convert it, or take it away`);
    }
  }
  if (texts.size === 0) throw problem(listener, 'ca_path', 'the folder holds no certificate (.pem, .crt or .cer)');
  return [...texts];
}

/** Every certificate of `certificate_folder` with the key beside it. */
async function furtherCertificates(listener: ListenerSettings): Promise<CertifiedKey[] | undefined> {
  if (listener.values.optionalText('certificate_folder') === undefined) return undefined;
  const names = await namesIn(listener, 'certificate_folder');
  const certificates = names.filter((name) => /\.(pem|crt)$/i.test(name));
  return await Promise.all(
    certificates.map(async (name): Promise<CertifiedKey> => {
      const keyName = name.replace(/\.\w+$/, '.key');
      if (!names.includes(keyName)) {
        throw problem(listener, 'certificate_folder', `${name} has no key beside it; it would be ${keyName}`);
      }
      const [cert, key] = [name, keyName].map((each) => textIn(listener, 'certificate_folder', each));
      return { cert: await cert!, key: await key!, passphrase: listener.values.optionalText('key_passphrase') };
    }),
  );
}

async function keysOf(listener: ListenerSettings): Promise<TlsSettings['pskKey']> {
  const text = await textOf(listener, 'psk_file');
  if (text === undefined) return undefined;
  try {
    const { values } = listener;
    const keys = readKeyFile(text, values.text('psk_form') as KeyForm, values.text('psk_delimiter'));
    return (identity) => keys.get(identity);
  } catch (error) {
    if (!(error instanceof KeyFileProblem)) throw error;
    const file = listener.values.text('psk_file');
    throw problem(listener, 'psk_file', `${file}:${error.line}: ${error.message}`);
  }
}

/** One list for all versions, as Node wants it: the suites of TLS 1.3 are those that begin with TLS_. */
function ciphersOf({ values }: ListenerSettings, hasKeys: boolean, hasCertificate: boolean): string | undefined {
  const older = values.optionalText('ciphers');
  const newer = values.optionalText('ciphers_tls13');
  const defaults = constants.defaultCoreCipherList.split(':').filter((name) => !name.startsWith('TLS_'));
  const forCertificates = hasCertificate ? [...defaults] : [];
  const chosen = older ?? (hasKeys ? [PSK_CIPHERS, ...forCertificates].join(':') : undefined);
  const isOld = values.text('tls_version_min') === '1.1';
  if (newer === undefined && !isOld) return chosen;
  const list = `${newer === undefined ? '' : `${newer}:`}${chosen ?? defaults.join(':')}`;
  // OpenSSL 3 holds what TLS 1.1 signs with for too weak above this level, whatever the version that is asked for.
  return isOld ? `${list}:@SECLEVEL=0` : list;
}

/** Pre-shared keys are for TLS 1.2: by 1.3 a client could name an identity without having its key. */
function versionsOf(listener: ListenerSettings, hasKeys: boolean): Pick<TlsSettings, 'minVersion' | 'maxVersion'> {
  const { values } = listener;
  const least = values.text('tls_version_min');
  const most = values.optionalText('tls_version_max') ?? (hasKeys ? '1.2' : '1.3');
  if (hasKeys && most === '1.3')
    throw problem(
      listener,
      'tls_version_max',
      'got 1.3, but clients with pre-shared keys (psk_file) speak 1.2 at most',
    );
  if (least > most)
    throw problem(listener, 'tls_version_min', `got ${least}, but the newest version accepted is ${most}`);
  return { minVersion: `TLSv${least}` as 'TLSv1.2', maxVersion: `TLSv${most}` as 'TLSv1.2' };
}

async function textOf(listener: ListenerSettings, name: string): Promise<string | undefined> {
  const file = listener.values.optionalText(name);
  return file === undefined ? undefined : await reading(listener, name, readFile(file, 'utf8'));
}

async function textIn(listener: ListenerSettings, option: string, name: string): Promise<string> {
  return await reading(listener, option, readFile(join(listener.values.text(option), name), 'utf8'));
}

/** In their order, so that two starts see the same. */
async function namesIn(listener: ListenerSettings, option: string): Promise<string[]> {
  return (await reading(listener, option, readdir(listener.values.text(option)))).sort();
}

async function reading<T>(listener: ListenerSettings, option: string, result: Promise<T>): Promise<T> {
  try {
    return await result;
  } catch (cause) {
    throw problem(listener, option, `cannot be read: ${(cause as Error).message}`, cause);
  }
}

function problem({ values }: ListenerSettings, option: string, text: string, cause?: unknown): StartError {
  return new StartError(`${values.get(option).path}: ${text}`, cause === undefined ? {} : { cause });
}
