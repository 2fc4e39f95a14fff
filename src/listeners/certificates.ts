/**
 * The broker's own certificates, so that TLS works from the first start: a private authority and a server certificate
 * signed by it, four files in one folder. They are kept as long as they serve. The server's is renewed by the same
 * authority when it is about to expire, is missing or broken; the authority is replaced only when it has expired,
 * because every client that trusts it then needs the new one. What cannot be repaired without that is an error.
 */

import { createPrivateKey, type KeyObject, randomBytes, X509Certificate } from 'node:crypto';
import { chmod, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { type Log, silentLog } from '../ports/log.ts';
import { ListenerError } from './error.ts';
import { issueAuthority, issueServer } from './issue-certificate.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** Ten years, in which leap days do not matter. */
const AUTHORITY_MS = 3650 * DAY_MS;
/** The longest that browsers accept is 398 days. */
const SERVER_MS = 397 * DAY_MS;
const RENEW_BEFORE_MS = 30 * DAY_MS;
/** Validity begins before now, for clients whose clocks are behind. */
const BACKDATED_MS = DAY_MS;
const OWN_NAME = /^CN=(Hoopoe [0-9a-f]{8})$/;
const HOST_NAME = /^(?=.{1,253}$)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*$/i;

export interface Certificates {
  /** The authority's certificate: what clients must trust. PEM, as are the others. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  /** Where `ca` lies, to be copied to clients. */
  readonly caPath: string;
  /** Whether something was made in this call. */
  readonly made: boolean;
  /** End of the server certificate's validity, in milliseconds since the epoch. */
  readonly validToMs: number;
}

/** A certificate with its key, as read; the key may be kept elsewhere. */
interface Pair {
  readonly certificate: X509Certificate;
  readonly pem: string;
  readonly key: KeyObject | undefined;
  readonly keyPem: string | undefined;
  readonly validToMs: number;
}

/**
 * Reads the certificates in `directory`, making what is missing or about to expire. Keys and folder that others can
 * read are closed to them with a warning. Throws when files cannot be read or written, and when the authority's are
 * broken: replacing them is not for a program to decide.
 */
export async function ensureCertificates(
  directory: string,
  nowMs: number,
  log: Log = silentLog,
): Promise<Certificates> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await closeToOthers(directory, 0o700, log);
  const files = new Files(directory, log);
  const found = await readAuthority(files, nowMs);
  const kept = typeof found === 'string' ? undefined : found;
  const authority = kept ?? (await makeAuthority(files, nowMs, found as string));
  const server = await readServer(files, authority, nowMs);
  if (typeof server !== 'string') return result(files, authority, server, kept === undefined);
  return result(files, authority, await makeServer(files, authority, nowMs, server), true);
}

function result(files: Files, authority: Pair, server: Pair, made: boolean): Certificates {
  return {
    ca: authority.pem,
    cert: server.pem,
    key: server.keyPem!,
    caPath: files.path('ca.pem'),
    made,
    validToMs: server.validToMs,
  };
}

/** The authority, or in words why a new one must be made. */
async function readAuthority(files: Files, nowMs: number): Promise<Pair | string> {
  const pem = await files.read('ca.pem');
  const keyPem = await files.read('ca.key');
  // A key alone is what remains when the first start was interrupted; nobody can trust an authority without certificate.
  if (pem === undefined) {
    if ((await files.read('server.pem')) === undefined) return 'there is none yet';
    throw files.broken('ca.pem', 'it is missing, though it has signed the server certificate beside it');
  }
  const pair = parsePair(pem, keyPem);
  if (typeof pair === 'string') throw files.broken('ca.pem', pair);
  // Asked before the key is looked at: an interrupted replacement leaves the new key beside the expired certificate.
  if (pair.validToMs - nowMs < RENEW_BEFORE_MS)
    return `the old one expires at ${new Date(pair.validToMs).toISOString()}`;
  if (pair.key !== undefined && !pair.certificate.checkPrivateKey(pair.key)) {
    throw files.broken('ca.key', 'it is not the key of ca.pem');
  }
  return pair;
}

/** The server certificate, or in words why a new one must be made. */
async function readServer(files: Files, authority: Pair, nowMs: number): Promise<Pair | string> {
  const pem = await files.read('server.pem');
  const keyPem = await files.read('server.key');
  if (pem === undefined && keyPem === undefined) return 'there is none yet';
  if (pem === undefined || keyPem === undefined) return `server.${pem === undefined ? 'pem' : 'key'} is missing`;
  const pair = parsePair(pem, keyPem);
  if (typeof pair === 'string') return pair;
  if (!pair.certificate.checkPrivateKey(pair.key!)) return 'server.key is not the key of server.pem';
  if (!pair.certificate.verify(authority.certificate.publicKey)) return 'server.pem was not signed by ca.pem';
  const leftMs = pair.validToMs - nowMs;
  if (leftMs >= RENEW_BEFORE_MS) return pair;
  if (authority.key !== undefined || leftMs <= 0)
    return `the old one expires at ${new Date(pair.validToMs).toISOString()}`;
  files.log.warn('server certificate expires soon and cannot be renewed without ca.key', {
    directory: files.directory,
    expires: new Date(pair.validToMs).toISOString(),
  });
  return pair;
}

