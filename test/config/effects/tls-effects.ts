/** Effects of the options of mosquitto.conf that a listener of TLS has. */

import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ConnectionOptions, connect } from 'node:tls';
import { Authority } from '../../listeners/authority.ts';
import { pskAnswer } from './access-effects.ts';
import { type Effect, LISTEN, refusedBecause } from './effect.ts';
import { Guest } from './guest.ts';
import type { Place, Running } from './running.ts';

const SECURE = `${LISTEN}certfile {dir}/server.pem\nkeyfile {dir}/server.key\n`;
const ASKING = `${SECURE}cafile {dir}/ca.pem\nrequire_certificate true\n`;

/** An authority, a server of it, and a client `pump` with the files `pump.pem` and `pump.key`. */
function certificates({ path }: Place, isRsa: boolean = false): Authority {
  const authority = new Authority({ subject: '/CN=Effects', rsa: isRsa });
  const server = isRsa ? authority : undefined;
  for (const name of ['server', 'pump']) {
    const issued = authority.issue(name, 'DNS:localhost,IP:127.0.0.1');
    writeFileSync(join(path, `${name}.pem`), issued.cert);
    writeFileSync(join(path, `${name}.key`), issued.key, { mode: 0o600 });
  }
  writeFileSync(join(path, 'ca.pem'), authority.cert);
  // With a key of RSA, which ciphers with Diffie-Hellman need, the authority is the server.
  if (server !== undefined) {
    writeFileSync(join(path, 'server.pem'), server.cert);
    execFileSync('cp', [server.file('ca.key'), join(path, 'server.key')]);
  }
  mkdirSync(join(path, 'authorities'));
  writeFileSync(join(path, 'authorities/ca.pem'), authority.cert);
  return authority;
}

interface Seen {
  readonly answer: number | 'closed';
  readonly version: string | null;
  readonly cipher: string;
}

async function over(b: Running, options: ConnectionOptions = {}): Promise<Seen> {
  const socket = connect({ port: b.port, host: '127.0.0.1', rejectUnauthorized: false, ...options });
  const guest = new Guest(socket);
  const answer = await guest.connect();
  return { answer, version: socket.getProtocol(), cipher: socket.getCipher()?.name ?? '' };
}

const readIn = (b: Running, name: string): string => execFileSync('cat', [join(b.path, name)], { encoding: 'utf8' });

/** As the client whose certificate the authority has signed. */
const known = (b: Running): ConnectionOptions => ({ cert: readIn(b, 'pump.pem'), key: readIn(b, 'pump.key') });

const answerOf = async (b: Running, options: ConnectionOptions = {}): Promise<unknown> =>
  (await over(b, options)).answer;

/** Whether a client with the right certificate may publish where one user may alone. */
async function mayPublish(b: Running): Promise<unknown> {
  const socket = connect({ port: b.port, host: '127.0.0.1', rejectUnauthorized: false, ...known(b) });
  const guest = new Guest(socket);
  if ((await guest.connect()) !== 0) return 'not let in';
  await guest.publish('t', 'x', { qos: 1 });
  return (await guest.first('puback'))?.reasonCode;
}

const prepare = (place: Place): unknown => certificates(place);

