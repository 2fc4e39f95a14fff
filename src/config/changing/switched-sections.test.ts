import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BackendError } from '../../ports/backend-error.ts';
import { ConfigError } from '../error.ts';
import { type Loaded, loadSettings, type Sources } from '../load.ts';
import { RunTimeSettings } from './run-time-settings.ts';
import type { SectionSwitch } from './sections.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hoopoe-switched-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const portOf = (name: string, { listeners }: Loaded): number | undefined =>
  listeners.find((one) => one.name === name)?.port;

/** Listeners with ports that only one can have, and access sources and bridges that are there or not. */
class Machine implements SectionSwitch {
  /** What is open: the port of a listener, or the kind of anything else. */
  readonly open = new Map<string, string>();
  readonly order: string[] = [];
  /** Ports of other programs. */
  readonly taken = new Set<string>();
  /** Sections that cannot be opened, which only the attempt itself shows. */
  readonly broken = new Set<string>();
  readonly looked: string[] = [];

  constructor(loaded: Loaded) {
    for (const { name, port } of loaded.listeners) this.open.set(`listeners.${name}`, String(port));
    for (const { name } of loaded.sources) this.open.set(`access.${name}`, 'there');
    for (const name of loaded.settings.bridges.keys()) this.open.set(`bridges.${name}`, 'there');
  }

  look({ collection, name }: Parameters<SectionSwitch['look']>[0], given: Loaded): ReturnType<SectionSwitch['look']> {
    this.looked.push(`${collection}.${name}`);
    const port = String(portOf(name, given));
    const isTaken = collection === 'listeners' && this.taken.has(port);
    const refused = isTaken ? [{ code: 'not_open' as const, message: `port ${port} is taken` }] : [];
    return Promise.resolve({ doubts: [], refused });
  }

  apply({ collection, name }: Parameters<SectionSwitch['apply']>[0], given: Loaded): Promise<'applied'> {
    const path = `${collection}.${name}`;
    const wanted = this.#wanted(collection, name, given);
    this.order.push(`${path} ${wanted ?? 'closed'}`);
    if (wanted === undefined) this.open.delete(path);
    else {
      const isOther = [...this.open].some(
        ([one, port]) => one !== path && collection === 'listeners' && port === wanted,
      );
      if (isOther || this.taken.has(wanted) || (this.broken.has(path) && !this.open.has(path))) {
        return Promise.reject(new BackendError('SECTION_NOT_OPENED', `${wanted} cannot be had`));
      }
      this.open.set(path, wanted);
    }
    return Promise.resolve('applied');
  }

  #wanted(collection: string, name: string, given: Loaded): string | undefined {
    if (collection === 'listeners') return portOf(name, given)?.toString();
    const isThere =
      collection === 'access' ? given.sources.some((one) => one.name === name) : given.settings.bridges.has(name);
    return isThere ? 'there' : undefined;
  }
}

async function start(
  yaml: string,
): Promise<{ settings: RunTimeSettings; machine: Machine; write(yaml: string): void }> {
  const file = join(folder, 'hoopoe.yaml');
  const write = (text: string): void => writeFileSync(file, text);
  write(yaml);
  const environment = { HOOPOE_DATA_DIR: join(folder, 'data') };
  const sources: Sources = {
    file,
    flags: [],
    ports: [],
    machine: { platform: 'linux', environment, homeDirectory: folder, workingDirectory: folder, root: false },
  };
  const loaded = await loadSettings(sources);
  const machine = new Machine(loaded);
  const further = ({ bridges }: Loaded['settings']) =>
    bridges.has('wrong') ? [{ origin: { kind: 'default' as const }, text: 'bridges.wrong cannot be' }] : [];
  return { settings: new RunTimeSettings(sources, loaded, () => {}, further, machine), machine, write };
}

const nothingElse = async (): Promise<void> => {};
const listeners = (ports: Readonly<Record<string, number>>): string =>
  `listeners:\n${Object.entries(ports)
    .map(([name, port]) => `  ${name}: { host: 127.0.0.1, port: ${port} }\n`)
    .join('')}`;
const opened = ({ open }: Machine): Record<string, string> => Object.fromEntries([...open].sort());

