/**
 * What a reload does with listeners, access sources and bridges: finds those that differ from what runs, and has all of
 * them opened, changed and closed, or none.
 */

import { BackendError } from '../../ports/backend-error.ts';
import type { ListenerSettings } from '../listeners.ts';
import type { Loaded } from '../load.ts';
import { type OptionValues, Settings } from '../settings.ts';
import { type ChangingCollection, type SectionChange, withSection } from './section-changes.ts';
import type { SectionSwitch } from './sections.ts';

/**
 * What differs, in the order in which it is to be done: sources come before the listeners whose clients they are asked
 * about and go after them, and who goes makes its address free for who comes.
 */
export function changedSections(running: Loaded, given: Loaded): SectionChange[] {
  const of = (collection: ChangingCollection): SectionChange[] => changesOf(collection, running, given);
  const [listeners, access, bridges] = [of('listeners'), of('access'), of('bridges')];
  const going = (changes: readonly SectionChange[]): SectionChange[] =>
    changes.filter((one) => one.action === 'remove');
  const staying = (changes: readonly SectionChange[]): SectionChange[] =>
    changes.filter((one) => one.action !== 'remove');
  return [
    ...staying(access),
    ...going(listeners),
    ...staying(listeners),
    ...going(bridges),
    ...staying(bridges),
    ...going(access),
  ];
}

function changesOf(collection: ChangingCollection, running: Loaded, given: Loaded): SectionChange[] {
  const [before, after] = [describedBy(collection, running), describedBy(collection, given)];
  const changes: SectionChange[] = [];
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    const [one, other] = [before.get(name), after.get(name)];
    if (one === other) continue;
    const action = one === undefined ? 'make' : other === undefined ? 'remove' : 'change';
    changes.push({ collection, name, action, options: {} });
  }
  return changes;
}

/** All that a section is opened with, by its name; what takes effect without opening it anew is left out. */
function describedBy(collection: ChangingCollection, { settings, listeners, sources }: Loaded): Map<string, string> {
  const written = settings.entries.get(collection) ?? new Map<string, OptionValues>();
  const described = new Map([...written].map(([name, values]): [string, unknown[]] => [name, fixedValues(values)]));
  if (collection === 'listeners') {
    // With -p those that are written are not opened, and without any that is written the usual ones are.
    described.clear();
    for (const { name, transport, host, port, anonymous, anonymousReason, values } of listeners) {
      const zone = settings.zones.get(values.optionalText('zone') ?? '');
      const ofZone = zone === undefined ? [] : fixedValues(zone);
      // Where nobody has said it, a listener that is open looks itself who checks logins.
      const said = anonymousReason === 'said_for_all' ? anonymous : '';
      described.set(name, [transport, host, port, said, ofZone, ...fixedValues(values)]);
    }
  }
  if (collection === 'access') for (const { name, kind } of sources) described.get(name)?.push(kind);
  return new Map([...described].map(([name, parts]) => [name, JSON.stringify(parts)]));
}

function fixedValues({ all }: OptionValues): unknown[] {
  return [...all.values()].filter(({ row }) => !row.reloadable).map(({ path, value }) => [path, value]);
}

/**
 * Tries all of it beside what runs, then does all of it; what fails even so is undone.
 * @returns what is in effect now; a section that cannot be switched while the broker runs is as it was
 * @throws BackendError `SECTION_NOT_OPENED` that says which and why, with everything as it was
 */
export async function switchSections(
  changes: readonly SectionChange[],
  running: Loaded,
  given: Loaded,
  sections: SectionSwitch,
): Promise<Loaded> {
  const refused = await refusals(changes, running, given, sections);
  if (refused.length > 0) throw new BackendError('SECTION_NOT_OPENED', refused.join('; '));
  const work: Work = { given, sections, done: new Set(), waiting: new Set() };
  try {
    await switchAll(changes, work);
  } catch (error) {
    const lost = await undo(work.done, running, sections);
    if (lost.length === 0 || !(error instanceof BackendError)) throw error;
    const text = `${error.message}. What was there before could not be opened again either: ${lost.join('; ')}`;
    throw new BackendError('SECTION_NOT_OPENED', text, { cause: error });
  }
  const applied = changes.filter((change) => !work.waiting.has(change));
  return withZones(
    applied.reduce((loaded, change) => withSection(loaded, given, change), running),
    given,
  );
}

