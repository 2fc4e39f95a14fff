/**
 * The settings of a running broker: what is in effect, what waits for a restart, and how an operator changes them. All of
 * a change holds or nothing of it does. Knows neither broker nor HTTP: whoever makes it says how settings take effect.
 */

import { planAccess } from '../access.ts';
import { findOption } from '../catalog.ts';
import { type Changes, compareSettings, compareSources } from '../changes.ts';
import { ConfigError, type ConfigProblem, originText, problemText } from '../error.ts';
import { type Loaded, loadSettings, readingOfChanges, type Sources } from '../load.ts';
import type { Settings } from '../settings.ts';
import { valueText } from '../value.ts';
import { changesFileOf, changesText, writeChanges } from './kept-changes.ts';
import { type ChangeProblem, type ChangeResult, conflict, effectiveOf, readChange } from './read-change.ts';
import { type Draft, draftOf, type SectionChange, withSection } from './section-changes.ts';
import { type SectionAdministration, type SectionPreview, type SectionSwitch, ShownSections } from './sections.ts';
import { type ShownSetting, shownSettings } from './shown-settings.ts';
import { changedSections, switchSections } from './switched-sections.ts';

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
  /** What is in effect for all that does not change at once. */
  readonly running: Pick<Loaded, 'settings' | 'listeners'>;
  /** Names of all access sources that the configuration has, those that are switched off too, in the order in which they are asked. */
  sourceNames(): readonly string[];
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

type Refusal = { readonly refused: readonly ChangeProblem[] };
type Plan = { readonly given: Loaded; readonly text: string; readonly results: readonly ChangeResult[] };

export class RunTimeSettings implements SettingsAdministration, SectionAdministration {
  readonly #sources: Sources;
  /** What the broker was started with, and sections as they were changed since: in effect for all that needs a restart. */
  #started: Loaded;
  /** What was read last: in effect for all that does not. */
  #given: Loaded;
  readonly #apply: ApplySettings;
  readonly #furtherProblems: (settings: Settings) => readonly ConfigProblem[];
  readonly #sections: SectionSwitch;
  /** One change or reload at a time. */
  #last: Promise<unknown> = Promise.resolve();

  /**
   * @param furtherProblems what would stop the next start, though each option by itself is right
   * @param sections opens and closes listeners, access sources and bridges; unless given, all of them wait for a restart
   */
  constructor(
    sources: Sources,
    started: Loaded,
    apply: ApplySettings,
    furtherProblems: (settings: Settings) => readonly ConfigProblem[] = () => [],
    sections: SectionSwitch = waiting,
  ) {
    this.#furtherProblems = furtherProblems;
    this.#sections = sections;
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

  get running(): Loaded {
    return this.#started;
  }

  get sections(): ShownSections {
    return new ShownSections(this.#given);
  }

  async trySection(change: SectionChange): Promise<SectionPreview> {
    const plan = await this.#planOfSection(change);
    if ('refused' in plan) return { doubts: [], refused: plan.refused };
    if (change.action === 'remove') return { doubts: [], refused: [] };
    return await this.#sections.look(change, plan.given);
  }

  changeSection(change: SectionChange): Promise<readonly ChangeResult[]> {
    return this.#alone(async () => {
      const plan = await this.#planOfSection(change);
      if ('refused' in plan) throw new ChangeRefused(plan.refused);
      const before = this.#given;
      const outcome = await this.#sections.apply(change, plan.given);
      try {
        this.#apply(plan.given);
        writeChanges(this.changesFile, plan.text);
      } catch (error) {
        this.#apply(before);
        await this.#sections.apply(change, this.#started);
        throw error;
      }
      this.#given = plan.given;
      if (outcome === 'applied') this.#started = withSection(this.#started, plan.given, change);
      return plan.results.map((result) => ({ ...result, outcome }));
    });
  }

  async #planOfSection(change: SectionChange): Promise<Plan | Refusal> {
    const draft = draftOf(change, this.#given);
    if ('refused' in draft) return draft;
    const plan = await this.#planWith(draft);
    if ('refused' in plan) return plan;
    const path = `${change.collection}.${change.name}`;
    const { settings } = plan.given;
    const isThere = settings.entries.get(change.collection)?.has(change.name) === true;
    if (change.action !== 'remove' && !isThere) return { refused: [conflict(`${path} needs at least one option`)] };
    const results = Object.keys(change.options).map((option) => this.#resultOf(`${path}.${option}`, settings));
    return { ...plan, results };
  }

  isChanged(path: string): boolean {
    return this.#given.changes.has(path);
  }

  sourceNames(): readonly string[] {
    return planAccess(this.#given.settings, true, true).sources.map(({ name }) => name);
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
   * Reads all sources again, and opens, changes and closes listeners, access sources and bridges so that they are as given.
   * @param then what else is to be read; when it rejects the settings stay as they were
   * @throws ConfigError, BackendError `SECTION_NOT_OPENED`, each with nothing changed
   */
  reload(then: () => Promise<void>): Promise<Changes> {
    return this.#alone(async () => {
      const given = await loadSettings(this.#sources);
      const further = this.#furtherProblems(given.settings);
      if (further.length > 0) throw new ConfigError(further);
      const before = this.#given;
      const waited = waitingFor(this.#started, given);
      const { applied } = compareSettings(before.settings, given.settings);
      const moved = compareSources(before.sources, given.sources).applied;
      const started = this.#started;
      this.#apply(given);
      try {
        this.#started = await this.#switch(started, given);
        await then();
      } catch (error) {
        this.#apply(before);
        if (this.#started !== started) this.#started = await this.#switch(this.#started, started);
        throw error;
      }
      this.#given = given;
      const needRestart = waitingFor(this.#started, given);
      const switched = waited.filter((path) => !needRestart.includes(path));
      return { applied: [...applied, ...moved, ...switched], needRestart };
    });
  }

  /** @returns what is in effect afterwards */
  #switch(running: Loaded, given: Loaded): Promise<Loaded> {
    return switchSections(changedSections(running, given), running, given, this.#sections);
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {});
    return done;
  }

  async #planOf(wanted: WantedChanges): Promise<Plan | Refusal> {
    const next: Draft['next'] = new Map(this.#given.changes);
    const refused: ChangeProblem[] = [];
    for (const [path, raw] of Object.entries(wanted)) {
      if (raw === null) next.delete(path);
      if (raw === null && findOption(path) !== undefined) continue;
      const read = readChange(this.#given, path, raw);
      if ('message' in read) refused.push(read);
      else next.set(path, read);
    }
    if (refused.length > 0) return { refused };
    const plan = await this.#planWith({ next, made: this.#given.made });
    if ('refused' in plan) return plan;
    const results = Object.keys(wanted).map((path) => this.#resultOf(path, plan.given.settings));
    return { ...plan, results };
  }

  async #planWith({ next, made }: Readonly<Draft>): Promise<Omit<Plan, 'results'> | Refusal> {
    const text = changesText(next.values(), made);
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
    return { given, text };
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

/** What is given and not in effect as long as the broker runs. */
function waitingFor(started: Loaded, given: Loaded): string[] {
  const { needRestart } = compareSettings(started.settings, given.settings);
  return [...needRestart, ...compareSources(started.sources, given.sources).needRestart];
}

/** Nothing is opened or closed while it runs. */
const waiting: SectionSwitch = {
  look: () => Promise.resolve({ doubts: [], refused: [] }),
  apply: () => Promise.resolve('needs_restart'),
};

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
