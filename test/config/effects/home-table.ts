/** Tests of tables about keys of emqx.conf: what is seen with each key, and without it. */

import { expect, it } from 'vitest';
import { StartError } from '../../../src/cli/start-error.ts';
import { protocolKeys } from '../../../src/config/emqx/keys/protocol.ts';
import { ConfigError, problemText } from '../../../src/config/error.ts';
import { ListenerError } from '../../../src/listeners/error.ts';
import type { HomeEffect } from './home-effect.ts';
import { startHome, writeHome } from './homes.ts';
import { newPlace } from './running.ts';

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
    if (error instanceof StartError || error instanceof ListenerError) return 'no start';
    if (error instanceof ConfigError) return `no start: ${error.problems.map(problemText).join('; ')}`;
    throw error;
  });
  if (typeof running === 'string') return running;
  try {
    return await see(running);
  } finally {
    await running.stop();
  }
}

export function homeTests(effects: readonly HomeEffect[]): void {
  it.each(effects.map((effect) => [effect.keys.join(', '), effect.value ?? effect.lines ?? '', effect] as const))(
    '%s: %j',
    async (_keys, _lines, effect) => {
      for (const lines of linesOf(effect)) expect(await seen(effect, lines), lines).toEqual(effect.with);
      expect(await seen(effect, effect.otherwise ?? '')).toEqual(effect.without);
    },
  );
}
