/**
 * Reads one line of JSON that a person may have written: every field is of the kind it must be, none is missing, and
 * none is there that nobody knows. What is wrong is said in words for that person. Knows JSON, not what a session is.
 */

import { TEXT_BYTES_MAX } from '../../packet/primitives.ts';
import { shorten } from '../../std/shorten.ts';

/** What is wrong with a line; the message is for whoever wrote it. */
export class LineMistake extends Error {
  override readonly name = 'LineMistake';
}

/** Gives the value of a field, or throws a `LineMistake` that follows the name of the field. */
export type Kind<T> = (value: unknown) => T;

const SHOWN_LENGTH_MAX = 60;

function notAllowed(value: unknown, allowed: string): LineMistake {
  return new LineMistake(`got ${shorten(JSON.stringify(value) ?? 'nothing', SHOWN_LENGTH_MAX)}; allowed: ${allowed}`);
}

/** A whole number within bounds. */
export function whole(min: number, max: number): Kind<number> {
  return (value) => {
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max) return value;
    throw notAllowed(value, `a whole number from ${min} to ${max}`);
  };
}

/** Milliseconds since the epoch. */
export const time: Kind<number> = whole(1, Number.MAX_SAFE_INTEGER);

export const flag: Kind<boolean> = (value) => {
  if (typeof value === 'boolean') return value;
  throw notAllowed(value, 'true or false');
};

/** A string as MQTT has them [MQTT-1.5.4-1] [MQTT-1.5.4-2]. */
export const text: Kind<string> = (value) => {
  const read = longText(value);
  if (read.includes('\0')) throw new LineMistake('contains U+0000, which no string of MQTT may');
  const bytes = Buffer.byteLength(read);
  if (bytes > TEXT_BYTES_MAX) throw new LineMistake(`takes ${bytes} bytes; the limit is ${TEXT_BYTES_MAX}`);
  return read;
};

/** A string of any length that can be written as UTF-8. */
export const longText: Kind<string> = (value) => {
  if (typeof value !== 'string') throw notAllowed(value, 'a string');
  if (/\p{Surrogate}/u.test(value)) throw new LineMistake('contains half a surrogate pair, which is no character');
  return value;
};

/** A string with a rule of its own. @param problemOf words that follow the name, or undefined when all is well */
export function textWith(problemOf: (value: string) => string | undefined): Kind<string> {
  return (value) => {
    const read = text(value);
    const problem = problemOf(read);
    if (problem !== undefined) throw new LineMistake(problem);
    return read;
  };
}

export const base64: Kind<Buffer> = (value) => {
  if (typeof value === 'string' && value.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(value)) {
    return Buffer.from(value, 'base64');
  }
  throw notAllowed(value, 'Base64');
};

export function list<T>(kind: Kind<T>): Kind<T[]> {
  return (value) => {
    if (!Array.isArray(value)) throw notAllowed(value, 'a list');
    return value.map(kind);
  };
}

export const pair: Kind<[string, string]> = (value) => {
  if (!Array.isArray(value) || value.length !== 2) throw notAllowed(value, 'two strings in a list');
  return [text(value[0]), text(value[1])];
};

/** An object whose fields `read` takes; those that it does not take are mistakes. */
export function object<T>(read: (fields: Fields) => T): Kind<T> {
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw notAllowed(value, 'an object');
    const fields = new Fields(value);
    const result = read(fields);
    fields.end();
    return result;
  };
}

/** The fields of one object. Their names are keys of a Map, because they may be any. */
export class Fields {
  readonly #values: Map<string, unknown>;

  constructor(value: object) {
    this.#values = new Map(Object.entries(value));
  }

  required<T>(name: string, kind: Kind<T>): T {
    const value = this.optional(name, kind);
    if (value === undefined) throw new LineMistake(`"${name}" is missing`);
    return value;
  }

  optional<T>(name: string, kind: Kind<T>): T | undefined {
    const value = this.#values.get(name);
    this.#values.delete(name);
    if (value === undefined) return undefined;
    try {
      return kind(value);
    } catch (error) {
      if (error instanceof LineMistake) throw new LineMistake(`"${name}" ${error.message}`);
      throw error;
    }
  }

  /** The names that were not taken yet, in their order. */
  get names(): string[] {
    return [...this.#values.keys()];
  }

  end(): void {
    const [unknown] = this.names;
    if (unknown !== undefined) throw new LineMistake(`nothing is known about "${shorten(unknown, SHOWN_LENGTH_MAX)}"`);
  }
}
