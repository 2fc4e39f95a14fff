/**
 * `data/loaded_plugins` and `data/loaded_modules`: Erlang terms, one in a line, each `{name, true}.`, `{name, false}.` or
 * `name.`; commands that load and unload rewrite them. Text in, entries out, and back.
 */

/** Whether each is loaded, in the order of the file. A name that stands there twice counts as the last time. */
export type LoadedEntries = ReadonlyMap<string, boolean>;

/** What EMQX 4.3 loads where there is no file yet. */
export const defaultPlugins: LoadedEntries = new Map([
  ['emqx_management', true],
  ['emqx_dashboard', true],
  ['emqx_modules', false],
  ['emqx_recon', true],
  ['emqx_retainer', true],
  ['emqx_telemetry', true],
  ['emqx_rule_engine', true],
  ['emqx_bridge_mqtt', false],
]);

export const defaultModules: LoadedEntries = new Map([
  ['emqx_mod_acl_internal', true],
  ['emqx_mod_presence', true],
]);

/** A line that is no such term. Lines count from 1. */
export interface LoadedProblem {
  readonly line: number;
  readonly text: string;
}

const textLengthMax = 1024 * 1024;
const entriesMax = 1000;

const term = /^(?:\{\s*'?([A-Za-z0-9_@-]{1,255})'?\s*,\s*(true|false)\s*\}|'?([A-Za-z0-9_@-]{1,255})'?)\s*\.$/;

/** Reads a file. Remarks begin with `%`. */
export function parseLoaded(text: string): { entries: LoadedEntries; problems: readonly LoadedProblem[] } {
  const entries = new Map<string, boolean>();
  if (text.length > textLengthMax) {
    return { entries, problems: [{ line: 0, text: `has ${text.length} characters; the limit is ${textLengthMax}` }] };
  }
  const problems: LoadedProblem[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.replace(/%.*$/, '').trim();
    if (line === '') continue;
    // Several terms in a line are several terms.
    for (const part of line.match(/[^.]*\./g) ?? [line]) {
      const match = term.exec(part.trim());
      const name = match?.[1] ?? match?.[3];
      if (name === undefined || entries.size >= entriesMax) {
        if (problems.length < 20) problems.push({ line: index + 1, text: 'is no {name, true}. or {name, false}.' });
        continue;
      }
      entries.set(name, match?.[2] !== 'false');
    }
  }
  return { entries, problems };
}

/** The text of a file, as EMQX 4.3 writes it. */
export function formatLoaded(entries: LoadedEntries): string {
  return [...entries].map(([name, loaded]) => `{${atom(name)}, ${loaded}}.\n`).join('');
}

/** The entries with one switched on or off; one that is not there yet comes last. */
export function withLoaded(entries: LoadedEntries, name: string, loaded: boolean): LoadedEntries {
  return new Map([...entries, [name, loaded]]);
}

/** A name that Erlang would not take bare stands in quotes. */
function atom(name: string): string {
  return /^[a-z][A-Za-z0-9_@]*$/.test(name) ? name : `'${name}'`;
}