describe('a reload of sections', () => {
  it.each([
    ['one more', { a: 1 }, { a: 1, b: 2 }, ['listeners.b']],
    ['one less', { a: 1, b: 2 }, { a: 1 }, ['listeners.b']],
    ['another name on the same port', { a: 1 }, { b: 1 }, ['listeners.a', 'listeners.b']],
    [
      'one that takes the port that another leaves',
      { a: 1, b: 2 },
      { a: 2, b: 3 },
      ['listeners.a.port', 'listeners.b.port'],
    ],
    ['two that change places', { a: 1, b: 2 }, { a: 2, b: 1 }, ['listeners.a.port', 'listeners.b.port']],
    [
      'three in a ring',
      { a: 1, b: 2, c: 3 },
      { a: 2, b: 3, c: 1 },
      ['listeners.a.port', 'listeners.b.port', 'listeners.c.port'],
    ],
    ['a place in a ring that was left', { a: 1, b: 2, c: 3 }, { a: 2, b: 1, d: 3 }, undefined],
  ])('makes of listeners what is written: %s', async (_name, before, after, applied) => {
    const { settings, machine, write } = await start(listeners(before));
    write(listeners(after));
    const changes = await settings.reload(nothingElse);
    expect(changes.needRestart).toEqual([]);
    if (applied !== undefined) expect(changes.applied).toEqual(applied);
    const wanted = Object.entries(after).map(([name, port]) => [`listeners.${name}`, String(port)]);
    expect(opened(machine)).toEqual(Object.fromEntries(wanted));
    expect(settings.running.listeners.map(({ name, port }) => [name, port]).sort()).toEqual(Object.entries(after));
    machine.order.length = 0;
    expect(await settings.reload(nothingElse)).toEqual({ applied: [], needRestart: [] });
    expect(machine.order).toEqual([]);
  });

  it('closes the usual listeners for the first one that is written, and opens them again without any', async () => {
    const { settings, machine, write } = await start('');
    const before = opened(machine);
    write(listeners({ a: 1 }));
    await settings.reload(nothingElse);
    expect(opened(machine)).toEqual({ 'listeners.a': '1' });
    write('');
    await settings.reload(nothingElse);
    expect(opened(machine)).toEqual(before);
  });

  it('has sources there before the listeners whose clients they are asked about, and takes them away after', async () => {
    const access = 'access: { x: { builtin: {} } }\n';
    const { settings, machine, write } = await start(listeners({ a: 1 }));
    write(`${listeners({ a: 1, b: 2 })}${access}`);
    await settings.reload(nothingElse);
    expect(machine.order).toEqual(['access.x there', 'listeners.b 2']);
    machine.order.length = 0;
    write(listeners({ a: 1 }));
    await settings.reload(nothingElse);
    expect(machine.order).toEqual(['listeners.b closed', 'access.x closed']);
  });

  it('opens a listener anew for what its zone or all listeners are told', async () => {
    const withZone = 'listeners: { a: { port: 1, zone: z } }\n';
    const { settings, machine, write } = await start(`${withZone}zones: { z: { limits.packet_bytes_max: 1MB } }\n`);
    write(`${withZone}zones: { z: { limits.packet_bytes_max: 2MB } }\n`);
    expect(await settings.reload(nothingElse)).toEqual({
      applied: ['zones.z.limits.packet_bytes_max'],
      needRestart: [],
    });
    expect(machine.order).toEqual(['listeners.a 1']);
  });

  it('changes nothing when an address is taken, and tries that before it touches anything', async () => {
    const yaml = `${listeners({ a: 1 })}bridges: { up: { addresses: ["127.0.0.1:9"], topics: ["a out"] } }\n`;
    const { settings, machine, write } = await start(yaml);
    const before = opened(machine);
    machine.taken.add('7');
    write(`${listeners({ a: 1, b: 7 })}access: { x: { builtin: {} } }\nlimits: { sessions_max: 3 }\n`);
    await expect(settings.reload(nothingElse)).rejects.toThrow('listeners.b: port 7 is taken');
    expect([opened(machine), machine.order]).toEqual([before, []]);
    expect(settings.shown().find(({ path }) => path === 'limits.sessions_max')?.isDefault).toBe(true);
    machine.taken.clear();
    expect((await settings.reload(nothingElse)).applied).toEqual(
      expect.arrayContaining(['limits.sessions_max', 'listeners.b', 'access.x', 'bridges.up']),
    );
  });

  it.each([
    ['the source that comes first', 'access.x'],
    ['the bridge that comes last', 'bridges.up'],
    ['a new listener', 'listeners.d'],
  ])('is as it was when what could be tried fails even so: %s', async (_name, broken) => {
    const { settings, machine, write } = await start(listeners({ a: 1, b: 2, c: 3 }));
    const before = opened(machine);
    machine.broken.add(broken);
    const bridge = 'bridges: { up: { addresses: ["127.0.0.1:9"], topics: ["a out"] } }\n';
    write(`${listeners({ a: 2, b: 1, d: 3 })}access: { x: { builtin: {} } }\n${bridge}`);
    await expect(settings.reload(nothingElse)).rejects.toThrow(`${broken}: `);
    expect(opened(machine)).toEqual(before);
    expect(settings.running.listeners.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    machine.broken.clear();
    expect((await settings.reload(nothingElse)).needRestart).toEqual([]);
    expect(opened(machine)).toMatchObject({
      'listeners.a': '2',
      'listeners.b': '1',
      'listeners.d': '3',
      [broken]: expect.anything(),
    });
  });

  it('closes again what it opened when what is to be read with it cannot be', async () => {
    const { settings, machine, write } = await start(listeners({ a: 1, b: 2 }));
    write(listeners({ a: 2, b: 1, c: 3 }));
    await expect(settings.reload(() => Promise.reject(new Error('no certificate')))).rejects.toThrow('no certificate');
    expect(opened(machine)).toEqual({ 'listeners.a': '1', 'listeners.b': '2' });
  });

  it('says what could not be opened again either', async () => {
    const { settings, machine, write } = await start(listeners({ a: 1, b: 2 }));
    write(`${listeners({ a: 3 })}bridges: { up: { addresses: ["127.0.0.1:9"], topics: ["a out"] } }\n`);
    machine.broken.add('bridges.up').add('listeners.b');
    await expect(settings.reload(nothingElse)).rejects.toThrow(
      'bridges.up: there cannot be had. What was there before could not be opened again either: listeners.b: 2 cannot',
    );
  });

  it('is refused for what would stop the next start', async () => {
    const { settings, machine, write } = await start(listeners({ a: 1 }));
    write('bridges: { wrong: { addresses: ["127.0.0.1:9"], topics: ["a out"] } }\n');
    await expect(settings.reload(nothingElse)).rejects.toBeInstanceOf(ConfigError);
    expect(machine.order).toEqual([]);
  });
});
