/** What the keys of the plugins do that ask or tell a service on the web. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { ensureCertificates } from '../../../src/listeners/certificates.ts';
import { pem } from '../../access/tokens.ts';
import { lacks, needing } from '../../clients/programs.ts';
import { http } from '../../config/effects/served/http-effects.ts';
import { jwt, keySet } from '../../config/effects/served/jwt-effects.ts';
import { type Served, servedTests } from '../../config/effects/served/served-effect.ts';
import { WebServers } from '../../config/effects/served/web-servers.ts';
import { webhook } from '../../config/effects/served/webhook-effects.ts';
import { type ClientFiles, clientFiles } from './client-files.ts';

const path = mkdtempSync(join(tmpdir(), 'emqx-web-'));

let served: Served<WebServers>;
let files: ClientFiles;

beforeAll(async () => {
  if (lacks('openssl')) return;
  files = clientFiles('certified');
  const { cert, key, caPath } = await ensureCertificates(join(path, 'certificates'), Date.now());
  const server = await WebServers.open({ cert, key, clients: files.authority });
  server.texts.set('/keys', await keySet('rsa'));
  const pubkey = join(path, 'public.pem');
  writeFileSync(pubkey, pem('rsa'));
  const values = {
    plain: server.plain.url,
    secure: server.secure.url,
    strict: server.strict.url,
    silent: `https://127.0.0.1:${server.silentPort}`,
    ca: caPath,
    pubkey,
  };
  served = { server, values: { ...values, ...files.values } };
});

afterAll(async () => {
  await served?.server.close();
  files?.remove();
  rmSync(path, { recursive: true, force: true });
});

describe.skipIf(lacks('openssl'))(needing('openssl', 'keys of'), () => {
  describe('emqx_auth_http', () => servedTests(http, () => served));
  describe('emqx_auth_jwt', () => servedTests(jwt, () => served));
  describe('emqx_web_hook', () => servedTests(webhook, () => served));
});
