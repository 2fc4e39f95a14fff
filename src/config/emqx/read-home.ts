/**
 * Reads a home directory of EMQX 4, EMQX 3 or EMQTT 2.3 as it is: the files in `etc`, those of the plugins that are
 * loaded, what is loaded, and the environment. Gives native options with the places where keys were written.
 */

import type { Environment } from '../environment.ts';
import type { ConfigProblem } from '../error.ts';
import { nearest } from '../nearest.ts';
import type { Reading } from '../reading.ts';
import { withEnvironment, writeEnvironment } from './environment.ts';
import { HomeFiles } from './home-files.ts';
import { KeyTable } from './key-table.ts';
import { currentPlugin } from './keys/aliases.ts';
import { defaultModules, defaultPlugins, type LoadedEntries, parseLoaded } from './loaded-files.ts';
import { formerUserPlugins, moduleDescriptions, pluginRows, pluginsByName } from './plugins.ts';
import { reportLost } from './report.ts';
import { translateAccess } from './translate/access.ts';
import { translateBridges } from './translate/bridges.ts';
import { translateBroker } from './translate/broker.ts';
import { listenersOf, translateListeners } from './translate/listeners.ts';
import { translateManagement } from './translate/management.ts';
import { translateModules } from './translate/modules.ts';
import { type HomeFacts, Translation } from './translate/translation.ts';
import { translateWebhook } from './translate/webhook.ts';
import { mainZone, translateZones } from './translate/zones.ts';

/** What a home directory says, for whoever shows or converts it. */
export interface EmqxHome {
  readonly reading: Reading;
  readonly facts: HomeFacts;
  readonly keys: KeyTable;
  /** Keys that do not do here what they say, with why. */
  readonly lost: Translation['lost'];
}

/**
 * @param directory as the operator wrote it; problems name files below it
 * @param readText gives the text of a file, undefined where there is none, and throws where it cannot be read
 */
export function readEmqxHome(
  directory: string,
  environment: Environment,
  readText: (file: string) => string | undefined,
): EmqxHome {
  const files = new HomeFiles(directory, readText);
  const keys = new KeyTable();
  const warnings: ConfigProblem[] = [];
  const main = files.mainFile();
  if (main === undefined) {
    const text = 'is no home directory of EMQX: there is neither etc/emqx.conf nor etc/emq.conf in it';
    files.problems.push({ origin: { kind: 'file', file: directory, line: 0 }, text });
  } else files.read(main.path, keys);
  // Where plugins are is said by keys, which the environment may change; it is read again over their files.
  writeEnvironment(keys, environment, warnings);
  const legacy = main?.legacy ?? false;
  const facts: HomeFacts = {
    directory,
    legacy,
    plugins: loadedPlugins(files, keys, environment, legacy),
    modules: loadedEntries(files, keys, 'modules.loaded_file', defaultModules, environment['EMQX_LOADED_MODULES']),
    hasFile: (file) => files.textOf(file) !== undefined,
  };
  for (const [plugin, loaded] of facts.plugins) if (loaded) files.readPlugin(plugin, keys);
  for (const { name, source } of pluginRows) {
    if (source !== undefined && facts.plugins.get(name) !== true) readSleeping(files, name, keys);
  }
  writeEnvironment(keys, environment, []);
  const translation = new Translation(keys, facts);
  checkNames(translation, files);
  checkFiles(translation, files);
  const listeners = listenersOf(translation);
  const zones = listeners.map(({ zone }) => zone);
  translateZones(translation, zones);
  translateBroker(translation, mainZone(zones));
  translateListeners(translation, listeners);
  translateAccess(translation);
  translateBridges(translation);
  translateManagement(translation);
  translateModules(translation);
  translateWebhook(translation);
  reportLost(translation);
  const { reading } = translation;
  const seen = new Set<string>();
  for (const problem of [...files.problems, ...keys.problems]) {
    // A variable is read twice, and its mistake is one.
    const said = JSON.stringify(problem);
    if (!seen.has(said)) reading.problem(problem.origin, problem.text);
    seen.add(said);
  }
  reading.warnings.unshift(...warnings);
  return { reading, facts, keys, lost: translation.lost };
}

