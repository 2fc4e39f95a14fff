/** The lines that the page gives out for the configuration are right as they stand, and there are some for each kind that needs a file. */

import { expect, it } from 'vitest';
import { fileExamples } from '../../dashboard/src/pages/sections/file-examples.ts';
import { mainOptions } from '../../dashboard/src/pages/sections/main-options.ts';
import { ShownSections } from '../../src/config/changing/sections.ts';
import { loadSettings, problemsOfYaml } from '../../src/config/load.ts';

const machine = { platform: 'linux', environment: {}, homeDirectory: '/', workingDirectory: '/', root: false } as const;
const given = await loadSettings({ file: undefined, flags: [], ports: [], machine });
const sections = new ShownSections(given);
const collections = ['listeners', 'access', 'bridges'] as const;

it.for(Object.entries(fileExamples))('adds a section without a mistake: %s', async ([, text]) => {
  expect(await problemsOfYaml(text)).toEqual([]);
});

it('has lines for exactly the kinds that need a file', () => {
  const kinds = collections.flatMap((collection) => sections.kinds(collection));
  const needing = kinds.filter(({ needsFile }) => needsFile !== undefined).map(({ kind }) => kind);
  expect(Object.keys(fileExamples).sort()).toEqual(needing.sort());
});

it.for(collections)('asks first for options that there are: %s', (collection) => {
  for (const { kind, needsFile } of sections.kinds(collection)) {
    const names = sections.blank(collection, kind).map(({ path }) => path.replace(`${collection}.NAME.`, ''));
    if (needsFile !== undefined) {
      expect(names, `${kind} needs a file that can be named`).toContain(needsFile);
      continue;
    }
    const main = mainOptions(collection, kind);
    expect(main.length, kind).toBeGreaterThan(0);
    expect(
      main.filter((name) => !names.includes(name)),
      kind,
    ).toEqual([]);
  }
});
