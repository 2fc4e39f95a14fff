import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { RunTimeSettings } from '../config/changing/run-time-settings.ts';
import { loadSettings } from '../config/load.ts';
import type { Settings } from '../config/settings.ts';
import { problemsOfBridges, warningsOfBridges } from './bridge-problems.ts';

async function settingsFrom(text: string): Promise<Settings> {
  const folder = mkdtempSync(join(tmpdir(), 'bridge-problems-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'hoopoe.yaml');
  writeFileSync(file, text);
  const environment = { HOOPOE_DATA_DIR: join(folder, 'data') };
  const machine = { platform: 'linux', environment, homeDirectory: folder, workingDirectory: folder, root: false };
  return (await loadSettings({ file, flags: [], ports: [], machine })).settings;
}

it.each([
  ['3.1.1', 'a', 'b', 2],
  ['auto', 'a', 'b', 0],
  ['3.1', 'a', 'a', 0],
])('warns where messages go through below MQTT 5: protocol %s, to %s and %s', async (protocol, one, other, count) => {
  const bridge = (host: string): string => `{ addresses: [${host}], topics: ['t/# both 1'], protocol: '${protocol}' }`;
  const settings = await settingsFrom(`bridges: { one: ${bridge(one)}, other: ${bridge(other)} }\n`);
  const texts = warningsOfBridges(settings).map(({ text }) => text);
  expect(texts).toHaveLength(count);
  for (const text of texts) expect(text).toMatch(/the bridge (one|other) brings .* set protocol: 5/);
});

it('refuses a change with which the next start would fail', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bridge-problems-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'hoopoe.yaml');
  writeFileSync(file, `bridges: { cloud: { addresses: [h], topics: ['a out'] } }\n`);
  const environment = { HOOPOE_DATA_DIR: join(folder, 'data') };
  const machine = { platform: 'linux', environment, homeDirectory: folder, workingDirectory: folder, root: false };
  const sources = { file, flags: [], ports: [], machine } as const;
  const settings = new RunTimeSettings(sources, await loadSettings(sources), () => {}, problemsOfBridges);
  const { results, refused } = await settings.check({ 'bridges.cloud.topics': [] });
  expect(results).toEqual([]);
  expect(refused).toMatchObject([{ code: 'conflict', message: expect.stringContaining('bridges.cloud.topics') }]);
  await expect(settings.change({ 'bridges.cloud.topics': [] })).rejects.toThrow('Nothing was changed');
  expect(existsSync(settings.changesFile)).toBe(false);
  expect((await settings.check({ 'bridges.cloud.topics': ['b in'] })).refused).toEqual([]);
});