export const tlsEffects: readonly Effect[] = [
  {
    option: 'certfile',
    line: 'certfile {dir}/server.pem',
    conf: `${LISTEN}keyfile {dir}/server.key\nLINE\n`,
    prepare,
    see: (b) => answerOf(b),
    with: 0,
    without: refusedBecause('keyfile needs certfile as well'),
  },
  {
    option: 'keyfile',
    line: 'keyfile {dir}/server.key',
    conf: `${LISTEN}certfile {dir}/server.pem\nLINE\n`,
    prepare,
    see: (b) => answerOf(b),
    with: 0,
    without: refusedBecause('certfile needs keyfile as well'),
  },
  {
    option: 'cafile',
    line: 'cafile {dir}/ca.pem',
    conf: `${SECURE}require_certificate true\nLINE\n`,
    prepare,
    see: async (b) => [await answerOf(b, known(b)), await answerOf(b)],
    with: [0, 'closed'],
    without: refusedBecause('require_certificate needs cafile or capath'),
  },
  {
    option: 'capath',
    line: 'capath {dir}/authorities',
    conf: `${SECURE}require_certificate true\nLINE\n`,
    prepare,
    see: async (b) => [await answerOf(b, known(b)), await answerOf(b)],
    with: [0, 'closed'],
    without: refusedBecause('require_certificate needs cafile or capath'),
  },
  {
    option: 'require_certificate',
    line: 'require_certificate true',
    conf: `${SECURE}cafile {dir}/ca.pem\nLINE\n`,
    prepare,
    see: async (b) => [await answerOf(b, known(b)), await answerOf(b)],
    with: [0, 'closed'],
    without: [0, 0],
  },
  {
    option: 'crlfile',
    line: 'crlfile {dir}/crl.pem',
    conf: `${ASKING}LINE\n`,
    prepare: (place) => {
      const authority = certificates(place);
      authority.revoke('pump');
      writeFileSync(join(place.path, 'crl.pem'), authority.list());
    },
    see: (b) => answerOf(b, known(b)),
    with: 'closed',
    without: 0,
  },
  {
    option: 'ciphers',
    line: 'ciphers ECDHE-ECDSA-AES256-GCM-SHA384',
    conf: `${SECURE}LINE\n`,
    prepare,
    see: (b) => answerOf(b, { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' }),
    with: 'closed',
    without: 0,
  },
  {
    option: 'ciphers_tls1.3',
    line: 'ciphers_tls1.3 TLS_AES_256_GCM_SHA384',
    conf: `${SECURE}LINE\n`,
    prepare,
    see: (b) => answerOf(b, { minVersion: 'TLSv1.3', ciphers: 'TLS_AES_128_GCM_SHA256' }),
    with: 'closed',
    without: 0,
  },
  {
    option: 'dhparamfile',
    line: 'dhparamfile {dir}/dh.pem',
    conf: `${SECURE}LINE\n`,
    prepare: (place) => {
      certificates(place, true);
      const group = ['-algorithm', 'DH', '-pkeyopt', 'group:ffdhe2048'];
      execFileSync('openssl', ['genpkey', '-genparam', ...group, '-out', join(place.path, 'dh.pem')]);
    },
    see: async (b) => (await over(b, { maxVersion: 'TLSv1.2', ciphers: 'DHE-RSA-AES128-GCM-SHA256' })).cipher,
    with: 'DHE-RSA-AES128-GCM-SHA256',
    without: '',
  },
  {
    option: 'tls_version',
    line: 'tls_version tlsv1.3',
    conf: `${SECURE}LINE\n`,
    prepare,
    see: async (b) => [await answerOf(b, { maxVersion: 'TLSv1.2' }), (await over(b)).version],
    with: ['closed', 'TLSv1.3'],
    without: [0, 'TLSv1.3'],
  },
  {
    option: 'use_identity_as_username',
    line: 'use_identity_as_username true',
    conf: `${ASKING}acl_file {dir}/acl\nLINE\n`,
    prepare: (place) => {
      certificates(place);
      writeFileSync(join(place.path, 'acl'), 'user pump\ntopic write t\n');
    },
    see: mayPublish,
    with: 0x10,
    without: 0x87,
  },
  {
    option: 'use_identity_as_username',
    line: 'use_identity_as_username true',
    conf: `listener {port} 127.0.0.1\npsk_hint here\npsk_file {dir}/psk\nLINE\n`,
    prepare: ({ path }) => writeFileSync(join(path, 'psk'), 'pump:00ff00ff\n'),
    // Whose identity is no user name is anonymous.
    see: (b) => pskAnswer(b.port, '00ff00ff'),
    with: 0,
    without: 0x87,
  },
  {
    option: 'use_subject_as_username',
    line: 'use_subject_as_username true',
    conf: `${ASKING}acl_file {dir}/acl\nLINE\n`,
    prepare: (place) => {
      certificates(place);
      writeFileSync(join(place.path, 'acl'), 'user CN=pump\ntopic write t\n');
    },
    see: mayPublish,
    with: 0x10,
    without: 0x87,
  },
];