/** Bridges are not tried: one that nobody answers is no mistake. */
async function refusals(
  changes: readonly SectionChange[],
  running: Loaded,
  given: Loaded,
  sections: SectionSwitch,
): Promise<string[]> {
  const leaving = changes.filter(({ collection, action }) => collection === 'listeners' && action !== 'make');
  const left = running.listeners.filter(({ name }) => leaving.some((change) => change.name === name));
  const isTried = ({ collection, name, action }: SectionChange): boolean => {
    if (action === 'remove' || collection === 'bridges') return false;
    const listener = given.listeners.find((one) => one.name === name);
    // An address that another listener still has cannot be tried before that one has left it.
    return collection === 'access' || !left.some((one) => one.name !== name && isSameAddress(one, listener));
  };
  const tried = changes.filter(isTried);
  const previews = await Promise.all(tried.map((change) => sections.look(change, given)));
  return previews.flatMap(({ refused }, at) => refused.map(({ message }) => textOf(tried[at]!, message)));
}

function isSameAddress(one: ListenerSettings, other: ListenerSettings | undefined): boolean {
  const socketOf = ({ values }: ListenerSettings): string | undefined => values.optionalText('socket');
  if (other === undefined) return false;
  return one.port === 0 ? socketOf(one) !== undefined && socketOf(one) === socketOf(other) : one.port === other.port;
}

interface Work {
  readonly given: Loaded;
  readonly sections: SectionSwitch;
  /** What has to be undone if the rest fails. */
  readonly done: Set<SectionChange>;
  /** What waits for a restart. */
  readonly waiting: Set<SectionChange>;
}

interface Failure {
  readonly change: SectionChange;
  readonly error: BackendError;
}

/** @throws BackendError */
async function switchAll(changes: readonly SectionChange[], work: Work): Promise<void> {
  let left = changes;
  let hasVacated = false;
  while (left.length > 0) {
    const failures = await switchEach(left, work);
    // What comes later may be safe only with the source that failed.
    const isStuck = failures.length === left.length || failures.some(({ change }) => change.collection === 'access');
    const moving = failures.filter(({ change }) => change.collection === 'listeners' && change.action === 'change');
    if (isStuck && (hasVacated || moving.length < 2 || moving.length < failures.length)) throw notOpened(failures);
    if (isStuck) {
      // Each of them may want the address that another has.
      hasVacated = true;
      for (const { change } of moving) {
        work.done.add(change);
        await work.sections.apply(change, { ...work.given, listeners: [] });
      }
    }
    // An address is free only when its former listener has left it, so who could not open tries again after the others.
    left = failures.map(({ change }) => change);
  }
}

/** @returns what could not be switched; nothing is done after a source that failed */
async function switchEach(changes: readonly SectionChange[], work: Work): Promise<Failure[]> {
  const failures: Failure[] = [];
  for (const change of changes) {
    try {
      const outcome = await work.sections.apply(change, work.given);
      (outcome === 'applied' ? work.done : work.waiting).add(change);
    } catch (error) {
      if (!(error instanceof BackendError)) throw error;
      failures.push({ change, error });
      if (change.collection === 'access') break;
    }
  }
  return failures;
}

function notOpened(failures: readonly Failure[]): BackendError {
  const texts = failures.map(({ change, error }) => textOf(change, error.message));
  return new BackendError('SECTION_NOT_OPENED', texts.join('; '), { cause: failures[0]?.error });
}

/** The messages of listeners name them already. */
function textOf({ collection, name }: SectionChange, message: string): string {
  const path = `${collection}.${name}`;
  return message.includes(path) ? message : `${path}: ${message}`;
}

/** @returns what could not be undone */
async function undo(done: ReadonlySet<SectionChange>, running: Loaded, sections: SectionSwitch): Promise<string[]> {
  const lost: string[] = [];
  const apply = async (change: SectionChange, loaded: Loaded): Promise<void> => {
    try {
      await sections.apply(change, loaded);
    } catch (error) {
      lost.push(textOf(change, (error as Error).message));
    }
  };
  const backwards = [...done].reverse();
  // All addresses are left before any of them is taken again.
  for (const change of backwards) {
    if (change.collection === 'listeners' && change.action !== 'remove')
      await apply(change, { ...running, listeners: [] });
  }
  for (const change of backwards) await apply(change, running);
  return lost;
}

/** Listeners were opened with the zones as they are given, and nobody else looks at them. */
function withZones(running: Loaded, given: Loaded): Loaded {
  const { all, entries, sections, ports, warnings } = running.settings;
  const zones = given.settings.entries.get('zones') ?? new Map<string, OptionValues>();
  const settings = new Settings(all, new Map(entries).set('zones', zones), sections, ports, warnings);
  return { ...running, settings };
}
