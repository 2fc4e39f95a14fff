/** The plugins that the sections of `plugins` name. */

import type { OptionReader } from '../ports/option.ts';
import { pluginError } from './failure.ts';
import { codeAddress, importPlugin, type PluginPlace } from './import-plugin.ts';
import type { PluginEntry } from './plugin-entry.ts';
import { givenOptions } from './plugin-options.ts';

/**
 * @param sections the options of each section by its name
 * @param folder where packages are looked for, and above it
 * @throws BackendError `PLUGIN_OPTIONS` for a section that names no plugin, or two
 */
export function configuredEntries(sections: ReadonlyMap<string, OptionReader>, folder: string): readonly PluginEntry[] {
  return [...sections].map(([section, options]) => {
    // A name of an option may have a hyphen; one of a plugin has none.
    const name = section.replaceAll('-', '_');
    const place = placeOf(section, options, folder);
    const secrets = (options.optionalText('secrets') ?? '').split(/\r?\n/).filter((line) => line.trim() !== '');
    return {
      name,
      kind: 'path' in place ? 'file' : 'package',
      description: 'path' in place ? place.path : place.package,
      isEnabled: options.boolean('enabled'),
      find: () => importPlugin(name, place),
      ...(options.boolean('isolated')
        ? { isolation: { place, memoryBytes: options.number('memory') } }
        : { codeAddress: () => codeAddress(name, place) }),
      options: () => givenOptions(name, [...options.list('options'), ...secrets]),
    };
  });
}

function placeOf(section: string, options: OptionReader, folder: string): PluginPlace {
  const path = options.optionalText('path');
  const name = options.optionalText('package');
  if ((path === undefined) === (name === undefined)) {
    throw pluginError('OPTIONS', `plugins.${section} needs either package or path`);
  }
  return path === undefined ? { package: name!, folder } : { path };
}
