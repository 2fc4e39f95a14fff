/** A certificate for clients, which is its own authority, in files for the tests of one file. */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface ClientFiles {
  /** As PEM. */
  readonly authority: string;
  /** What stands for names in lines. */
  readonly values: { readonly clientcert: string; readonly clientkey: string };
  remove(): void;
}

export function clientFiles(commonName: string): ClientFiles {
  const path = mkdtempSync(join(tmpdir(), 'client-files-'));
  const [clientcert, clientkey] = [join(path, 'cert.pem'), join(path, 'key.pem')];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const files = ['-keyout', clientkey, '-out', clientcert, '-subj', `/CN=${commonName}`, '-days', '2'];
  execFileSync('openssl', ['req', '-x509', ...curve, ...files], { stdio: 'ignore' });
  return {
    authority: readFileSync(clientcert, 'utf8'),
    values: { clientcert, clientkey },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}
