/**
 * The command `certs`: an authority, a server certificate and client certificates for people who do not want to use
 * openssl, and a look into a file of certificates. What is there is kept: an authority that clients trust is never
 * replaced, and other files only with --force.
 */

import { createPrivateKey, type KeyObject, randomBytes, X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { quoted } from '../config/value.ts';
import {
  type Issued,
  issueAuthority,
  issueClient,
  issueServer,
  type Validity,
} from '../listeners/issue-certificate.ts';
import { certificatesIn } from '../listeners/trust/pem.ts';
import { type Arguments, UsageError } from './arguments.ts';
import type { Command, Terminal } from './program.ts';
import { StartError } from './start-error.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const AUTHORITY_DAYS = 3650;
/** Apple's devices believe no certificate that is valid for more than 825. */
const DAYS = 800;
/** Validity begins before now, for clients whose clocks are behind. */
const BACKDATED_MS = DAY_MS;
const OWN_NAME = /^CN=(Hoopoe [0-9a-f]{8})$/;
const HOST = /^(?=.{1,253}$)(\*\.)?[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*$/i;
/** Also the name of a file, on every system. */
const CLIENT = /^[a-z0-9][a-z0-9._@-]{0,62}$/i;
const LOCAL_HOSTS = ['localhost', '127.0.0.1', '::1'];

/** @throws UsageError, StartError */
export const certs: Command = async ({ arguments: typed, terminal }) => {
  const [action, file, more] = typed.rest;
  if (action === 'make' && file === undefined) return make(typed, terminal);
  if (action === 'show' && file !== undefined && more === undefined) return show(file, terminal);
  const got = action === undefined ? 'nothing' : quoted(typed.rest.join(' '));
  throw new UsageError(`certs got ${got}; allowed: make, show FILE`);
};

interface Authority {
  readonly name: string;
  readonly key: KeyObject;
  readonly validToMs: number;
}

function make({ own, force }: Arguments, terminal: Terminal): number {
  const folder = resolve(terminal.machine.workingDirectory, own.get('dir') ?? 'certs');
  const hosts = own.get('host')?.split(',') ?? [];
  const clients = own.get('client')?.split(',') ?? [];
  for (const host of hosts) {
    if (isIP(host) === 0 && !HOST.test(host))
      throw new UsageError(`--host got ${quoted(host)}; allowed: a name or an address`);
  }
  for (const client of clients) {
    if (!CLIENT.test(client) || /^(ca|server)$/i.test(client)) {
      const allowed = 'up to 63 of A-Z a-z 0-9 . _ @ -, beginning with a letter or digit, and neither ca nor server';
      throw new UsageError(`--client got ${quoted(client)}; allowed: ${allowed}`);
    }
  }
  const days = daysOf(own.get('days'));
  const files = new Files(folder, force);
  const authority = readAuthority(files) ?? makeAuthority(files);
  const nowMs = Date.now();
  const validity = { fromMs: nowMs - BACKDATED_MS, toMs: Math.min(nowMs + days * DAY_MS, authority.validToMs) };
  if (!files.has('server.pem') || hosts.length > 0) makeServer(files, authority, hosts, validity);
  for (const client of new Set(clients))
    files.write(client, issueClient(client, authority.name, authority.key, validity));
  terminal.out(madeText(files, hosts[0] ?? 'localhost', clients, terminal.machine.workingDirectory));
  return 0;
}

function daysOf(text: string | undefined): number {
  if (text === undefined) return DAYS;
  const days = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (days >= 1 && days <= AUTHORITY_DAYS) return days;
  throw new UsageError(`--days got ${quoted(text)}; allowed: 1 to ${AUTHORITY_DAYS}`);
}

/** The authority in the folder; undefined when there is none. */
function readAuthority(files: Files): Authority | undefined {
  if (!files.has('ca.pem')) return undefined;
  const certificate = files.read('ca.pem', (text) => new X509Certificate(text));
  const key = files.read('ca.key', (text) => createPrivateKey(text));
  const name = OWN_NAME.exec(certificate.subject)?.[1];
  const validToMs = Date.parse(certificate.validTo);
  const problem =
    name === undefined
      ? 'this program did not make it and cannot sign with it'
      : !certificate.checkPrivateKey(key)
        ? 'ca.key is not its key'
        : validToMs <= Date.now()
          ? `it has expired (${certificate.validTo})`
          : undefined;
  if (problem === undefined && name !== undefined) return { name, key, validToMs };
  throw new StartError(
    `${files.path('ca.pem')} cannot be used: ${problem}.\n  To begin anew in another folder: --dir FOLDER`,
  );
}

function makeAuthority(files: Files): Authority {
  // Several authorities may lie in one trust store, so their names must differ.
  const name = `Hoopoe ${randomBytes(4).toString('hex')}`;
  const nowMs = Date.now();
  const toMs = nowMs + AUTHORITY_DAYS * DAY_MS;
  const issued = issueAuthority(name, { fromMs: nowMs - BACKDATED_MS, toMs });
  files.write('ca', issued);
  return { name, key: createPrivateKey(issued.key), validToMs: toMs };
}

function makeServer(files: Files, { name, key }: Authority, hosts: readonly string[], validity: Validity): void {
  const machine = HOST.test(hostname()) ? [hostname()] : [];
  const named = new Set([...hosts, ...LOCAL_HOSTS, ...(hosts.length === 0 ? machine : [])]);
  files.write('server', issueServer([...named], name, key, validity));
}

/** What lies in the folder, and what was made in this call. */
class Files {
  readonly folder: string;
  readonly made: string[] = [];
  readonly #force: boolean;

  constructor(folder: string, force: boolean) {
    this.folder = folder;
    this.#force = force;
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  has(name: string): boolean {
    return existsSync(this.path(name));
  }

  /** @throws StartError when the file cannot be read, or its text be understood */
  read<T>(name: string, understand: (text: string) => T): T {
    try {
      return understand(readFileSync(this.path(name), 'utf8'));
    } catch (cause) {
      throw new StartError(`${this.path(name)} cannot be used: ${(cause as Error).message}`, { cause });
    }
  }

  /** The key first, so that no certificate is without one. */
  write(name: string, { key, certificate }: Issued): void {
    const names = [`${name}.key`, `${name}.pem`] as const;
    const existing = names.find((each) => this.has(each));
    if (existing !== undefined && (!this.#force || name === 'ca')) {
      const hint = name === 'ca' ? 'To begin anew in another folder: --dir FOLDER' : 'To replace it: --force';
      throw new StartError(`${this.path(existing)} is there already.\n  ${hint}`);
    }
    try {
      mkdirSync(this.folder, { recursive: true, mode: 0o700 });
      writeWhole(this.path(names[0]), key);
      writeWhole(this.path(names[1]), certificate);
    } catch (cause) {
      throw new StartError(`${this.folder} cannot be written to: ${(cause as Error).message}`, { cause });
    }
    this.made.push(...names);
  }
}

/** The file is there as a whole or not at all, for its owner alone. */
function writeWhole(path: string, text: string): void {
  const temporary = `${path}.tmp`;
  rmSync(temporary, { force: true });
  writeFileSync(temporary, text, { flag: 'wx', mode: 0o600 });
  renameSync(temporary, path);
}

function madeText(files: Files, host: string, clients: readonly string[], workingDirectory: string): string {
  const path = (name: string): string => {
    const short = relative(workingDirectory, files.path(name));
    return short.startsWith('..') ? files.path(name) : short;
  };
  const [client] = clients;
  const login = client === undefined ? ' -u NAME -P PASSWORD' : '';
  const certified = client === undefined ? '' : ` --cert ${path(`${client}.pem`)} --key ${path(`${client}.key`)}`;
  const lines = [
    files.made.length === 0
      ? `Everything is there already in ${files.folder}`
      : `Made in ${files.folder}: ${files.made.join(' ')}`,
    '',
    'For the broker, in its configuration:',
    '',
    '  listeners:',
    '    mqtts:',
    "      host: '*'",
    `      certificate_file: ${files.path('server.pem')}`,
    `      key_file: ${files.path('server.key')}`,
    ...(client === undefined
      ? []
      : [
          `      ca_file: ${files.path('ca.pem')}`,
          '      require_certificate: true',
          '  access:',
          '    certificates: { type: x509 }',
        ]),
    '',
    client === undefined
      ? 'Clients log in as everywhere else: by a source of access, unless allow_anonymous is true.'
      : 'Each client is let in under the name in its certificate, without a password.',
    '',
    `For clients: ${path('ca.pem')}${client === undefined ? '' : ", and each client's own .pem and .key"}. Keep ca.key to yourself.`,
    '',
    `  mosquitto_pub -h ${host.replace('*', 'www')} -p 8883 --cafile ${path('ca.pem')}${certified}${login} -t test -m hello`,
    '',
  ];
  return lines.join('\n');
}

function show(file: string, { machine, out }: Terminal): number {
  const path = resolve(machine.workingDirectory, file);
  let certificates: X509Certificate[];
  try {
    certificates = certificatesIn(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new StartError(`${path} cannot be shown: ${(cause as Error).message}`, { cause });
  }
  if (certificates.length === 0) throw new StartError(`${path} holds no certificate in PEM`);
  for (const certificate of certificates) out(shownText(certificate, Date.now()));
  return certificates.some(({ validTo }) => Date.parse(validTo) <= Date.now()) ? 1 : 0;
}

function shownText(certificate: X509Certificate, nowMs: number): string {
  const { subject, issuer, subjectAltName, validFrom, validTo, fingerprint256, ca } = certificate;
  const days = Math.floor((Date.parse(validTo) - nowMs) / DAY_MS);
  const names = (text: string): string => text.split('\n').join(', ');
  const rows = [
    ['Subject', `${names(subject ?? '')}${ca ? ' (an authority)' : ''}`],
    ['Signed by', issuer === subject ? 'itself' : names(issuer)],
    ['Names', subjectAltName ?? 'none besides the subject'],
    ['Valid', `${validFrom} to ${validTo} (${days < 0 ? 'expired' : `${days} days left`})`],
    ['SHA-256', fingerprint256],
  ];
  return `${rows.map(([what, text]) => `${what!.padEnd(11)}${text}\n`).join('')}\n`;
}
