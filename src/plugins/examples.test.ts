/** The examples that people copy, each loaded from its file and used. */

import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { type PluginHost, pluginHost } from '../../test/doubles/plugin-host.ts';
import { importPlugin } from './import-plugin.ts';

async function example(name: string, given: Record<string, unknown> = {}): Promise<PluginHost> {
  const path = fileURLToPath(new URL(`../../examples/${name}.mjs`, import.meta.url));
  const opened = await pluginHost([await importPlugin(name, { path })], { given: new Map(Object.entries(given)) });
  onTestFinished(() => opened.close());
  return opened;
}

it('shout.mjs changes what it is for, and refuses what is too long', async () => {
  const { t } = await example('shout', { suffix: '!' });
  const client = await t.connect();
  await client.subscribe('#');
  await client.publish('shout/a', 'hello');
  await client.publish('other', 'hello');
  expect(client.takePublishes().map(({ text }) => text)).toEqual(['HELLO!', 'hello']);
  await client.publish('shout/a', 'x'.repeat(1001), { qos: 1 });
  expect(client.take('puback')?.reasonCode).toBe(0x97);
});

it('static-users.mjs lets its users in, to their own topics', async () => {
  const { t } = await example('static-users', { users: 'ann:secret' });
  const code = async (password: string) =>
    (await t.client().connect({ username: 'ann', password: Buffer.from(password) }))?.reasonCode;
  expect([await code('wrong'), await code('secret')]).toEqual([0x86, 0]);
  const client = t.client();
  await client.connect({ username: 'ann', password: Buffer.from('secret') });
  expect((await client.subscribe('users/ann/in'))?.reasonCodes).toEqual([0]);
  expect((await client.subscribe('users/bob/in'))?.reasonCodes).toEqual([0x87]);
});

it('last-seen.mjs remembers, and answers by command and route', async () => {
  const { t, plugins } = await example('last-seen');
  const client = await t.connect({ clientId: 'c' });
  await client.disconnect();
  await t.run();
  expect(await plugins.run('last_seen', 'show', ['c'])).toBe('2026-01-01T00:00:00.000Z');
  expect(await plugins.run('last_seen', 'show', ['nobody'])).toBe('never');
  const route = plugins.route('last_seen', 'GET', 'client');
  expect(await route?.call({ query: new Map([['id', 'c']]), body: undefined })).toEqual({
    seen: '2026-01-01T00:00:00.000Z',
  });
});
