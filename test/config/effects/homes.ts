/** Home directories of EMQX that run in this process, with the ports of a place. */

import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { loadSettings } from '../../../src/config/load.ts';
import { ensureCertificates } from '../../../src/listeners/certificates.ts';
import { folder } from '../../listeners/listening.ts';
import { root } from '../../structure/source-tree.ts';
import { confText, type Place, type Running, runningOf } from './running.ts';

/** Texts by their paths below the directory. */
export type HomeTexts = Readonly<Record<string, string>>;

let certificates: Promise<{ cert: string; key: string; ca: string }> | undefined;

/** Pairs of a certificate and a key, and their authority, made once. */
export function certificateFiles(): Promise<{ cert: string; key: string; ca: string }> {
  certificates ??= ensureCertificates(folder(), Date.now());
  return certificates;
}

export function writeHome(texts: HomeTexts, place: Place): void {
  for (const [file, text] of Object.entries(texts)) {
    const path = join(place.path, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, confText(text, place));
  }
}

/**
 * What EMQX 4.3 is installed with: `mqtt:tcp:external` has the port of the place and `mqtt:tcp:internal` the other one.
 * @param more lines behind the main file
 */
export async function writeStockHome(place: Place, more: string = ''): Promise<void> {
  cpSync(join(root, 'test/config/emqx-4.3'), place.path, { recursive: true });
  const conf = readFileSync(join(place.path, 'etc/emqx.conf'), 'utf8')
    .replace(/^(listener\.tcp\.external) = .*$/m, '$1 = 127.0.0.1:{port}')
    .replace(/^(listener\.tcp\.internal) = .*$/m, '$1 = 127.0.0.1:{other}')
    .replace(/^(listener\.(?:ssl|ws|wss)\.external) = .*$/gm, '$1 = 127.0.0.1:0');
  const { cert, key, ca } = await certificateFiles();
  writeHome(
    {
      'etc/emqx.conf': `${conf}\n${more}\n`,
      'etc/certs/cert.pem': cert,
      'etc/certs/key.pem': key,
      'etc/certs/cacert.pem': ca,
    },
    place,
  );
}

/** The directory of a place, as it stands there. @throws ConfigError */
export async function startHome(place: Place): Promise<Running> {
  const { path } = place;
  const machine = { platform: 'linux', environment: {}, homeDirectory: path, workingDirectory: path, root: false };
  const loaded = await loadSettings({ file: path, flags: [], ports: [], machine, dialect: 'emqx' });
  return await runningOf(loaded, place, path, () => startHome(place));
}
