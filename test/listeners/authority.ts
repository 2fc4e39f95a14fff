/** An authority of openssl's in a folder of the test: certificates that it signs, takes back, and lists of those. */

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folder } from './listening.ts';

export interface TestCertificate {
  readonly cert: string;
  readonly key: string;
}

export interface AuthorityOptions {
  /** Default `/CN=Test Authority`. */
  readonly subject?: string;
  /** RSA instead of a curve. */
  readonly rsa?: boolean;
  /** Who signs it; itself unless given. */
  readonly by?: Authority;
}

const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
const config = (path: string): string => `[ca]
default_ca = test
[test]
database = ${path}/index.txt
serial = ${path}/serial
crlnumber = ${path}/crlnumber
new_certs_dir = ${path}
certificate = ${path}/ca.pem
private_key = ${path}/ca.key
default_md = sha256
default_days = 30
default_crl_days = 30
policy = any
copy_extensions = copy
unique_subject = no
[any]
commonName = supplied
organizationName = optional
[authority]
basicConstraints = critical,CA:true
[req]
distinguished_name = dn
[dn]
`;

export class Authority {
  readonly path: string = folder();
  readonly cert: string;

  constructor({ subject = '/CN=Test Authority', rsa = false, by }: AuthorityOptions = {}) {
    const { path } = this;
    writeFileSync(join(path, 'index.txt'), '');
    writeFileSync(join(path, 'serial'), '01');
    writeFileSync(join(path, 'crlnumber'), '01');
    writeFileSync(join(path, 'ca.cnf'), config(path));
    const key = rsa ? ['-newkey', 'rsa:2048', '-nodes'] : curve;
    const files = ['-keyout', this.file('ca.key'), '-config', this.file('ca.cnf'), '-subj', subject];
    if (by === undefined) {
      this.#run(
        'req',
        '-x509',
        ...key,
        ...files,
        '-out',
        this.file('ca.pem'),
        '-days',
        '30',
        '-extensions',
        'authority',
      );
    } else {
      this.#run('req', ...key, ...files, '-out', this.file('ca.csr'));
      by.#sign(this.file('ca.csr'), this.file('ca.pem'), '-extensions', 'authority');
    }
    this.cert = readFileSync(this.file('ca.pem'), 'utf8');
  }

  file(name: string): string {
    return join(this.path, name);
  }

  /** @param names Subject Alternative Names such as `DNS:a.example.org` */
  issue(commonName: string, names: string = ''): TestCertificate {
    const [key, csr, pem] = ['key', 'csr', 'pem'].map((end) => this.file(`${commonName}.${end}`)) as [
      string,
      string,
      string,
    ];
    const extension = names === '' ? [] : ['-addext', `subjectAltName=${names}`];
    const config = ['-config', this.file('ca.cnf'), '-subj', `/CN=${commonName}`];
    this.#run('req', ...curve, '-keyout', key, '-out', csr, ...config, ...extension);
    this.#sign(csr, pem);
    return { cert: readFileSync(pem, 'utf8'), key: readFileSync(key, 'utf8') };
  }

  revoke(commonName: string): void {
    this.#run('ca', '-config', this.file('ca.cnf'), '-revoke', this.file(`${commonName}.pem`));
  }

  /** The list of now. @param more further arguments of `openssl ca -gencrl` */
  list(...more: readonly string[]): string {
    this.#run('ca', '-config', this.file('ca.cnf'), '-gencrl', '-out', this.file('crl.pem'), ...more);
    return readFileSync(this.file('crl.pem'), 'utf8');
  }

  #sign(csr: string, out: string, ...more: readonly string[]): void {
    this.#run('ca', '-batch', '-notext', '-config', this.file('ca.cnf'), '-in', csr, '-out', out, ...more);
  }

  #run(...args: readonly string[]): void {
    execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  }
}
