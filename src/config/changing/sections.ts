/** Listeners, access sources and bridges as those see them who make and remove them while the broker runs. */

import { type Collection, collectionOf } from '../collections.ts';
import { originText } from '../error.ts';
import type { Loaded } from '../load.ts';
import { accessKinds } from '../rows/access/kinds.ts';
import type { OptionValues } from '../settings.ts';
import type { ChangeProblem, ChangeResult } from './read-change.ts';
import type { ChangingCollection, SectionChange } from './section-changes.ts';
import { blankSettings, type ShownSetting } from './shown-settings.ts';

/** What would come of a section. */
export interface SectionPreview {
  /** What does not work at this moment and is no mistake, for people: a server that does not answer. */
  readonly doubts: readonly string[];
  /** Why it cannot be at all. */
  readonly refused: readonly ChangeProblem[];
}

/** Opens, changes and closes what a section describes. */
export interface SectionSwitch {
  /** Opens it beside what runs, as far as that is possible, and closes it again. */
  look(change: SectionChange, given: Loaded): Promise<SectionPreview>;
  /**
   * Makes it so that it is as given. Rejects with everything as it was.
   * @throws BackendError `SECTION_NOT_OPENED`
   */
  apply(change: SectionChange, given: Loaded): Promise<'applied' | 'needs_restart'>;
}

/** What operators do with sections. */
export interface SectionAdministration {
  readonly sections: ShownSections;
  /** Looks what would come of it and changes nothing. */
  trySection(change: SectionChange): Promise<SectionPreview>;
  /**
   * Everything or nothing of it, at once as far as that is possible.
   * @throws ChangeRefused, BackendError `SETTINGS_NOT_WRITTEN`
   */
  changeSection(change: SectionChange): Promise<readonly ChangeResult[]>;
}

export interface ShownSection {
  readonly name: string;
  /** Of an access source its kind, of a listener its transport. */
  readonly kind: string | undefined;
  /** Where it is written. */
  readonly origin: string;
  /** Whether it was made at run time. */
  readonly made: boolean;
  /**
   * What ends with it: with `last_login_source` nobody is known by a login any more; `last_listener` cannot be removed.
   */
  readonly last: 'last_login_source' | 'last_listener' | undefined;
}

/** A kind of section that can be made at run time. */
export interface SectionKind {
  readonly kind: string;
  readonly sentence: string;
  /** An option that it cannot be without and that names a file, so that it is made in the configuration file alone. */
  readonly needsFile: string | undefined;
}

const transports: readonly (readonly [string, string])[] = [
  ['tcp', 'MQTT over TCP.'],
  ['tls', 'MQTT over TLS; without files of its own it shows a certificate that the broker makes.'],
  ['ws', 'MQTT over WebSocket.'],
  ['wss', 'MQTT over WebSocket with TLS.'],
  ['unix', 'MQTT over a Unix socket.'],
];

const filesNeeded: Readonly<Record<string, string>> = {
  password_file: 'password_file.file',
  acl_conf: 'acl_conf.file',
  acl_file: 'acl_file.file',
  dynamic_security: 'dynamic_security.file',
  unix: 'socket',
};

export class ShownSections {
  readonly #given: Loaded;

  constructor(given: Loaded) {
    this.#given = given;
  }

  list(collection: ChangingCollection): ShownSection[] {
    const { settings, listeners, sources, made } = this.#given;
    const entries = settings.entries.get(collection) ?? new Map<string, OptionValues>();
    const names = collection === 'listeners' ? listeners.map(({ name }) => name) : [...entries.keys()];
    const logins = sources.filter(({ checksLogins }) => checksLogins);
    return names.map((name) => {
      const listener = collection === 'listeners' ? listeners.find((one) => one.name === name) : undefined;
      const source = collection === 'access' ? sources.find((one) => one.name === name) : undefined;
      const isLastListener = listener !== undefined && listeners.length === 1;
      const isLastLogin = logins.length === 1 && source !== undefined && logins[0] === source;
      return {
        name,
        kind: listener?.transport ?? source?.kind,
        origin: originOf(entries.get(name)),
        made: made.has(`${collection}.${name}`),
        last: isLastListener ? 'last_listener' : isLastLogin ? 'last_login_source' : undefined,
      };
    });
  }

  kinds(collection: ChangingCollection): SectionKind[] {
    const kinds: readonly (readonly [string, string])[] =
      collection === 'listeners'
        ? transports
        : collection === 'access'
          ? accessKinds.map(({ kind, sentence }) => [kind, sentence] as const)
          : [['mqtt', 'A client of two brokers, by which messages cross.']];
    return kinds.map(([kind, sentence]) => ({ kind, sentence, needsFile: filesNeeded[kind] }));
  }

  /** The options of a section that there is not yet; paths have `NAME` for its name. */
  blank(collection: ChangingCollection, kind: string): ShownSetting[] {
    return blankSettings(collectionOf(collection) as Collection, kind, this.#given);
  }
}

/** Where the first of its options is written. */
function originOf(values: OptionValues | undefined): string {
  const origins = [...(values?.all.values() ?? [])].map(({ origin }) => origin);
  return originText(origins.find(({ kind }) => kind !== 'default') ?? { kind: 'default' });
}