/**
 * Takes the keys of a source that is not loaded, so that it can be while the broker runs. A mistake in its file is nobody's
 * trouble until then.
 */
function readSleeping(files: HomeFiles, plugin: string, keys: KeyTable): void {
  if (!files.hasPluginFile(plugin)) return;
  const own = new KeyTable();
  const before = files.problems.length;
  files.readPlugin(plugin, own);
  const isWrong = files.problems.length > before || own.problems.length > 0;
  files.problems.splice(before);
  if (isWrong) return;
  for (const [key, written] of own.written) keys.written.set(key, written);
}

function loadedPlugins(files: HomeFiles, keys: KeyTable, environment: Environment, legacy: boolean): LoadedEntries {
  const entries = loadedEntries(files, keys, 'plugins.loaded_file', defaultPlugins, environment['EMQX_LOADED_PLUGINS']);
  const current = new Map<string, boolean>();
  for (const [written, loaded] of entries) {
    const name = currentPlugin(written);
    const isFormer = formerUserPlugins.includes(name) && (legacy || files.hasPluginFile(name));
    const plugin = isFormer ? 'emqx_auth_mnesia' : name;
    if (isFormer && loaded) files.readPlugin(name, keys);
    current.set(plugin, loaded || (isFormer && current.get(plugin) === true));
  }
  // 2.3 had the retainer in the list as well, but a list that somebody wrote in 2.3's days may lack later plugins.
  return current;
}

function loadedEntries(
  files: HomeFiles,
  keys: KeyTable,
  key: string,
  fallback: LoadedEntries,
  variable: string | undefined,
): LoadedEntries {
  const file = keys.text(key) ?? '';
  const text = files.textOf(file);
  const { entries, problems } = text === undefined ? { entries: fallback, problems: [] } : parseLoaded(text);
  for (const { line, text: problem } of problems) files.problem(file, line, problem);
  return withEnvironment(entries, variable);
}

/** A source of logins that nobody has configured would know nobody, and where anonymous clients may come in so may all. */
function checkFiles({ keys, home }: Translation, files: HomeFiles): void {
  for (const { name, source } of pluginRows) {
    if (source === undefined || source === 'mnesia' || home.plugins.get(name) !== true) continue;
    if (files.hasPluginFile(name) || keys.under('auth', source).length > 0) continue;
    const text = `plugin ${name} is loaded, and there is no file etc/plugins/${name}.conf that says what it asks`;
    files.problem(keys.text('plugins.loaded_file') ?? '', 0, text);
  }
}

/** Names of plugins and modules that nobody knows, and those that cannot be had. */
function checkNames(translation: Translation, files: HomeFiles): void {
  const { keys, home } = translation;
  const at = (key: string): string => keys.text(key) ?? '';
  for (const [name, loaded] of home.plugins) {
    const row = pluginsByName.get(name);
    if (!loaded || (row !== undefined && row.missing === undefined)) continue;
    if (row === undefined) {
      const former = formerUserPlugins.includes(name);
      const near = former ? 'emqx_auth_mnesia' : nearest(name, pluginsByName.keys());
      const hint = near === undefined ? '' : `; did you mean ${near}?`;
      files.problem(at('plugins.loaded_file'), 0, `plugin ${JSON.stringify(name)} is loaded, and there is none${hint}`);
    } else if (row.unsafe === true) {
      const text = `plugin ${name} is loaded, and there is no ${row.missing} here: unload it, or keep the other broker`;
      files.problem(at('plugins.loaded_file'), 0, text);
    } else translation.warn(files.origin(at('plugins.loaded_file')), `plugin ${name}: there is no ${row.missing} here`);
  }
  for (const [name, loaded] of home.modules) {
    if (!loaded || moduleDescriptions.has(name)) continue;
    const near = nearest(name, moduleDescriptions.keys());
    const hint = near === undefined ? '' : `; did you mean ${near}?`;
    files.problem(at('modules.loaded_file'), 0, `module ${JSON.stringify(name)} is loaded, and there is none${hint}`);
  }
}