async function makeAuthority(files: Files, nowMs: number, why: string): Promise<Pair> {
  // Several brokers' authorities may lie in one trust store, so their names must differ.
  const name = `Hoopoe ${randomBytes(4).toString('hex')}`;
  const issued = issueAuthority(name, { fromMs: nowMs - BACKDATED_MS, toMs: nowMs + AUTHORITY_MS });
  await files.write('ca.key', issued.key);
  await files.write('ca.pem', issued.certificate);
  files.log.info('certificate authority made', { path: files.path('ca.pem'), why });
  return parsePair(issued.certificate, issued.key) as Pair;
}

async function makeServer(files: Files, authority: Pair, nowMs: number, why: string): Promise<Pair> {
  if (authority.key === undefined) {
    throw files.broken('ca.key', `it is missing, and the server certificate must be made (${why})`);
  }
  const own = hostname();
  const hosts = new Set(['localhost', '127.0.0.1', '::1', ...(HOST_NAME.test(own) ? [own] : [])]);
  const toMs = Math.min(nowMs + SERVER_MS, authority.validToMs);
  const name = OWN_NAME.exec(authority.certificate.subject)?.[1];
  if (name === undefined) {
    throw files.broken('ca.pem', `this program did not make it and cannot sign a server certificate with it (${why})`);
  }
  const issued = issueServer([...hosts], name, authority.key, { fromMs: nowMs - BACKDATED_MS, toMs });
  await files.write('server.key', issued.key);
  await files.write('server.pem', issued.certificate);
  files.log.info('server certificate made', {
    path: files.path('server.pem'),
    why,
    expires: new Date(toMs).toISOString(),
  });
  return parsePair(issued.certificate, issued.key) as Pair;
}

/** The pair, or in words what is broken about it. */
function parsePair(pem: string, keyPem: string | undefined): Pair | string {
  let certificate: X509Certificate;
  let key: KeyObject | undefined;
  try {
    certificate = new X509Certificate(pem);
  } catch {
    return 'the certificate cannot be read';
  }
  try {
    key = keyPem === undefined ? undefined : createPrivateKey(keyPem);
  } catch {
    return 'the key cannot be read';
  }
  return { certificate, pem, key, keyPem, validToMs: Date.parse(certificate.validTo) };
}

type FileName = 'ca.pem' | 'ca.key' | 'server.pem' | 'server.key';

/** The four files: each is there as a whole or not at all. */
class Files {
  readonly directory: string;
  readonly log: Log;

  constructor(directory: string, log: Log) {
    this.directory = directory;
    this.log = log;
  }

  path(name: FileName): string {
    return join(this.directory, name);
  }

  async read(name: FileName): Promise<string | undefined> {
    const path = this.path(name);
    try {
      const text = await readFile(path, 'utf8');
      if (name.endsWith('.key')) await closeToOthers(path, 0o600, this.log);
      return text;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  async write(name: FileName, text: string): Promise<void> {
    const path = this.path(name);
    const temporary = `${path}.tmp`;
    // One that was left behind might have been made by somebody else, with other rights.
    await rm(temporary, { force: true });
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  }

  broken(name: FileName, what: string): ListenerError {
    return new ListenerError(
      'BAD_CERTIFICATES',
      `The broker's certificates in ${this.directory} cannot be used: ${name}: ${what}. Restore the files from a backup, or ` +
        'remove all four (ca.pem, ca.key, server.pem, server.key) to get new ones; clients must then be given the new ca.pem.',
    );
  }
}

/** Takes away the rights of group and others; Windows has no such bits. */
async function closeToOthers(path: string, mode: number, log: Log): Promise<void> {
  if (process.platform === 'win32') return;
  const { mode: found } = await stat(path);
  if ((found & 0o077) === 0) return;
  try {
    await chmod(path, mode);
  } catch (cause) {
    throw new ListenerError(
      'BAD_CERTIFICATES',
      `${path} can be read by other users (mode ${(found & 0o777).toString(8)}), and its mode cannot be changed: give it to ` +
        `the broker's user, or run chmod ${mode.toString(8)} on it.`,
      cause,
    );
  }
  log.warn('certificates were open to other users and have been closed to them', {
    path,
    modeBefore: (found & 0o777).toString(8),
    mode: mode.toString(8),
  });
}
