/**
 * What every key of EMQX 4.3 does to those who talk to the broker. Each is looked at in a broker that a home directory with
 * it starts, and in one that the same directory without it starts.
 */

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { StartError } from '../../src/cli/start-error.ts';
import type { KeyRow } from '../../src/config/emqx/key-row.ts';
import { keyRows } from '../../src/config/emqx/keys/all.ts';
import { protocolKeys } from '../../src/config/emqx/keys/protocol.ts';
import { keywords } from '../../src/config/mosquitto/keywords.ts';
import { ListenerError } from '../../src/listeners/error.ts';
import { accessEffects } from './effects/home-access-effects.ts';
import { homeBridgeEffects } from './effects/home-bridge-effects.ts';
import { brokerEffects, logEffects } from './effects/home-broker-effects.ts';
import type { HomeEffect } from './effects/home-effect.ts';
import { listenerEffects, protocolEffects } from './effects/home-effects.ts';
import { webEffects, webhookEffects } from './effects/home-web-effects.ts';
import { startHome, writeHome } from './effects/homes.ts';
import { newPlace } from './effects/running.ts';

const effects: readonly HomeEffect[] = [
  ...protocolEffects,
  ...listenerEffects,
  ...accessEffects,
  ...brokerEffects,
  ...logEffects,
  ...webEffects,
  ...webhookEffects,
  ...homeBridgeEffects,
];

const base = `allow_anonymous = true
acl_nomatch = allow
listener.tcp.external = 127.0.0.1:{port}
`;

/** The forms in which a key of the protocol is written: for one zone, and for all of them where there is such a form. */
function linesOf({ keys, value = '', lines }: HomeEffect): readonly string[] {
  if (lines !== undefined) return [lines];
  const [key = ''] = keys;
  const row = protocolKeys.get(key);
  if (row === undefined) return [`${key} = ${value}\n`];
  const zoned = `zone.external.${key} = ${value}\n`;
  return row.global === undefined ? [zoned] : [zoned, `${row.global}.${key} = ${value}\n`];
}

/** What is seen of a broker with these lines. */
async function seen({ texts = {}, prepare, see }: HomeEffect, lines: string): Promise<unknown> {
  const place = await newPlace();
  const conf = `${base}${texts['etc/emqx.conf'] ?? ''}${lines}`;
  writeHome({ 'etc/acl.conf': '{allow, all}.\n', ...texts, 'etc/emqx.conf': conf }, place);
  await prepare?.(place);
  const running = await startHome(place).catch((error: unknown) => {
    if (error instanceof StartError || error instanceof ListenerError) return undefined;
    throw error;
  });
  if (running === undefined) return 'no start';
  try {
    return await see(running);
  } finally {
    await running.stop();
  }
}

it.each(effects.map((effect) => [effect.keys.join(', '), effect] as const))('%s', async (_keys, effect) => {
  for (const lines of linesOf(effect)) expect(await seen(effect, lines), lines).toEqual(effect.with);
  expect(await seen(effect, effect.otherwise ?? '')).toEqual(effect.without);
});

/** Keys whose native option is seen in the tables about mosquitto.conf, or in a test of its own: the file and a title in it. */
const elsewhere: readonly (readonly [keys: RegExp, file: string, title: string])[] = [
  [
    /^listener\.[^.]+\.\$name\.peer_cert_as_/,
    'test/clients/certificate-names.test.ts',
    'puts their names in the place',
  ],
  [/^listener\.[^.]+\.\$name\.mountpoint$/, 'test/config/emqx-listeners.test.ts', 'mountpoint'],
  [
    /^listener\.ssl\|wss\.\$name\.(verify|cacertfile|certfile|keyfile|fail_if_no_peer_cert)$/,
    'test/system/emqx-home.test.ts',
    'asks for certificates as notes about EMQX set it up',
  ],
  [/^listener\.ssl\|wss\.\$name\.psk_ciphers$|^psk\.file\./, 'test/config/emqx-listeners.test.ts', 'psk'],
  [/^listener\.ssl\|wss\.\$name\.(ciphers|tls_versions)$/, 'test/config/mosquitto-effects.test.ts', 'tlsEffects'],
  [
    /^listener\.ssl\|wss\.\$name\.handshake_timeout$/,
    'src/listeners/tls.test.ts',
    'cuts a handshake that takes too long',
  ],
  [/^listener\.ws\|wss\.\$name\.(mqtt_path|check_origin)/, 'src/listeners/websocket.test.ts', 'origin'],
  [/^auth\.pgsql\..*ssl/, 'test/system/sql-postgresql-failures.test.ts', 'is encrypted, and only with a server'],
  [/^auth\.pgsql\./, 'test/system/sql-postgresql.test.ts', 'let in who the lesson lets in'],
  [/^auth\.mysql\.(.*ssl|query_timeout|pool)/, 'test/system/sql-mysql.test.ts', 'is encrypted, and only with a server'],
  [/^auth\.mysql\./, 'test/system/documents-mysql.test.ts', 'lets its sample user in'],
  [/^auth\.redis\.(ssl|type|server|sentinel)/, 'test/system/redis-connections.test.ts', 'sentinel'],
  [/^auth\.redis\./, 'test/system/redis.test.ts', 'let in whose password is stored there'],
  [/^auth\.http\.(ssl|timeout|connect_timeout|pool_size)/, 'test/access/http.test.ts', 'must have a certificate'],
  [/^auth\.jwt\.jwks|^auth\.jwt\.ssl/, 'test/access/jwt-key-set.test.ts', 'is fetched when it is needed'],
  [/^auth\.jwt\./, 'test/access/jwt.test.ts', 'lets in whom the secret vouches for'],
  [/^web\.hook\.ssl\./, 'test/system/webhook.test.ts', 'webhook'],
  [/^(dashboard|management)\./, 'test/system/emqx-texts.test.ts', 'the ports of the dashboard and of the API'],
];

const seenNatively = new Set(keywords.flatMap((one) => (one.effect === 'options' ? one.paths : [])));

it('are all looked at, but for those that do nothing', () => {
  const looked = new Set(effects.flatMap(({ keys }) => keys));
  const isSeen = ({ key, to }: KeyRow): boolean => {
    const short = key.replace(/^(mqtt|zone\.\$z)\./, '');
    const forms = [key, short, key.replace('$z', 'external'), key.replace(/tcp\|ssl\|ws\|wss\.\$name/, 'tcp.external')];
    const native = to?.replace('$listener', 'NAME').replace('$bridge', 'NAME');
    return (
      forms.some((form) => looked.has(form) || looked.has(form.replace('$n', '1'))) ||
      (native !== undefined && seenNatively.has(native)) ||
      elsewhere.some(([keys]) => keys.test(key))
    );
  };
  const rows = keyRows.filter(({ to, effect }) => to !== undefined || effect !== undefined);
  expect(rows.length).toBeGreaterThan(200);
  expect(rows.filter((row) => !isSeen(row)).map(({ key }) => key)).toEqual([]);
});

it.each(elsewhere)('%s have their effect in another test', (_keys, file, title) => {
  const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8').toLowerCase();
  expect(text.includes(title.toLowerCase()), title).toBe(true);
});
