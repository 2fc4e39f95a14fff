/**
 * What every key of EMQX 4.3 does to those who talk to the broker. Each is looked at in a broker that a home directory with
 * it starts, and in one that the same directory without it starts.
 */

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { KeyRow } from '../../src/config/emqx/key-row.ts';
import { keyRows } from '../../src/config/emqx/keys/all.ts';
import { accessEffects } from './effects/home-access-effects.ts';
import { homeBridgeEffects } from './effects/home-bridge-effects.ts';
import { brokerEffects, logEffects } from './effects/home-broker-effects.ts';
import type { HomeEffect } from './effects/home-effect.ts';
import { listenerEffects, protocolEffects } from './effects/home-effects.ts';
import { homeTests } from './effects/home-table.ts';
import { secureEffects } from './effects/home-tls-effects.ts';
import { webEffects, webhookEffects } from './effects/home-web-effects.ts';
import { http } from './effects/served/http-effects.ts';
import { jwt } from './effects/served/jwt-effects.ts';
import { mysql } from './effects/served/mysql-effects.ts';
import { pgsql } from './effects/served/pgsql-effects.ts';
import { redis } from './effects/served/redis-effects.ts';
import { webhook } from './effects/served/webhook-effects.ts';

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

homeTests(effects);

/** Keys whose effect is seen in a test of its own: the file and a title in it. */
const elsewhere: readonly (readonly [keys: RegExp, file: string, title: string])[] = [
  [/^(dashboard|management)\./, 'test/system/emqx-texts.test.ts', 'the ports of the dashboard and of the API'],
];

/** Keys of the tables of plugins, whose servers are started in `test/system/emqx-keys`, and of those of TLS. */
const inOtherFiles: readonly { readonly keys: readonly string[] }[] = [
  ...[pgsql, mysql, redis, http, jwt, webhook].flatMap(
    (table) => table.effects as readonly { keys: readonly string[] }[],
  ),
  ...secureEffects,
];

it('are all looked at, but for those that do nothing', () => {
  const looked = new Set([...effects, ...inOtherFiles].flatMap(({ keys }) => keys));
  const isSeen = ({ key }: KeyRow): boolean => {
    const short = key.replace(/^(mqtt|zone\.\$z)\./, '');
    const forms = [key, short, key.replace('$z', 'external'), key.replace(/tcp\|ssl\|ws\|wss\.\$name/, 'tcp.external')];
    return (
      forms.some((form) => looked.has(form) || looked.has(form.replace('$n', '1'))) ||
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
