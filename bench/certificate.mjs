/** Makes a certificate for the loopback address that lives as long as the benchmark runs. */

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** @param {string} folder @returns {{ key: string, certificate: string } | undefined} PEM files; undefined without openssl */
export function makeCertificate(folder) {
  const key = join(folder, 'key.pem');
  const certificate = join(folder, 'certificate.pem');
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const name = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  try {
    execFileSync('openssl', ['req', '-x509', ...kind, ...name, '-keyout', key, '-out', certificate], {
      stdio: 'ignore',
    });
    return { key, certificate };
  } catch {
    return undefined;
  }
}
