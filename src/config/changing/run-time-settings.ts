/**
 * The settings of a running broker: what is in effect, what waits for a restart, and how an operator changes them. All of
 * a change holds or nothing of it does. Knows neither broker nor HTTP: whoever makes it says how settings take effect.
 */

import { findOption, unknownOptionText } from '../catalog.ts';
import { type Changes, compareSettings, compareSources } from '../changes.ts';
import { ConfigError, type ConfigProblem, originText, problemText } from '../error.ts';
import { type Loaded, loadSettings, readingOfChanges, type Sources } from '../load.ts';
import type { Assignment } from '../reading.ts';
import type { Effective, Settings } from '../settings.ts';
import { allowedText, quoted, readValue, valueText } from '../value.ts';
import { changesFileOf, changesText, fixedReason, fixedTexts, writeChanges } from './kept-changes.ts';
import { isOverruled, type ShownSetting, shownSettings } from './shown-settings.ts';

export interface ChangeResult {
  readonly path: string;
  /** `unchanged`: the broker runs with this value already. */
  readonly outcome: 'applied' | 'needs_restart' | 'unchanged';
  /** As an operator would write it; left out for no value. */
  readonly value?: string;
}

export interface ChangeProblem {
  /** Left out where no option alone is to blame. */
  readonly path?: string;
  readonly code: 'unknown_option' | 'wrong_value' | 'not_editable' | 'overruled' | 'conflict';
  readonly message: string;
  readonly allowedText?: string;
}

/** Values by the paths of their options; null takes a change back. */
export type WantedChanges = Readonly<Record<string, unknown>>;

/** What would come of changes: one of the two lists is empty. */
export interface ChangePreview {
  readonly results: readonly ChangeResult[];
  readonly refused: readonly ChangeProblem[];
}

/** What operators do with settings. */
export interface SettingsAdministration {
  shown(): readonly ShownSetting[];
  /** The file that keeps changes. */
  readonly changesFile: string;
  /** The configuration file as the operator named it. */
  readonly configurationFile: string | undefined;
  /** Looks what would come of it and changes nothing. */
  check(changes: WantedChanges): Promise<ChangePreview>;
  /**
   * Everything or nothing of it.
   * @throws ChangeRefused, BackendError `SETTINGS_NOT_WRITTEN`
   */
  change(changes: WantedChanges): Promise<readonly ChangeResult[]>;
  /** Whether there is a change of this option that could be taken back. */
  isChanged(path: string): boolean;
}

/** What is wrong with changes; nothing was changed. */
export class ChangeRefused extends Error {
  override readonly name = 'ChangeRefused';
  readonly problems: readonly ChangeProblem[];

  constructor(problems: readonly ChangeProblem[]) {
    super(`Nothing was changed: ${problems[0]?.message ?? ''}`);
    this.problems = problems;
  }
}

/** Makes settings take effect as far as they can at run time. Throws with nothing changed. */
export type ApplySettings = (given: Loaded) => void;

type Plan = { readonly given: Loaded; readonly text: string; readonly results: readonly ChangeResult[] };

export class RunTimeSettings implements SettingsAdministration {
  readonly #sources: Sources;
  /** What the broker was started with: in effect for all that needs a restart. */
  readonly #started: Loaded;
  /** What was read last: in effect for all that does not. */
  #given: Loaded;
  readonly #apply: ApplySettings;
  readonly #furtherProblems: (settings: Settings) => readonly ConfigProblem[];
  /** One change or reload at a time. */
  #last: Promise<unknown> = Promise.resolve();

  /** @param furtherProblems what would stop the next start, though each option by itself is right */
  constructor(
    sources: Sources,
    started: Loaded,
    apply: ApplySettings,
    furtherProblems: (settings: Settings) => readonly ConfigProblem[] = () => [],
  ) {
    this.#furtherProblems = furtherProblems;
    this.#sources = sources;
    this.#started = started;
    this.#given = started;
    this.#apply = apply;
  }

  get changesFile(): string {
    return changesFileOf(this.#started.dataDirectory);
  }

  get configurationFile(): string | undefined {
    return this.#sources.file;
  }

  shown(): readonly ShownSetting[] {
    return shownSettings(this.#started, this.#given);
  }

  isChanged(path: string): boolean {
    return this.#given.changes.has(path);
  }

  async check(changes: WantedChanges): Promise<ChangePreview> {
    const plan = await this.#planOf(changes);
    return 'refused' in plan ? { results: [], ...plan } : { results: plan.results, refused: [] };
  }

  change(changes: WantedChanges): Promise<readonly ChangeResult[]> {
    return this.#alone(async () => {
      const plan = await this.#planOf(changes);
      if ('refused' in plan) throw new ChangeRefused(plan.refused);
      const before = this.#given;
      this.#apply(plan.given);
      try {
        writeChanges(this.changesFile, plan.text);
      } catch (error) {
        this.#apply(before);
        throw error;
      }
      this.#given = plan.given;
      return plan.results;
    });
  }

