/** Writes the licences of the packages whose code is part of the page beside it, as these licences ask. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Plugin } from 'vite';

/** Where the build puts them. */
const LICENCES_FILE = 'licences.txt';

interface PackageFacts {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** The folder of the package that a module belongs to; undefined for modules of the page itself. */
function packageFolderOf(id: string): string | undefined {
  return /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(id.replace(/^\0/, ''))?.[0];
}

/** Where a dependency of a package is installed; undefined where it is not. */
function installedFolder(name: string, from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const found = join(folder, 'node_modules', name);
    if (existsSync(join(found, 'package.json'))) return found;
    if (folder === dirname(folder)) return undefined;
  }
}

function factsOf(folder: string): PackageFacts {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageFacts;
}

/** With what they depend on: some packages are published as one file that has the others inside. */
function withDependencies(folders: Iterable<string>): Map<string, PackageFacts> {
  const found = new Map<string, PackageFacts>();
  const waiting = [...folders];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    if (found.has(folder) || !existsSync(join(folder, 'package.json'))) continue;
    const facts = factsOf(folder);
    found.set(folder, facts);
    for (const name of Object.keys(facts.dependencies ?? {})) {
      const dependency = name.startsWith('@types/') ? undefined : installedFolder(name, folder);
      if (dependency !== undefined) waiting.push(dependency);
    }
  }
  return found;
}

function licenceText(folder: string): string {
  const file = readdirSync(folder).find((name) => /^(licen[cs]e|copying)(\.|$)/i.test(name));
  return file === undefined ? '' : readFileSync(join(folder, file), 'utf8').trim();
}

/** What a file that was bundled elsewhere says of the code that is in it. */
function noticeOf(module: string): string {
  const text = existsSync(module) ? readFileSync(module, 'utf8') : '';
  return /\/\*! Bundled license information:([\s\S]*?)\*\/\s*$/.exec(text)?.[1]?.trim() ?? '';
}

function textOf(packages: ReadonlyMap<string, PackageFacts>, notices: readonly string[]): string {
  const parts = [...packages]
    .map(
      ([folder, { name, version, license = 'see below' }]) =>
        `${name} ${version} (${license})\n\n${licenceText(folder)}`,
    )
    .toSorted();
  const head = 'The dashboard contains code of these packages.';
  return `${[head, ...new Set(parts), ...notices].map((part) => part.trim()).join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

/** Part of each build. */
export function licences(): Plugin {
  return {
    name: 'licences',
    apply: 'build',
    generateBundle(_options, bundle) {
      const modules = Object.values(bundle).flatMap((file) => (file.type === 'chunk' ? Object.keys(file.modules) : []));
      const folders = new Set(modules.map(packageFolderOf).filter((folder) => folder !== undefined));
      const notices = modules.map((module) => noticeOf(module)).filter((notice) => notice !== '');
      this.emitFile({ type: 'asset', fileName: LICENCES_FILE, source: textOf(withDependencies(folders), notices) });
    },
  };
}
