/**
 * Tables about keys of a plugin that asks a server of others: each key is looked at in a broker whose home directory has
 * it in the plugin's own file, and in one that has not.
 */

import { expect, it } from 'vitest';
import { StartError } from '../../../../src/cli/start-error.ts';
import { ConfigError, problemText } from '../../../../src/config/error.ts';
import { BackendError } from '../../../../src/ports/backend-error.ts';
import { loaded } from '../../emqx-homes.ts';
import type { Guest, GuestOptions } from '../guest.ts';
import { startHome, writeHome } from '../homes.ts';
import { newPlace, type Running } from '../running.ts';

export interface ServedEffect<S> {
  /** As the rows of the product name them. */
  readonly keys: readonly string[];
  /** Behind the common ones in the plugin's file, where the last one wins. */
  readonly lines: string;
  /** Lines that stand there where the keys do not; the common ones alone unless given. */
  readonly otherwise?: string;
  /** Further lines of etc/emqx.conf in both cases. */
  readonly conf?: string;
  /** The text of etc/acl.conf; everything is allowed unless given. */
  readonly rules?: string;
  /** Of a broker that does not start, why is seen. */
  readonly see: (running: Running, server: S) => unknown;
  readonly with: unknown;
  readonly without: unknown;
}

export interface ServedTable<S> {
  readonly plugin: string;
  /** Lines of the plugin's file in every case. */
  readonly common: string;
  readonly effects: readonly ServedEffect<S>[];
}

/** What is there when the tests run: the server, and what stands for `{name}` in lines. */
export interface Served<S> {
  readonly server: S;
  readonly values: Readonly<Record<string, string>>;
}

const CLOSED = `allow_anonymous = false
acl_nomatch = allow
zone.external.enable_acl = on
log.to = console
listener.tcp.external = 127.0.0.1:{port}
`;

interface Written {
  readonly lines: string;
  readonly conf?: string;
  readonly rules?: string;
}

async function outcome<S>(
  { plugin, common }: ServedTable<S>,
  { values }: Served<S>,
  { conf = '', lines, rules = '{allow, all}.\n' }: Written,
  see: (running: Running) => Promise<unknown>,
): Promise<unknown> {
  const filled = (text: string): string =>
    text.replace(/\{([a-z]+)\}/g, (whole, name: string) => values[name] ?? whole);
  const place = await newPlace();
  writeHome(
    {
      'etc/acl.conf': rules,
      'etc/emqx.conf': CLOSED + filled(conf),
      [`etc/plugins/${plugin}.conf`]: filled(common + lines),
      'data/loaded_plugins': loaded(plugin),
    },
    place,
  );
  let running: Running;
  try {
    running = await startHome(place);
  } catch (error) {
    if (error instanceof ConfigError) return `no start: ${error.problems.map(problemText).join('; ')}`;
    if (error instanceof StartError || error instanceof BackendError) return `no start: ${error.message}`;
    throw error;
  }
  try {
    return await see(running);
  } finally {
    await running.stop();
  }
}

/** Tests of a table. What holds without a key is seen in one broker for all that need nothing else. */
export function servedTests<S>(table: ServedTable<S>, served: () => Served<S>): void {
  const { effects } = table;
  const isPlain = ({ conf, otherwise, rules }: ServedEffect<S>): boolean =>
    conf === undefined && otherwise === undefined && rules === undefined;
  it.each(effects.map((effect) => [effect.keys.join(', '), effect.lines, effect] as const))(
    '%s: %j',
    async (_keys, _lines, effect) => {
      const see = async (b: Running): Promise<unknown> => await effect.see(b, served().server);
      expect(await outcome(table, served(), effect, see)).toEqual(effect.with);
      if (isPlain(effect)) return;
      const without = { ...effect, lines: effect.otherwise ?? '' };
      expect(await outcome(table, served(), without, see)).toEqual(effect.without);
    },
  );

  it('none of them', async () => {
    await outcome(table, served(), { lines: '' }, async (b) => {
      for (const { keys, lines, see, without } of effects.filter(isPlain)) {
        expect.soft(await see(b, served().server), `${keys.join(', ')}, not ${lines}`).toEqual(without);
      }
    });
  });
}

/** What a login is answered with, unless given by a client `guest`. */
export async function login(
  b: Running,
  username: string,
  password: string,
  clientId: string = 'guest',
): Promise<unknown> {
  return await b.answer({ connect: { username, password: Buffer.from(password), clientId } });
}

const asUser = (username: string, password: string): GuestOptions => ({
  connect: { username, password: Buffer.from(password), clientId: username },
});

/** What a user is granted of a filter. */
export async function granted(
  b: Running,
  user: readonly [string, string],
  filter: string,
): Promise<number | undefined> {
  const guest = await b.guest(asUser(...user));
  return (await guest.subscribe(filter))[0];
}

/** The code of PUBACK. */
export async function published(
  b: Running,
  user: readonly [string, string],
  topic: string,
): Promise<number | undefined> {
  const guest: Guest = await b.guest(asUser(...user));
  await guest.publish(topic, 'x', { qos: 1 });
  return (await guest.first('puback'))?.reasonCode;
}

/** The sentence about keys that have no effect; empty where there is none. */
export function lost({ loaded: { settings } }: Running): string {
  return settings.warnings.map(problemText).find((text) => text.includes('no effect here')) ?? '';
}
