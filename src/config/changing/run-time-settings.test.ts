import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { liveOptionNames } from '../../broker/options.ts';
import { BackendError } from '../../ports/backend-error.ts';
import { brokerRows } from '../catalog.ts';
import type { Machine } from '../data-directory.ts';
import { type Loaded, loadSettings, type Sources } from '../load.ts';
import { brokerOptionNames } from '../rows/broker-option-names.ts';
import { changesFileOf } from './kept-changes.ts';
import { type ChangeRefused, RunTimeSettings, type WantedChanges } from './run-time-settings.ts';
import type { SectionChange } from './section-changes.ts';
import type { SectionSwitch } from './sections.ts';

let folder = '';
let file = '';
let applied: Loaded[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hoopoe-changing-'));
  file = join(folder, 'hoopoe.yaml');
  mkdirSync(join(folder, 'data'));
  applied = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Given {
  readonly yaml?: string;
  readonly environment?: Record<string, string>;
  readonly ports?: readonly number[];
}

function sourcesOf({ yaml = '', environment = {}, ports = [] }: Given): Sources {
  writeFileSync(file, yaml);
  const machine: Machine = {
    platform: 'linux',
    environment: { HOOPOE_DATA_DIR: join(folder, 'data'), ...environment },
    homeDirectory: folder,
    workingDirectory: folder,
    root: false,
  };
  return { file, flags: [], ports, machine };
}

async function start(given: Given = {}): Promise<RunTimeSettings> {
  const sources = sourcesOf(given);
  return new RunTimeSettings(sources, await loadSettings(sources), (loaded) => applied.push(loaded));
}

const keptText = (): string => readFileSync(changesFileOf(join(folder, 'data')), 'utf8');

function shownOf(settings: RunTimeSettings, path: string): Record<string, unknown> | undefined {
  const found = settings.shown().find((one) => one.path === path);
  return found === undefined ? undefined : { ...found };
}

async function refusalOf(settings: RunTimeSettings, changes: WantedChanges): Promise<ChangeRefused> {
  return await settings.change(changes).then(
    () => expect.fail('it was not refused'),
    (error: unknown) => error as ChangeRefused,
  );
}

describe('a change at run time', () => {
  it('takes effect at once where it can, waits for a restart where it cannot, and holds at the next start', async () => {
    const settings = await start({ yaml: 'limits: { sessions_max: 10 }' });
    const results = await settings.change({
      'limits.sessions_max': 20,
      'limits.packet_bytes_max': '2MB',
      'log.level': 'info',
      'management.emqx_api.application_secret': 'quiet',
      'log.types': ['error', 'warning'],
    });
    expect(results).toEqual([
      { path: 'limits.sessions_max', outcome: 'applied', value: '20' },
      { path: 'limits.packet_bytes_max', outcome: 'needs_restart', value: '2MB' },
      { path: 'log.level', outcome: 'unchanged', value: 'info' },
      { path: 'management.emqx_api.application_secret', outcome: 'needs_restart', value: '(set, not shown)' },
      { path: 'log.types', outcome: 'applied', value: 'error, warning' },
    ]);
    expect(applied.map((one) => one.settings.number('limits.sessions_max'))).toEqual([20]);
    const changes = changesFileOf(join(folder, 'data'));
    expect(shownOf(settings, 'limits.sessions_max')).toMatchObject({ value: '20', number: 20, changed: true });
    expect(shownOf(settings, 'limits.sessions_max')?.['origin']).toMatch(`${changes}:`);
    expect(shownOf(settings, 'limits.packet_bytes_max')).toMatchObject({
      value: '1MB',
      pending: '2MB',
      isDefault: true,
    });
    expect(JSON.stringify(settings.shown())).not.toContain('quiet');
    expect(statSync(changes).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).toBe('limits: { sessions_max: 10 }');

    const again = await start({ yaml: 'limits: { sessions_max: 10 }' });
    expect(shownOf(again, 'limits.packet_bytes_max')).toMatchObject({ value: '2MB', pending: undefined });
    expect((await loadSettings(sourcesOf({}))).settings.text('management.emqx_api.application_secret')).toBe('quiet');
  });

  it('is taken back to what the file says', async () => {
    const settings = await start({ yaml: 'limits: { sessions_max: 10, packet_bytes_max: 2MB }' });
    await settings.change({ 'limits.sessions_max': 20, 'limits.packet_bytes_max': '3MB' });
    expect(settings.isChanged('limits.sessions_max')).toBe(true);
    expect(await settings.change({ 'limits.sessions_max': null, 'limits.packet_bytes_max': null })).toEqual([
      { path: 'limits.sessions_max', outcome: 'applied', value: '10' },
      { path: 'limits.packet_bytes_max', outcome: 'unchanged', value: '2MB' },
    ]);
    expect(settings.isChanged('limits.sessions_max')).toBe(false);
    expect(shownOf(settings, 'limits.packet_bytes_max')).toMatchObject({ value: '2MB', pending: undefined });
    expect(keptText().replaceAll(/^#.*\n/gm, '')).toBe('');
  });

  it.each([
    [
      'a value that is wrong',
      {},
      { 'limits.sessions_max': 'many' },
      'wrong_value',
      'got "many"; allowed: a whole number',
    ],
    ['a name that is wrong', {}, { 'limits.session_max': 1 }, 'unknown_option', 'did you mean "limits.sessions_max"?'],
    ['a name of objects', {}, { constructor: 1 }, 'unknown_option', 'unknown option'],
    ['a nested value', {}, { 'limits.sessions_max': { a: 1 } }, 'wrong_value', 'got a section'],
    ['the data folder', {}, { 'data.dir': '/tmp' }, 'not_editable', 'says as whom and where'],
    ['the user of the process', {}, { 'process.user': 'root' }, 'not_editable', 'says as whom and where'],
    ['a file', {}, { 'log.file': '/etc/passwd' }, 'not_editable', 'names a file of the machine'],
    [
      'a program',
      { yaml: 'plugins: { a: { path: ./a.js } }' },
      { 'plugins.a.package': 'x' },
      'not_editable',
      'program',
    ],
    ['a listener that is not there', {}, { 'listeners.tcp.port': 1 }, 'unknown_option', 'has no listener tcp'],
    [
      'what a variable says',
      { environment: { HOOPOE_LIMITS__SESSIONS_MAX: '7' } },
      { 'limits.sessions_max': 8 },
      'overruled',
      'HOOPOE_LIMITS__SESSIONS_MAX, which wins',
    ],
    [
      'listeners that -p stands for',
      { yaml: 'listeners: { tcp: { port: 1 } }', ports: [1883] },
      { 'listeners.tcp.port': 2 },
      'overruled',
      'said by -p',
    ],
    [
      'what does not fit the rest',
      { yaml: 'listeners: { a: { port: 1 }, b: { port: 2 } }' },
      { 'listeners.a.port': 2 },
      'conflict',
      'listeners a and b are both to listen on port 2',
    ],
  ] as const)('is refused as a whole for %s', async (_, given, changes, code, text) => {
    const settings = await start(given as Given);
    const before = settings.shown();
    const { problems, message } = await refusalOf(settings, { 'log.level': 'debug', ...changes });
    expect(problems).toMatchObject([{ code }]);
    expect(message).toContain(text);
    expect(message).toMatch(/^Nothing was changed: /);
    expect(applied).toEqual([]);
    expect(settings.shown()).toEqual(before);
    expect(existsSync(settings.changesFile)).toBe(false);
    expect(await settings.check({ 'log.level': 'debug', ...changes })).toEqual({ results: [], refused: problems });
  });

  it('says before it is made what it would do, and does nothing', async () => {
    const settings = await start();
    expect(await settings.check({ 'limits.sessions_max': 5 })).toEqual({
      results: [{ path: 'limits.sessions_max', outcome: 'applied', value: '5' }],
      refused: [],
    });
    expect(applied).toEqual([]);
    expect(existsSync(settings.changesFile)).toBe(false);
  });

  it('does not hold when it cannot be kept', async () => {
    const settings = await start();
    mkdirSync(join(settings.changesFile, 'in the way'), { recursive: true });
    await expect(settings.change({ 'limits.sessions_max': 5 })).rejects.toThrow('cannot be kept in');
    expect(applied.map((one) => one.settings.number('limits.sessions_max'))).toEqual([5, 1_000_000]);
    expect(shownOf(settings, 'limits.sessions_max')).toMatchObject({ isDefault: true });
  });

  it('keeps every kind of value as it was given', async () => {
    const texts = ['a: b # c', '"quoted"', ' blank ', '\u2028', '💬', '\\n', '- x', 'null', '0123'];
    for (const text of texts) {
      const settings = await start();
      await settings.change({ 'mqtt.response_information': text, 'management.emqx_api.application_secret': text });
      const { settings: read } = await loadSettings(sourcesOf({}));
      expect([read.text('mqtt.response_information'), read.text('management.emqx_api.application_secret')]).toEqual([
        text,
        text,
      ]);
    }
  });

  it('is made one after the other', async () => {
    const settings = await start();
    await Promise.all([
      settings.change({ 'limits.sessions_max': 5 }),
      settings.change({ 'limits.connections_max': 6 }),
      refusalOf(settings, { 'limits.connections_max': 'x' }),
      settings.change({ 'limits.retained_messages_max': 7 }),
    ]);
    const { settings: read } = await loadSettings(sourcesOf({}));
    const names = ['sessions_max', 'connections_max', 'retained_messages_max'];
    expect(names.map((name) => read.number(`limits.${name}`))).toEqual([5, 6, 7]);
  });
});

describe('the file of changes', () => {
  const write = (text: string): void => writeFileSync(changesFileOf(join(folder, 'data')), text);

  it('gives way to variables, and wins over the configuration', async () => {
    write('limits.sessions_max: 5\nlimits.connections_max: 6\n');
    const environment = { HOOPOE_LIMITS__SESSIONS_MAX: '7' };
    const settings = await start({ yaml: 'limits: { sessions_max: 1, connections_max: 1 }', environment });
    expect(shownOf(settings, 'limits.sessions_max')).toMatchObject({ value: '7', changed: true, fixed: 'overruled' });
    expect(shownOf(settings, 'limits.connections_max')).toMatchObject({ value: '6', changed: true });
    await settings.change({ 'limits.sessions_max': null });
    expect(keptText()).not.toContain('sessions_max');
  });

  it('opens no listener that the configuration has no more', async () => {
    write('listeners.old.port: 5\n');
    const { listeners, settings } = await loadSettings(sourcesOf({ yaml: 'listeners: { tcp: { port: 1 } }' }));
    expect(listeners.map(({ name }) => name)).toEqual(['tcp']);
    expect(settings.warnings.map(({ text }) => text)).toEqual([
      'listeners.old.port is ignored: the configuration has no listener old',
    ]);
  });

  it.each([
    ['limits.sessions_max: x\n', 'settings.yaml:1: limits.sessions_max: got "x"'],
    ['limits: [\n', 'is no valid YAML'],
    ['data.dir: /elsewhere\n', 'data.dir cannot be changed here'],
  ])('stops the start when it says %j', async (text, problem) => {
    write(text);
    await expect(loadSettings(sourcesOf({}))).rejects.toThrow(problem);
  });
});

describe('a reload', () => {
  it('names what waits for a restart again and again, until it has come', async () => {
    const settings = await start();
    const nothingElse = async (): Promise<void> => {};
    writeFileSync(file, 'limits: { packet_bytes_max: 2MB, sessions_max: 3 }');
    const first = { applied: ['limits.sessions_max'], needRestart: ['limits.packet_bytes_max'] };
    expect(await settings.reload(nothingElse)).toEqual(first);
    expect(await settings.reload(nothingElse)).toEqual({ ...first, applied: [] });
    expect(shownOf(settings, 'limits.packet_bytes_max')).toMatchObject({ value: '1MB', pending: '2MB' });
  });

  it('changes nothing when what is to be read with it cannot be', async () => {
    const settings = await start();
    writeFileSync(file, 'limits: { sessions_max: 3 }');
    await expect(settings.reload(() => Promise.reject(new Error('no certificate')))).rejects.toThrow('no certificate');
    expect(applied.map((one) => one.settings.number('limits.sessions_max'))).toEqual([3, 1_000_000]);
    expect(shownOf(settings, 'limits.sessions_max')).toMatchObject({ isDefault: true });
  });
});

describe('options that change while the broker runs', () => {
  it('are those of the log and those that the broker looks at when it needs them', () => {
    const live = liveOptionNames.map((name) => brokerOptionNames[name]);
    const logs = brokerRows.filter(({ name }) => name.startsWith('log.')).map(({ name }) => name);
    const reloadable = brokerRows.filter((row) => row.reloadable).map(({ name }) => name);
    expect(reloadable.toSorted()).toEqual([...live, ...logs].toSorted());
  });
});

describe('sections at run time', () => {
  const bridge = { addresses: ['127.0.0.1:1'], topics: ['a/# out'] };

  /** Remembers what was opened and closed. */
  function recording(fails = false): SectionSwitch & { readonly seen: string[] } {
    const seen: string[] = [];
    return {
      seen,
      look: () => Promise.resolve({ doubts: [], refused: [] }),
      apply: ({ collection, name }, given) => {
        if (fails) return Promise.reject(new BackendError('SECTION_NOT_OPENED', 'no'));
        seen.push(`${name} ${given.settings.entries.get(collection)?.has(name) === true ? 'opened' : 'closed'}`);
        return Promise.resolve('applied');
      },
    };
  }

  async function withSwitch(given: Given, sections: SectionSwitch): Promise<RunTimeSettings> {
    const sources = sourcesOf(given);
    return new RunTimeSettings(
      sources,
      await loadSettings(sources),
      (loaded) => applied.push(loaded),
      undefined,
      sections,
    );
  }

  it('writes the usual listeners down with the first one that is made', async () => {
    const settings = await start();
    await settings.changeSection({ collection: 'listeners', name: 'extra', action: 'make', options: { port: 1999 } });
    const next = await loadSettings(sourcesOf({}));
    expect(next.listeners.map(({ name, transport, port }) => [name, transport, port])).toEqual(
      expect.arrayContaining([
        ['mqtt', 'tcp', 1883],
        ['mqtts', 'tls', 8883],
        ['ws', 'ws', 8083],
        ['wss', 'wss', 8084],
        ['extra', 'tcp', 1999],
      ]),
    );
    await settings.changeSection({ collection: 'listeners', name: 'wss', action: 'remove', options: {} });
    expect((await loadSettings(sourcesOf({}))).listeners.map(({ name }) => name).sort()).toEqual([
      'extra',
      'mqtt',
      'mqtts',
      'ws',
    ]);
  });

  it('closes again what was opened when the change cannot be kept', async () => {
    const sections = recording();
    const settings = await withSwitch({}, sections);
    mkdirSync(join(changesFileOf(join(folder, 'data')), 'in the way'), { recursive: true });
    const wish: SectionChange = { collection: 'bridges', name: 'up', action: 'make', options: bridge };
    await expect(settings.changeSection(wish)).rejects.toMatchObject({ code: 'SETTINGS_NOT_WRITTEN' });
    expect(sections.seen).toEqual(['up opened', 'up closed']);
    expect(settings.sections.list('bridges')).toEqual([]);
  });

  it('keeps nothing of what cannot be opened', async () => {
    const settings = await withSwitch({}, recording(true));
    const wish: SectionChange = { collection: 'bridges', name: 'up', action: 'make', options: bridge };
    await expect(settings.changeSection(wish)).rejects.toMatchObject({ code: 'SECTION_NOT_OPENED' });
    expect([existsSync(changesFileOf(join(folder, 'data'))), applied]).toEqual([false, []]);
  });

  it('shows what was made as in effect, and nothing of it as waiting', async () => {
    const settings = await withSwitch({}, recording());
    await settings.changeSection({ collection: 'bridges', name: 'up', action: 'make', options: bridge });
    expect(shownOf(settings, 'bridges.up.topics')).toMatchObject({ value: 'a/# out', pending: undefined });
    await settings.changeSection({ collection: 'bridges', name: 'up', action: 'remove', options: {} });
    expect(settings.shown().filter(({ path }) => path.startsWith('bridges.'))).toEqual([]);
    expect(await settings.reload(async () => {})).toEqual({ applied: [], needRestart: [] });
  });

  it.each([
    ['-p says where the broker listens', { ports: [1884] }, 'listeners'],
    ['wins over it', { yaml: '', environment: { HOOPOE_BRIDGES__UP__ADDRESSES: '127.0.0.1:1' } }, 'bridges'],
  ] as const)('refuses what is overruled: %s', async (_name, given, collection) => {
    const settings = await start(given);
    const isListener = collection === 'listeners';
    const wish: SectionChange = isListener
      ? { collection, name: 'extra', action: 'make', options: { port: 0 } }
      : { collection, name: 'up', action: 'remove', options: {} };
    const { refused } = await settings.trySection(wish);
    expect(refused[0]?.message).toMatch(isListener ? /^-p says/ : /environment variables or flags/);
  });
});
