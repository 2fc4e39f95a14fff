/** Effects of keys of emqx.conf about TLS, certificates of clients, pre-shared keys, and listeners of WebSocket. */

import { execFileSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect as connectPlain } from 'node:net';
import { join } from 'node:path';
import { type ConnectionOptions, connect } from 'node:tls';
import { expect } from 'vitest';
import { createWebSocketStream, WebSocket } from 'ws';
import { Authority } from '../../listeners/authority.ts';
import { pause, until } from '../../listeners/listening.ts';
import { loaded } from '../emqx-homes.ts';
import { pskAnswer } from './access-effects.ts';
import { Guest } from './guest.ts';
import type { HomeEffect } from './home-effect.ts';
import { listenerOutside, topicOutside } from './home-mountpoint.ts';
import { writeHome } from './homes.ts';
import type { Place, Running } from './running.ts';

type Protocol = 'ssl' | 'wss';

/** An authority, a server and a client of it, all with keys of RSA, and Diffie-Hellman parameters. */
let made: Promise<Readonly<Record<string, string>>> | undefined;

async function make(): Promise<Readonly<Record<string, string>>> {
  const authority = new Authority({ subject: '/CN=Effects', rsa: true });
  const pump = authority.issue('pump');
  const stranger = new Authority({ subject: '/CN=Strangers' }).issue('pump');
  const group = ['-algorithm', 'DH', '-pkeyopt', 'group:ffdhe2048'];
  return {
    // The authority is the server, so that ciphers that need a key of RSA can be spoken.
    'etc/certs/cert.pem': authority.cert,
    'etc/certs/key.pem': readFileSync(authority.file('ca.key'), 'utf8'),
    'etc/certs/cacert.pem': authority.cert,
    'etc/certs/pump.pem': pump.cert,
    'etc/certs/pump.key': pump.key,
    'etc/certs/stranger.pem': stranger.cert,
    'etc/certs/stranger.key': stranger.key,
    'etc/certs/dh.pem': execFileSync('openssl', ['genpkey', '-genparam', ...group]).toString(),
  };
}

async function certificates(place: Place): Promise<void> {
  made ??= make();
  writeHome(await made, place);
}

const SECURE = (protocol: Protocol): string => `listener.${protocol}.external = 127.0.0.1:{other}
listener.${protocol}.external.certfile = etc/certs/cert.pem
listener.${protocol}.external.keyfile = etc/certs/key.pem
`;

const fileOf = ({ path }: Running, name: string): string => readFileSync(join(path, 'etc/certs', name), 'utf8');
const shown = (b: Running, name: string): ConnectionOptions => ({
  cert: fileOf(b, `${name}.pem`),
  key: fileOf(b, `${name}.key`),
});

/** The answer to CONNECT, or that there is none. */
async function over(
  protocol: Protocol,
  { otherPort }: Running,
  options: ConnectionOptions = {},
  fields: object = {},
): Promise<number | 'closed'> {
  const tls: ConnectionOptions = { rejectUnauthorized: false, ...options };
  if (protocol === 'ssl') {
    return await new Guest(connect({ port: otherPort, host: '127.0.0.1', ...tls })).connect(fields);
  }
  const socket = new WebSocket(`wss://127.0.0.1:${otherPort}/mqtt`, 'mqtt', tls);
  return await new Guest(createWebSocketStream(socket)).connect(fields);
}

interface Writing {
  readonly protocol: Protocol;
  line(option: string, value: string): string;
  row(
    names: readonly string[],
    lines: string,
    see: HomeEffect['see'],
    outcome: { readonly with: unknown; readonly without: unknown },
    more?: Partial<HomeEffect>,
  ): HomeEffect;
}

const writing = (protocol: Protocol): Writing => ({
  protocol,
  line: (option, value) => `listener.${protocol}.external.${option} = ${value}\n`,
  row: (names, lines, see, outcome, more = {}) => ({
    keys: names.map((name) => `listener.ssl|wss.$name.${name}`),
    lines,
    texts: { 'etc/emqx.conf': SECURE(protocol) },
    prepare: certificates,
    see,
    ...outcome,
    ...more,
  }),
});

