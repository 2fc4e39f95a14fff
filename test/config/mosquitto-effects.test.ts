/**
 * What every option of mosquitto.conf does to those who talk to the broker. Each is looked at in a broker that a file
 * with its line starts, and in one that the same file without it starts.
 */

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { keywords } from '../../src/config/mosquitto/keywords.ts';
import { accessEffects } from './effects/access-effects.ts';
import { bridgeEffects } from './effects/bridge-effects.ts';
import { bridgeTlsEffects } from './effects/bridge-tls-effects.ts';
import { type Effect, plainConf } from './effects/effect.ts';
import { behaviourEffects, limitEffects } from './effects/general-effects.ts';
import { logEffects, persistenceEffects, securityEffects } from './effects/kept-effects.ts';
import { listenerEffects } from './effects/listener-effects.ts';
import { newPlace, outcomeOf } from './effects/running.ts';
import { tlsEffects } from './effects/tls-effects.ts';

const effects: readonly Effect[] = [
  ...limitEffects,
  ...behaviourEffects,
  ...persistenceEffects,
  ...logEffects,
  ...securityEffects,
  ...accessEffects,
  ...listenerEffects,
  ...tlsEffects,
  ...bridgeEffects,
  ...bridgeTlsEffects,
];

it.each(effects.map((effect) => [effect.line || effect.option, effect] as const))('%s', async (_line, effect) => {
  const { line, otherwise = '', conf = plainConf, prepare, environment, see } = effect;
  const outcome = async (chosen: string): Promise<unknown> => {
    const place = await newPlace();
    await prepare?.(place);
    return await outcomeOf(
      conf.replace('LINE', () => chosen),
      place,
      see,
      environment,
    );
  };
  expect(await outcome(line)).toEqual(effect.with);
  expect(await outcome(otherwise)).toEqual(effect.without);
});

/** Options whose effect one process that is the test itself cannot show, and the test that shows it. */
const elsewhere: Readonly<Record<string, readonly [file: string, title: string]>> = {
  round_robin: [
    'test/clients/bridge-options.test.ts',
    'the next is tried when one fails, and the first is returned to',
  ],
  user: ['test/system/service.test.ts', 'root becomes another user'],
  pid_file: ['test/system/service.test.ts', 'root becomes another user'],
  log_facility: ['test/system/syslog.test.ts', 'reaches a socket of datagrams'],
};

it('are all looked at, but for those that say why they have no effect', () => {
  const names = keywords
    .filter(({ effect }) => effect === 'options' || effect === 'meaning')
    .flatMap(({ name, aliases = [] }) => [name, ...aliases]);
  const seen = new Set([...effects.map(({ option }) => option), ...Object.keys(elsewhere)]);
  expect([...seen].sort()).toEqual([...names].sort());
});

it.each(Object.entries(elsewhere))('%s has its effect in another test', (_option, [file, title]) => {
  expect(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')).toContain(title);
});
