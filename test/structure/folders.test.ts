import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { shippedFiles } from './source-tree.ts';

const filesMax = 25;

describe('folders', () => {
  it(`none below src has more than ${filesMax} sources, tests beside them not counted`, () => {
    const counts = new Map<string, number>();
    for (const { path } of shippedFiles) counts.set(dirname(path), (counts.get(dirname(path)) ?? 0) + 1);
    expect(counts.size).toBeGreaterThan(0);
    const crowded = [...counts].filter(([, count]) => count > filesMax);
    expect(crowded.map(([folder, count]) => `${folder}: ${count} files; make sub-folders`)).toEqual([]);
  });

  it('the parts of a folder have names that say what they own', () => {
    const empty = /(^|[/-])(utils?|helpers?|common|manager|service|impl|misc)(?=[-/.])/;
    expect(shippedFiles.map((file) => file.path).filter((path) => empty.test(path))).toEqual([]);
  });

  it('std and stores know nothing of MQTT', () => {
    const neutral = shippedFiles.filter((file) => /^src\/(std|stores)\//.test(file.path));
    expect(neutral.filter((file) => /mqtt/i.test(file.text)).map((file) => file.path)).toEqual([]);
  });
});
