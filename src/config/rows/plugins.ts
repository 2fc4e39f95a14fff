/** The rows of one section of `plugins`, named without `plugins.NAME.`. */

import type { OptionRow } from '../../ports/option.ts';

export const pluginRows: readonly OptionRow[] = [
  {
    name: 'package',
    type: { kind: 'string' },
    default: undefined,
    unset: 'path is used',
    reloadable: false,
    sentence: 'Name of the package that exports the plugin; it is looked for beside the configuration and above.',
  },
  {
    name: 'path',
    type: { kind: 'path' },
    default: undefined,
    unset: 'package is used',
    reloadable: false,
    sentence: 'File that exports the plugin: a JavaScript module.',
  },
  {
    name: 'enabled',
    type: { kind: 'boolean' },
    default: true,
    reloadable: false,
    sentence: 'Whether it is loaded at the start, unless an operator has loaded or unloaded it since.',
  },
  {
    name: 'isolated',
    type: { kind: 'boolean' },
    default: true,
    reloadable: false,
    sentence:
      'Whether it runs in a thread of its own, so that a leak, an endless loop or process.exit ends that thread alone.',
  },
  {
    name: 'memory',
    type: { kind: 'size', min: 16 * 1024 * 1024, max: 64 * 1024 ** 3 },
    default: 256 * 1024 * 1024,
    reloadable: false,
    sentence: 'What an isolated plugin may hold, heap and buffers together; its thread is ended above it.',
  },
  {
    name: 'options',
    type: { kind: 'list', rule: { allowed: 'name=value', test: (text) => /^[^=]+=/.test(text) } },
    default: [],
    reloadable: false,
    sentence: 'Options that the plugin declares, each as "name=value", in YAML also as a map of names and values.',
  },
  {
    name: 'secrets',
    type: { kind: 'secret' },
    default: undefined,
    unset: 'there are none',
    reloadable: false,
    sentence: 'Further options that are never shown, as lines of "name=value".',
  },
];
