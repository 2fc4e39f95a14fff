/**
 * What a reader of one source gives: values of options with the place where each was written, and everything that is
 * wrong with the source. Readers fill a `Reading`; `settings.ts` puts the readings of all sources together.
 */

import type { OptionValue } from '../ports/option.ts';
import { type Entry, entryOfSection, findOption, type Target, unknownOptionText } from './catalog.ts';
import type { ConfigProblem, Origin } from './error.ts';
import { quoted, readValue } from './value.ts';

/** One option that a source sets. */
export interface Assignment extends Target {
  /** `limits.packet_bytes_max` or `listeners.tcp.port`. */
  readonly path: string;
  readonly value: OptionValue;
  readonly origin: Origin;
}

/** A section that was written, with options below it or without. */
export interface MentionedSection {
  readonly entry: Entry;
  readonly origin: Origin;
}

/** Nobody can read more; a file that is all mistakes is another kind of file. */
const problemsMax = 50;

export class Reading {
  readonly assignments: Map<string, Assignment> = new Map();
  /** Sections of collections' entries by their paths, because an entry may need no option: `access.NAME.builtin`. */
  readonly sections: Map<string, MentionedSection> = new Map();
  readonly problems: ConfigProblem[] = [];
  /** Worth saying, and no reason not to start. */
  readonly warnings: ConfigProblem[] = [];

  /** Takes what the source says for a path. `raw` is what `readValue` takes. */
  assign(path: string, raw: unknown, origin: Origin, folder: string): void {
    const target = findOption(path);
    if (target === undefined) {
      this.problem(origin, unknownOptionText(path, quoted(path)));
      return;
    }
    const reading = readValue(target.row.type, raw, folder);
    if ('problem' in reading) {
      this.problem(origin, `${path}: ${reading.problem}`);
      return;
    }
    this.assignments.set(path, { ...target, path, value: reading.value, origin });
  }

  /** Takes that a section is there. Sections that belong to no entry of a collection say nothing. */
  mention(path: string, origin: Origin): void {
    const entry = entryOfSection(path);
    if (entry !== undefined && !this.sections.has(path)) this.sections.set(path, { entry, origin });
  }

  problem(origin: Origin, text: string): void {
    if (this.problems.length < problemsMax) this.problems.push({ origin, text });
  }
}
