import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './source-tree.ts';

interface LockedPackage {
  readonly resolved?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const text = readFileSync(join(root, 'package-lock.json'), 'utf8');
const packages: Readonly<Record<string, LockedPackage>> = JSON.parse(text).packages;

describe('package-lock.json', () => {
  it('names the optional packages of all platforms, without which npm ci refuses it everywhere', () => {
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) => !(`${path}/node_modules/${name}` in packages || `node_modules/${name}` in packages),
      ),
    );
    expect(missing.map((name) => `${name}: run npm run lock`)).toEqual([]);
  });

  it('names no registry, so that everybody installs from their own', () => {
    expect(Object.entries(packages).filter(([, entry]) => entry.resolved !== undefined)).toEqual([]);
  });
});