/** Who the server is, and whether clients have to say who they are. */
function certificateRows({ protocol, line, row }: Writing): readonly HomeEffect[] {
  const trusting = line('verify', 'verify_peer') + line('cacertfile', 'etc/certs/cacert.pem');
  /** What becomes of clients with the right certificate, with that of a stranger, and with none. */
  const threeClients: HomeEffect['see'] = async (b) => [
    await over(protocol, b, shown(b, 'pump')),
    await over(protocol, b, shown(b, 'stranger')),
    await over(protocol, b),
  ];
  return [
    row(
      ['certfile', 'keyfile'],
      line('certfile', 'etc/certs/cert.pem') + line('keyfile', 'etc/certs/key.pem'),
      // Without them the broker makes its own, which nobody has heard of.
      (b) =>
        over(protocol, b, {
          ca: fileOf(b, 'cert.pem'),
          rejectUnauthorized: true,
          checkServerIdentity: () => undefined,
        }),
      { with: 0, without: 'closed' },
      { texts: { 'etc/emqx.conf': `listener.${protocol}.external = 127.0.0.1:{other}\n` } },
    ),
    row(
      ['verify', 'cacertfile'],
      trusting,
      threeClients,
      { with: [0, 'closed', 0], without: [0, 0, 0] },
      { otherwise: line('verify', 'verify_none') + line('cacertfile', 'etc/certs/cacert.pem') },
    ),
    row(
      ['cacertfile'],
      trusting,
      threeClients,
      { with: [0, 'closed', 0], without: expect.stringContaining('verify_peer needs') },
      { otherwise: line('verify', 'verify_peer') },
    ),
    row(
      ['fail_if_no_peer_cert'],
      trusting + line('fail_if_no_peer_cert', 'true'),
      threeClients,
      { with: [0, 'closed', 'closed'], without: [0, 'closed', 0] },
      { otherwise: trusting },
    ),
  ];
}

