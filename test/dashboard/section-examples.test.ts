/** The lines that the page gives out for the configuration are right as they stand. */

import { expect, it } from 'vitest';
import { bridgeExample, sourceExamples } from '../../dashboard/src/pages/section-examples.ts';
import { bridgeSpec } from '../../src/bridges/spec-of-options.ts';
import { problemsOfYaml } from '../../src/config/load.ts';
import { readYaml } from '../../src/config/native-yaml.ts';
import { accessKinds } from '../../src/config/rows/access/kinds.ts';
import { settle } from '../../src/config/settings.ts';

it.for([['bridge', bridgeExample] as const, ...Object.entries(sourceExamples)])(
  'adds a section without a mistake: %s',
  async ([, text]) => {
    expect(await problemsOfYaml(text)).toEqual([]);
  },
);

it('describes a bridge that can be opened, and sources of kinds that there are', () => {
  const bridges = settle([readYaml(bridgeExample, 'hoopoe.yaml')], []).bridges;
  expect([...bridges].map(([name, options]) => bridgeSpec(name, options, 'here').addresses)).toHaveLength(1);
  const kinds = accessKinds.map(({ kind }) => kind);
  expect(Object.keys(sourceExamples).filter((kind) => !kinds.includes(kind))).toEqual([]);
});
