/** What is kept of plugins that stopped the process: written as a whole, and believed as a whole or not at all. */

import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { folder } from '../../../test/listeners/listening.ts';
import { StoppedPlugins, standIn } from './stopped-plugins.ts';

const newFile = (): string => join(folder(), 'plugins-stopped.json');
const stall = { plugin: '__proto__', hook: undefined, place: 'plugin.mjs:3', seconds: 10 };
const whole = {
  plugin: 'a',
  at: 'then',
  place: 'there',
  closedHooks: [],
  checksLogins: true,
  checksPermissions: false,
};

it('is there for the next process, for its owner alone, and gone once it is forgotten', () => {
  const file = newFile();
  new StoppedPlugins(file).add(stall, undefined);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const next = new StoppedPlugins(file);
  expect(next.get('__proto__')).toMatchObject({ place: 'plugin.mjs:3' });
  expect(next.get('constructor')).toBeUndefined();
  next.add({ ...stall, plugin: 'b' }, undefined);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toHaveLength(2);
  next.forget('__proto__');
  next.forget('b');
  expect(readdirSync(dirname(file))).toEqual([]);
});

it.each([
  '',
  '[',
  '{}',
  'null',
  '[null]',
  '[{"plugin":"a"}]',
  JSON.stringify([{ ...whole, checksLogins: undefined }]),
  JSON.stringify([{ ...whole, closedHooks: {} }]),
])('%s stops the start: a plugin that decides is not left out by mistake', (text) => {
  const file = newFile();
  writeFileSync(file, text);
  expect(() => new StoppedPlugins(file)).toThrow('does not say which plugins were stopped');
});

it('the stand-in refuses what the plugin decided', async () => {
  const { authenticators, authorizers } = standIn(whole);
  expect(authorizers).toBeUndefined();
  const sources = (authenticators as unknown as () => { authenticate: () => unknown }[])();
  expect(() => sources[0]!.authenticate()).toThrow('is not run since it kept everybody waiting');
});