  /**
   * Reads all sources again.
   * @param then what else is to be read; when it rejects the settings stay as they were
   * @throws ConfigError with nothing changed
   */
  reload(then: () => Promise<void>): Promise<Changes> {
    return this.#alone(async () => {
      const given = await loadSettings(this.#sources);
      const before = this.#given;
      const { applied } = compareSettings(before.settings, given.settings);
      const { needRestart } = compareSettings(this.#started.settings, given.settings);
      this.#apply(given);
      try {
        await then();
      } catch (error) {
        this.#apply(before);
        throw error;
      }
      this.#given = given;
      return { applied, needRestart: [...needRestart, ...compareSources(this.#started.sources, given.sources)] };
    });
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {});
    return done;
  }

  async #planOf(wanted: WantedChanges): Promise<Plan | { refused: readonly ChangeProblem[] }> {
    const next = new Map<string, Pick<Assignment, 'path' | 'row' | 'value'>>(this.#given.changes);
    const refused: ChangeProblem[] = [];
    for (const [path, raw] of Object.entries(wanted)) {
      if (raw === null) next.delete(path);
      const option = findOption(path);
      if (raw === null && option !== undefined) continue;
      const read = this.#readChange(path, raw);
      if ('message' in read) refused.push(read);
      else next.set(path, read);
    }
    if (refused.length > 0) return { refused };
    const text = changesText(next.values());
    const changes = await readingOfChanges(text, this.changesFile);
    const lines = new Map([...changes.assignments.values()].map(({ path, origin }) => [originText(origin), path]));
    let given: Loaded;
    try {
      given = await loadSettings({ ...this.#sources, changes });
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return {
        refused: error.problems.map((problem) => conflict(problemText(problem), lines.get(originText(problem.origin)))),
      };
    }
    const further = this.#furtherProblems(given.settings).map((problem) => conflict(problem.text, undefined));
    if (further.length > 0) return { refused: further };
    const lost = [...next.values()].find(({ path, value }) => !isSame(given.changes.get(path)?.value, value));
    if (lost !== undefined) return { refused: [conflict(`${lost.path} cannot be kept with this value`, lost.path)] };
    return { given, text, results: Object.keys(wanted).map((path) => this.#resultOf(path, given.settings)) };
  }

  #readChange(path: string, raw: unknown): Assignment | ChangeProblem {
    const { settings } = this.#given;
    const option = findOption(path);
    const held = effectiveOf(settings, path);
    if (option === undefined)
      return { path: path.slice(0, 200), code: 'unknown_option', message: unknownOptionText(path, quoted(path)) };
    const { row, entry } = option;
    if (held === undefined) {
      const message = `the configuration has no ${entry?.collection.entry} ${entry?.name}; write it into the configuration file first`;
      return { path, code: 'unknown_option', message };
    }
    const fixed = fixedReason(path, row);
    if (fixed !== undefined) return { path, code: 'not_editable', message: `${path} ${fixedTexts[fixed]}` };
    if (isOverruled(this.#given, held)) {
      const isSaidBelow = held.origin.kind === 'environment' || held.origin.kind === 'flag';
      const by = isSaidBelow ? originText(held.origin) : '-p';
      return { path, code: 'overruled', message: `${path} is said by ${by}, which wins; change it there` };
    }
    const reading = readValue(row.type, raw, '');
    if ('value' in reading) return { ...option, path, value: reading.value, origin: held.origin };
    const message = `${path}: ${reading.problem}`;
    return { path, code: 'wrong_value', message, allowedText: allowedText(row.type) };
  }

  #resultOf(path: string, given: Settings): ChangeResult {
    const after = effectiveOf(given, path);
    const { settings } = after?.row.reloadable === true ? this.#given : this.#started;
    const isKept = isSame(effectiveOf(settings, path)?.value, after?.value);
    const value = after?.value === undefined ? undefined : valueText(after.row.type, after.value);
    const outcome = isKept ? 'unchanged' : after?.row.reloadable === true ? 'applied' : 'needs_restart';
    return { path, outcome, ...(value !== undefined && { value }) };
  }
}

function conflict(message: string, path: string | undefined): ChangeProblem {
  return { ...(path !== undefined && { path }), code: 'conflict', message };
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Undefined where there is no such option, or no such section. */
function effectiveOf(settings: Settings, path: string): Effective | undefined {
  const option = findOption(path);
  if (option === undefined) return undefined;
  const { row, entry } = option;
  if (entry === undefined) return settings.get(row.name);
  return settings.entries.get(entry.collection.name)?.get(entry.name)?.get(row.name);
}
