/** The page is shipped with the licences of what is in it. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../structure/source-tree.ts';

it('stand beside the page, one for each package that is part of it', () => {
  const text = readFileSync(join(root, 'dist/dashboard/licences.txt'), 'utf8');
  const { devDependencies, dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    devDependencies: Record<string, string>;
    dependencies: Record<string, string>;
  };
  const ofPage = Object.keys({ ...dependencies, ...devDependencies }).filter((name) =>
    /^(react|react-dom|uplot|mqtt)$|^@(mantine|tabler|tanstack)\//.test(name),
  );
  expect(ofPage.length).toBeGreaterThan(6);
  const parts = text.split(`\n${'-'.repeat(80)}\n`);
  for (const name of ofPage) {
    const part = parts.find((one) => one.trim().startsWith(`${name} `));
    expect(part, name).toMatch(/Copyright/i);
    expect(part, name).toMatch(/permission|license/i);
  }
});
