/** From the name of a package or the path of a file to the plugin that it exports. */

import { readFileSync, realpathSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { PluginDefinition } from '../ports/plugin.ts';
import { quote } from '../std/shorten.ts';
import { checkDefinition } from './check-definition.ts';
import { pluginError, sayingOf } from './failure.ts';

/** Where a plugin comes from: a package that is installed beside `folder` or above it, or a file. */
export type PluginPlace = { readonly package: string; readonly folder: string } | { readonly path: string };

const PACKAGE = /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/;

/** Grows with each import, so that a file that was changed is read again. */
let imports = 0;

/** @throws BackendError `PLUGIN_NOT_FOUND`, `PLUGIN_FAILED` or `PLUGIN_INVALID` */
export async function importPlugin(name: string, place: PluginPlace): Promise<PluginDefinition> {
  const file = 'path' in place ? fileOf(name, place.path) : packageFile(name, place.package, place.folder);
  const url = pathToFileURL(file);
  url.searchParams.set('load', String(++imports));
  let module: { plugin?: unknown; default?: unknown };
  try {
    module = (await import(/* @vite-ignore */ url.href)) as typeof module;
  } catch (error) {
    throw pluginError('FAILED', `Plugin ${name}: ${quote(file)} cannot be imported: ${sayingOf(error)}`, error);
  }
  return checkDefinition(`Plugin ${name} (${file})`, module.plugin ?? module.default);
}

/**
 * How the addresses of all code of the plugin begin: its file, or the folder of its package.
 * @throws BackendError `PLUGIN_NOT_FOUND`, `PLUGIN_INVALID`
 */
export function codeAddress(name: string, place: PluginPlace): string {
  if ('path' in place) return pathToFileURL(realpathSync(fileOf(name, place.path))).href;
  const file = realpathSync(packageFile(name, place.package, place.folder));
  let folder = dirname(file);
  while (!isFile(join(folder, 'package.json')) && folder !== dirname(folder)) folder = dirname(folder);
  return `${pathToFileURL(folder).href}/`;
}

function fileOf(name: string, path: string): string {
  const file = resolve(path);
  if (isFile(file)) return file;
  throw pluginError('NOT_FOUND', `Plugin ${name}: there is no file ${quote(file)}; correct plugins.${name}.path`);
}

function packageFile(name: string, specifier: string, folder: string): string {
  if (!PACKAGE.test(specifier)) {
    throw pluginError('NOT_FOUND', `Plugin ${name}: ${quote(specifier)} is no name of a package; use path for files`);
  }
  for (let at = resolve(folder); ; at = dirname(at)) {
    const root = join(at, 'node_modules', specifier);
    if (isFile(join(root, 'package.json'))) return entryOf(name, specifier, root);
    if (at === dirname(at)) break;
  }
  try {
    return createRequire(import.meta.url).resolve(specifier);
  } catch (error) {
    const text = `Plugin ${name}: the package ${specifier} is not installed beside ${quote(folder)}; run npm install ${specifier} there`;
    throw pluginError('NOT_FOUND', text, error);
  }
}

/** The file that `import` of a package means. */
function entryOf(name: string, specifier: string, root: string): string {
  let manifest: { exports?: unknown; main?: unknown };
  try {
    manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as typeof manifest;
  } catch (error) {
    throw pluginError(
      'INVALID',
      `Plugin ${name}: package.json of ${specifier} cannot be read: ${sayingOf(error)}`,
      error,
    );
  }
  const entry = exported(manifest.exports, 0) ?? (typeof manifest.main === 'string' ? manifest.main : 'index.js');
  const file = join(root, entry);
  if (isFile(file)) return file;
  throw pluginError('NOT_FOUND', `Plugin ${name}: the package ${specifier} has no file ${quote(entry)}`);
}

/** What `exports` says of the package itself, on the conditions that hold here. */
function exported(exports: unknown, depth: number): string | undefined {
  if (typeof exports === 'string') return exports;
  if (typeof exports !== 'object' || exports === null || depth > 4) return undefined;
  for (const [condition, target] of Object.entries(exports)) {
    if (!['.', 'node', 'import', 'default'].includes(condition)) continue;
    const found = exported(target, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
