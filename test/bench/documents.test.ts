import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { root } from '../structure/source-tree.ts';

/** The benchmark is JavaScript outside of what TypeScript reads: each test says what it takes from it. */
async function fromBench<T>(path: string): Promise<T> {
  return (await import(pathToFileURL(join(root, 'bench', path)).href)) as T;
}

interface Row {
  readonly name: string;
  readonly kind: string;
  readonly targetRatio?: number;
}

const { SCENARIOS } = await fromBench<{ SCENARIOS: readonly Row[] }>('scenarios/index.mjs');
const { SERIES } = await fromBench<{ SERIES: ReadonlyArray<{ name: string }> }>('scenarios/scaling.mjs');
const { documents, replaceSection } = await fromBench<{
  documents(figuresOf?: (name: string) => object | undefined): Map<string, string>;
  replaceSection(text: string, change: { document: string; section: string; body: string }): string;
}>('documents.mjs');
const guide = readFileSync(join(root, 'docs/performance.md'), 'utf8');
const names = new Set(SCENARIOS.map(({ name }) => name));

describe('docs/performance.md and the READMEs', () => {
  it('say what was measured', () => {
    const stale = [...documents()].filter(([name, text]) => readFileSync(join(root, name), 'utf8') !== text);
    expect(stale.map(([name]) => `${name}: run node bench/documents.mjs`)).toEqual([]);
  });

  it('name only scenarios that there are', () => {
    const tableRows = [...guide.matchAll(/^\| `([\w-]+)` /gm)].map(([, name]) => name ?? '');
    const looksLikeScenario = /^(pipelined|single|pairs|many|thousand|durable|fan|filters|storm|tls|websocket)-[\w-]+$/;
    const mentioned = [...guide.matchAll(/`([\w-]+)`/g)].map(([, name]) => name ?? '');
    const wanted = new Set([...tableRows, ...mentioned.filter((name) => looksLikeScenario.test(name))]);
    expect(wanted.size).toBeGreaterThan(10);
    expect([...wanted].filter((name) => !names.has(name))).toEqual([]);
  });

  it('show every scenario of a usual run in the READMEs that they name', async () => {
    const { README_ROWS } = await fromBench<{ README_ROWS: ReadonlyArray<{ scenario: string }> }>('readme-section.mjs');
    expect(README_ROWS.map(({ scenario }) => scenario).filter((name) => !names.has(name))).toEqual([]);
  });

  it('get their figures from a run', () => {
    const measured = {
      unit: 'message',
      rounds: 3,
      startMs: 250,
      startBytes: 1e6,
      peakBytes: 2e6,
      lost: 0,
      perSecond: 1000,
    };
    const of = (scenario: string, broker: string, more: object) => ({ scenario, broker, ...measured, ...more });
    const run = {
      date: '2030-01-02T03:04:05',
      machine: { cpu: 'a processor', cores: 2, system: 'Linux 9', node: 'v20' },
      description: ['A description.'],
      versions: { hoopoe: '9.8', mosquitto: '7.6' },
    };
    const comparison = {
      ...run,
      summaries: [of('pipelined-64', 'hoopoe', { cpuUs: 0.25 }), of('pipelined-64', 'mosquitto', { cpuUs: 10 })],
    };
    const scaling = {
      ...run,
      summaries: [1000, 10_000].map((size) => of(`sessions-${size}`, 'hoopoe', { cpuUs: 2, heldBytes: size * 700 })),
    };
    const made = documents((name) => (name === 'comparison' ? comparison : scaling));
    const text = (name: string) => made.get(name) ?? '';
    expect(text('docs/performance.md')).toContain('Measured on 2030-01-02.\nA description.');
    expect(text('docs/performance.md')).toContain(
      '1→1 QoS 0 pipelined, 64 B | 0.25 (0.025) | 10 (1.00) | ≤ 0.06 met |',
    );
    expect(text('docs/performance.md')).toContain('| `pipelined-64` 1→1 QoS 0 pipelined, 64 B | 2,800,000 | 70,000 |');
    expect(text('docs/performance.md')).toContain('| Hoopoe | 10,000 | 2 | 700 |');
    expect(text('README.md')).toContain('| traffic | Hoopoe 9.8 | Mosquitto 7.6 |');
    expect(text('README.md')).toContain('| 1→1 QoS 0, pipelined, 64 B | 0.25 | 10 |');
    expect(text('README.zh-CN.md')).toContain('| 1→1 QoS 0，流水线发送，64 B | 0.25 | 10 |');
    const rows = (name: string) =>
      text(name)
        .split('\n')
        .filter((line) => line.startsWith('|')).length;
    expect(rows('README.zh-CN.md')).toBe(rows('README.md'));
  });

  it('are refused when a section for figures is missing', () => {
    const change = { document: 'a.md', section: 'cpu', body: 'new' };
    const text = 'before\n<!-- bench:cpu -->\n\nold\n\n<!-- /bench -->\nbehind';
    expect(replaceSection(text, change)).toBe('before\n<!-- bench:cpu -->\n\nnew\n\n<!-- /bench -->\nbehind');
    expect(() => replaceSection('before', change)).toThrow('a.md has no section <!-- bench:cpu -->');
  });
});

describe('scenarios', () => {
  it('have names of their own', () => {
    expect(names.size).toBe(SCENARIOS.length);
  });

  it.each([
    ...['pipelined-64', 'pipelined-1k', 'pipelined-64k', 'single-write', 'properties'],
    ...[10, 1000].flatMap((count) =>
      [0, 1, 2].flatMap((qos) => [1, 20, 100].map((window) => `${count === 10 ? 'pairs' : 'many'}-q${qos}-w${window}`)),
    ),
    ...[
      'thousand-q0',
      'thousand-q1',
      'fan-out',
      'fan-in',
      'shared',
      'durable-q1',
      'offline',
      'filters-100k',
      'retained',
    ],
    ...['idle', 'tls-idle', 'websocket-idle', 'tls', 'websocket', 'rules-100', 'database', 'garbage'],
    ...['storm', 'storm-plain', 'storm-sha256', 'storm-bcrypt'],
  ])('has a row for %s', (name) => {
    expect(names).toContain(name);
  });

  it('deliver wildcard matches to the same holders, however many filters there are', async () => {
    interface Stations {
      readonly publishers: ReadonlyArray<ReadonlyArray<{ topic: string }>>;
      readonly subscribers: ReadonlyArray<readonly string[]>;
    }
    const { layOut } = await fromBench<{ layOut(row: object): Stations }>('generator/layouts.mjs');
    const holdersOf = (count: number) => {
      const { publishers, subscribers } = layOut({ layout: 'filters', count });
      const holders = new Map(subscribers.flatMap((filters, holder) => filters.map((filter) => [filter, holder])));
      return publishers[0]!.map(({ topic }) => holders.get(topic.replace('/room/', '/+/')));
    };
    const few = holdersOf(1000);
    expect(few.slice(0, 3)).toEqual([0, 1, 2]);
    expect(new Set(few).size).toBe(100);
    expect(holdersOf(100_000)).toEqual(few);
  });

  it('grow subscriptions, sessions, retained messages and subscribers', () => {
    expect(SERIES.map(({ name }) => name)).toEqual(['subscriptions', 'sessions', 'retained', 'fan-out']);
  });
});
