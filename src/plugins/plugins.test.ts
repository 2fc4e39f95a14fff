/** Loading, unloading and loading again: what is left over, what is remembered, and what an operator is told. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { KeptStore } from '../../test/broker/kept-store.ts';
import { hostOf, pluginForms } from '../../test/doubles/plugin-forms.ts';
import { pluginHost } from '../../test/doubles/plugin-host.ts';
import { BackendError } from '../ports/backend-error.ts';
import { checkDefinition } from './check-definition.ts';
import { definePlugin } from './define.ts';
import { emqxAliases, emqxParts, type PartSwitch } from './emqx-parts.ts';
import { importPlugin } from './import-plugin.ts';

async function codeOf(task: Promise<unknown>): Promise<string> {
  const error: unknown = await task.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof BackendError ? `${error.code}: ${error.message}` : String(error);
}

describe.each(pluginForms)('a plugin that runs %s', (form) => {
  it('everything that a plugin begins ends with it', async () => {
    const ticks: string[] = [];
    let ended = 0;
    const plugin = definePlugin({
      name: 'busy',
      start: (context) => {
        context.every(1, () => ticks.push('every'));
        context.after(10, () => ticks.push('after'));
        context.broker.subscribe('a', () => ticks.push('message'));
        context.onUnload(() => ended++);
      },
      hooks: { 'message.publish': () => void ticks.push('hook') },
    });
    const { t, plugins, close } = await hostOf(form, [plugin]);
    onTestFinished(close);
    await t.advance(1000);
    await t.broker.publish({ topic: 'a', payload: 'x' });
    await t.run();
    // An isolated plugin has the time of its own thread, which nobody moves here.
    const own = form === 'isolated' ? [] : ['every'];
    expect(ticks).toEqual([...own, 'hook', 'message']);
    await plugins.unload('busy');
    await t.advance(20_000);
    await t.broker.publish({ topic: 'a', payload: 'x' });
    expect([ticks.length, ended]).toEqual([own.length + 2, 1]);
    expect(plugins.list()).toMatchObject([{ name: 'busy', state: 'unloaded' }]);
  });

  it('a plugin that leaks timers is told where its limit is', async () => {
    const plugin = definePlugin({
      name: 'leaky',
      start: (context) => {
        for (;;) context.every(1, () => {});
      },
    });
    expect(await codeOf(hostOf(form, [plugin]))).toContain('PLUGIN_RESOURCES');
  });

  it('an unload does not wait for ever, and a failed start leaves nothing', async () => {
    const plugin = definePlugin({
      name: 'stuck',
      start: (context) => context.onUnload(() => new Promise(() => {})),
    });
    const { t, plugins, lines, close } = await hostOf(form, [plugin]);
    onTestFinished(close);
    const unloading = plugins.unload('stuck');
    await t.advance(5100);
    await unloading;
    expect(lines.map(({ message }) => message)).toContain('A plugin failed while it was unloaded');
  });

  it('whether one is loaded outlives the process, until the configuration says something else', async () => {
    const store = new KeptStore();
    const plugin = definePlugin({ name: 'kept' });
    const first = await hostOf(form, [plugin], { store });
    await first.plugins.unload('kept');
    const second = await hostOf(form, [plugin], { store });
    expect(second.plugins.list()[0]?.state).toBe('unloaded');
    const third = await hostOf(form, [plugin], { store, isEnabled: false });
    expect(third.plugins.list()[0]?.state).toBe('unloaded');
    await third.plugins.load('kept');
    const fourth = await hostOf(form, [plugin], { store, isEnabled: false });
    expect(fourth.plugins.list()[0]?.state).toBe('loaded');
  });

  it('says what is wrong with options, and never shows a secret', async () => {
    const plugin = definePlugin({
      name: 'optioned',
      options: {
        url: { kind: 'text' },
        key: { kind: 'secret', default: '' },
        size: { kind: 'number', default: 1, max: 5 },
        on: { kind: 'boolean', default: false },
        names: { kind: 'list', default: [] },
      },
      commands: { show: { sentence: 'Shows.', run: (_args, { options }) => options } },
    });
    const opening = (given: Record<string, unknown>) =>
      hostOf(form, [plugin], { given: new Map(Object.entries(given)) });
    expect(await codeOf(opening({}))).toContain('the option url is missing');
    expect(await codeOf(opening({ url: 'x', sise: '2' }))).toContain('did you mean size?');
    expect(await codeOf(opening({ url: 'x', size: '6' }))).toContain('allowed: -Infinity to 5');
    expect(await codeOf(opening({ url: 'x', key: 7 }))).toBe(
      'PLUGIN_OPTIONS: Plugin optioned: the option key got; it has to be a secret',
    );
    const { plugins, close } = await opening({ url: 'x', size: '2', on: 'yes', names: 'a, b' });
    onTestFinished(close);
    expect(await plugins.run('optioned', 'show', [])).toEqual({
      url: 'x',
      key: '',
      size: 2,
      on: true,
      names: ['a', 'b'],
    });
  });

  it('runs commands and routes, and tells what they throw', async () => {
    const plugin = definePlugin({
      name: 'tool',
      commands: {
        add: { sentence: 'Adds.', run: ([a, b]) => Number(a) + Number(b) },
        break: {
          sentence: 'Breaks.',
          run: () => {
            throw new TypeError('broken');
          },
        },
      },
      routes: [
        { method: 'GET', path: 'report', sentence: 'Reports.', scope: 'read', handle: ({ query }) => query.get('x') },
      ],
    });
    const { plugins, close } = await hostOf(form, [plugin]);
    onTestFinished(close);
    expect(await plugins.run('tool', 'add', ['1', '2'])).toBe(3);
    expect(await codeOf(plugins.run('tool', 'break', []))).toBe('PLUGIN_FAILED: Plugin tool: broken');
    expect(await codeOf(plugins.run('tool', 'constructor', []))).toContain('PLUGIN_NOT_FOUND');
    const route = plugins.route('tool', 'GET', 'report');
    expect(route?.scope).toBe('read');
    expect(await route?.call({ query: new Map([['x', '1']]), body: undefined })).toBe('1');
    expect(plugins.route('tool', 'POST', 'report')).toBeUndefined();
  });
});

it('names what is meant where a hook or a field is unknown', () => {
  const wrong = (definition: unknown): string => {
    try {
      checkDefinition('Plugin x', definition);
      return 'nothing';
    } catch (error) {
      return (error as Error).message;
    }
  };
  expect(wrong({ name: 'x', hooks: { 'message.publsh': () => {} } })).toContain('did you mean "message.publish"?');
  expect(wrong({ name: 'x', hooks: { 'session.takeovered': () => {} } })).toContain(
    'did you mean "session.takenover"?',
  );
  expect(wrong({ name: 'x', hook: {} })).toContain('did you mean "hooks"?');
  expect(wrong({ name: 'X' })).toContain('lower-case');
  expect(wrong({ name: 'x', hooks: { __proto__: null, constructor: () => {} } })).toContain('unknown hook');
  expect(wrong({ name: 'x', hooks: { 'client.connect': { handle: () => {}, topics: ['a'] } } })).toContain('topics');
  expect(wrong({ name: 'x', routes: [{ method: 'GET', path: '../x', handle: () => {} }] })).toContain('one level');
  expect(wrong(undefined)).toContain('no export named "plugin"');
});

it('finds packages and files, and reads a file again that was changed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hoopoe-plugins-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const root = join(folder, 'node_modules', '@acme', 'plugin');
  mkdirSync(root, { recursive: true });
  writeFileSync(
    join(root, 'package.json'),
    JSON.stringify({ type: 'module', exports: { '.': { import: './main.js' } } }),
  );
  writeFileSync(join(root, 'main.js'), `export const plugin = { name: 'packed' };`);
  const file = join(folder, 'own.mjs');
  writeFileSync(file, `export const plugin = { name: 'first' };`);
  expect(await importPlugin('p', { package: '@acme/plugin', folder: join(folder, 'below') })).toEqual({
    name: 'packed',
  });
  expect(await importPlugin('p', { path: file })).toEqual({ name: 'first' });
  writeFileSync(file, `export const plugin = { name: 'second' };`);
  expect(await importPlugin('p', { path: file })).toEqual({ name: 'second' });
  expect(await codeOf(importPlugin('p', { package: '../own.mjs', folder }))).toContain('is no name of a package');
  expect(await codeOf(importPlugin('p', { package: 'acme-nothing', folder }))).toContain('npm install acme-nothing');
  expect(await codeOf(importPlugin('p', { path: join(folder, 'none.mjs') }))).toContain('PLUGIN_NOT_FOUND');
  writeFileSync(file, 'export const plugin = {');
  expect(await codeOf(importPlugin('p', { path: file }))).toContain('PLUGIN_FAILED');
});

it('EMQX names load, unload and say what they do there', async () => {
  let isLoaded = false;
  const sources: PartSwitch = {
    isLoaded: () => isLoaded,
    load: async () => {
      isLoaded = true;
    },
    unload: async () => {
      isLoaded = false;
    },
  };
  const { plugins, close } = await pluginHost([definePlugin({ name: 'webhook' })], {
    parts: emqxParts({ source: () => sources }),
    aliases: emqxAliases,
  });
  onTestFinished(close);
  await plugins.load('emqx_auth_mnesia');
  expect(isLoaded).toBe(true);
  expect(await codeOf(plugins.load('emq_auth_pgsql'))).toContain('PLUGIN_LOADED');
  expect(await codeOf(plugins.load('emqx_auth_username'))).toContain('PLUGIN_NOT_FOUND');
  expect(await codeOf(plugins.unload('emqx_management'))).toBe(
    'PLUGIN_FIXED: Plugin emqx_management can not be unloaded.',
  );
  expect(await codeOf(plugins.load('emqx_coap'))).toContain('PLUGIN_UNAVAILABLE');
  await plugins.unload('emqx_web_hook');
  expect(plugins.list().find(({ name }) => name === 'webhook')?.state).toBe('unloaded');
  expect(await codeOf(plugins.load('__proto__'))).toContain('PLUGIN_NOT_FOUND');
});