/** What is agreed on in a handshake, and how long it may take. */
function handshakeRows({ protocol, line, row }: Writing): readonly HomeEffect[] {
  const withCipher = (ciphers: string, more: ConnectionOptions = {}): HomeEffect['see'] => {
    return (b) => over(protocol, b, { ciphers, maxVersion: 'TLSv1.2', ...more });
  };
  return [
    row(
      ['tls_versions'],
      line('tls_versions', 'tlsv1.3'),
      async (b) => [
        await over(protocol, b, { maxVersion: 'TLSv1.2' }),
        await over(protocol, b, { minVersion: 'TLSv1.3' }),
      ],
      { with: ['closed', 0], without: [0, 0] },
    ),
    row(
      ['tls_versions'],
      line('tls_versions', 'tlsv1.2,tlsv1.1'),
      async (b) => [
        await over(protocol, b, { maxVersion: 'TLSv1.2' }),
        await over(protocol, b, { minVersion: 'TLSv1.3' }),
      ],
      { with: [0, 'closed'], without: [0, 0] },
    ),
    row(['ciphers'], line('ciphers', 'ECDHE-RSA-AES256-GCM-SHA384'), withCipher('ECDHE-RSA-AES128-GCM-SHA256'), {
      with: 'closed',
      without: 0,
    }),
    row(
      ['ciphers'],
      line('ciphers', 'TLS_AES_256_GCM_SHA384,ECDHE-RSA-AES128-GCM-SHA256'),
      withCipher('TLS_AES_128_GCM_SHA256', { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3' }),
      { with: 'closed', without: 0 },
    ),
    row(
      ['dhfile'],
      line('dhfile', 'etc/certs/dh.pem') + line('ciphers', 'DHE-RSA-AES128-GCM-SHA256'),
      withCipher('DHE-RSA-AES128-GCM-SHA256'),
      { with: 0, without: 'closed' },
      { otherwise: line('ciphers', 'DHE-RSA-AES128-GCM-SHA256') },
    ),
    row(
      ['handshake_timeout'],
      line('handshake_timeout', '300ms'),
      async ({ otherPort }) => {
        const socket = connectPlain({ port: otherPort, host: '127.0.0.1' });
        let isClosed = false;
        socket.on('close', () => {
          isClosed = true;
        });
        socket.on('error', () => {});
        await pause(1200);
        socket.destroy();
        return isClosed;
      },
      { with: true, without: false },
    ),
  ];
}

/** What the others are told of a client that calls itself `said` in both names. */
async function namesOf(b: Running): Promise<{ username: string; clientid: string }> {
  const watcher = await b.guest({ connect: { clientId: 'watcher' } });
  await watcher.subscribe('$SYS/brokers/+/clients/+/connected');
  const answer = await over('ssl', b, shown(b, 'pump'), { clientId: 'said', username: 'said' });
  if (answer !== 0) throw new TypeError(`CONNECT was answered with ${answer}`);
  await until(() => watcher.publishes.length > 0, 'news of the client', 8000);
  return JSON.parse(watcher.payloads[0] ?? '') as { username: string; clientid: string };
}

const PEER = `${SECURE('ssl')}listener.ssl.external.verify = verify_peer
listener.ssl.external.cacertfile = etc/certs/cacert.pem
`;

/** The forms of a certificate as a name. */
const names: Readonly<Record<string, (certificate: X509Certificate) => string>> = {
  cn: () => 'pump',
  dn: () => 'CN=pump',
  crt: ({ raw }) => raw.toString('base64'),
  pem: (certificate) => certificate.toString(),
  md5: ({ raw }) => createHash('md5').update(raw).digest('hex'),
};

const identified = (part: 'username' | 'clientid', form: string): Omit<HomeEffect, 'see' | 'with' | 'without'> => ({
  keys: [`listener.tcp|ssl|ws|wss.$name.peer_cert_as_${part}`],
  lines: `listener.ssl.external.peer_cert_as_${part} = ${form}\n`,
  texts: { 'etc/emqx.conf': PEER },
  prepare: certificates,
});

const named = (part: 'username' | 'clientid', form: string): HomeEffect => ({
  ...identified(part, form),
  see: async (b) => {
    const seen = (await namesOf(b))[part];
    const expected = names[form]?.(new X509Certificate(fileOf(b, 'pump.pem')));
    return seen === expected ? `the ${form}` : seen;
  },
  with: `the ${form}`,
  without: 'said',
});

/** Of a Client Identifier that cannot stand in a topic nobody is told, but the second client takes the first one's place. */
const takenOver = (form: string): HomeEffect => ({
  ...identified('clientid', form),
  see: async (b) => {
    const first = new Guest(
      connect({ port: b.otherPort, host: '127.0.0.1', rejectUnauthorized: false, ...shown(b, 'pump') }),
    );
    await first.connect({ clientId: 'first' });
    const answer = await over('ssl', b, shown(b, 'pump'), { clientId: 'second' });
    await pause(100);
    return [answer, first.isClosed];
  },
  with: [0, true],
  without: [0, false],
});

const peerRows: readonly HomeEffect[] = [
  ...Object.keys(names).map((form) => named('username', form)),
  ...['cn', 'dn', 'md5'].map((form) => named('clientid', form)),
  ...['crt', 'pem'].map(takenOver),
];

const KEYS = {
  'etc/psk.txt': 'pump:key one\n',
  'etc/others.txt': 'pump:key two\n',
  'etc/arrows.txt': 'pump->key one\n',
  'etc/plugins/emqx_psk_file.conf': '',
  'data/loaded_plugins': loaded('emqx_psk_file'),
};
const keyed = (key: string): string => Buffer.from(key).toString('hex');
const PSK = 'listener.ssl.external.psk_ciphers = PSK-AES128-CBC-SHA,PSK-AES256-CBC-SHA\n';
const twoKeys: HomeEffect['see'] = async ({ otherPort }) => [
  await pskAnswer(otherPort, keyed('key one')),
  await pskAnswer(otherPort, keyed('key two')),
];

const pskRows: readonly HomeEffect[] = [
  {
    keys: ['listener.ssl|wss.$name.psk_ciphers'],
    lines: PSK,
    texts: { 'etc/emqx.conf': 'listener.ssl.external = 127.0.0.1:{other}\n', ...KEYS },
    see: twoKeys,
    with: [0, 'closed'],
    without: ['closed', 'closed'],
  },
  {
    keys: ['listener.ssl|wss.$name.psk_ciphers'],
    lines: 'listener.ssl.external.psk_ciphers = RSA-PSK-AES256-GCM-SHA384,RSA-PSK-AES128-CBC-SHA\n',
    texts: { 'etc/emqx.conf': SECURE('ssl'), ...KEYS },
    prepare: certificates,
    see: async ({ otherPort }) => [
      await pskAnswer(otherPort, keyed('key one'), 'pump', 'RSA-PSK-AES256-GCM-SHA384'),
      await pskAnswer(otherPort, keyed('key two'), 'pump', 'RSA-PSK-AES256-GCM-SHA384'),
    ],
    with: [0, 'closed'],
    without: ['closed', 'closed'],
  },
  {
    keys: ['psk.file.path'],
    lines: 'psk.file.path = etc/others.txt\n',
    texts: { 'etc/emqx.conf': `listener.ssl.external = 127.0.0.1:{other}\n${PSK}`, ...KEYS },
    see: twoKeys,
    with: ['closed', 0],
    without: [0, 'closed'],
  },
  {
    keys: ['psk.file.delimiter'],
    lines: 'psk.file.delimiter = ->\npsk.file.path = etc/arrows.txt\n',
    otherwise: 'psk.file.path = etc/arrows.txt\n',
    texts: { 'etc/emqx.conf': `listener.ssl.external = 127.0.0.1:{other}\n${PSK}`, ...KEYS },
    see: twoKeys,
    with: [0, 'closed'],
    without: 'no start',
  },
];

/** Whether a web page, of that origin where one is given, gets a connection. */
async function page({ otherPort }: Running, path: string, origin?: string): Promise<number | 'closed'> {
  const socket = new WebSocket(`ws://127.0.0.1:${otherPort}${path}`, 'mqtt', origin === undefined ? {} : { origin });
  return await new Guest(createWebSocketStream(socket)).connect();
}

const WEB = 'listener.ws.external = 127.0.0.1:{other}\n';
const origins: HomeEffect['see'] = async (b) => [
  await page(b, '/mqtt', 'http://good.example'),
  await page(b, '/mqtt', 'http://bad.example'),
  await page(b, '/mqtt'),
];
const CHECKED = `listener.ws.external.check_origin_enable = true
listener.ws.external.check_origins = http://good.example, http://fine.example
`;

const webRows: readonly HomeEffect[] = [
  {
    keys: ['listener.ws|wss.$name.mqtt_path'],
    lines: 'listener.ws.external.mqtt_path = /devices\n',
    texts: { 'etc/emqx.conf': WEB },
    see: async (b) => [await page(b, '/devices'), await page(b, '/mqtt')],
    with: [0, 'closed'],
    without: ['closed', 0],
  },
  {
    keys: ['listener.ws|wss.$name.check_origin_enable'],
    lines: CHECKED,
    otherwise: CHECKED.replace('= true', '= false'),
    texts: { 'etc/emqx.conf': WEB },
    see: origins,
    with: [0, 'closed', 0],
    without: [0, 0, 0],
  },
  {
    keys: ['listener.ws|wss.$name.check_origins'],
    lines: CHECKED,
    otherwise: CHECKED.replace('good', 'bad'),
    texts: { 'etc/emqx.conf': WEB },
    see: origins,
    with: [0, 'closed', 0],
    without: ['closed', 0, 0],
  },
];

/** 2.3 had a mountpoint for each listener. */
const mountRow: HomeEffect = {
  keys: ['listener.tcp|ssl|ws|wss.$name.mountpoint'],
  lines: 'listener.tcp.external.mountpoint = site/%c/\n',
  texts: listenerOutside,
  see: topicOutside,
  with: 'site/guest/t',
  without: 't',
};

export const secureEffects: readonly HomeEffect[] = [
  ...(['ssl', 'wss'] as const).map(writing).flatMap((one) => [...certificateRows(one), ...handshakeRows(one)]),
  ...peerRows,
  ...pskRows,
  ...webRows,
  mountRow,
];
