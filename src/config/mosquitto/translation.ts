/** Where the parts of the translation put what they find: options with the line that said so, warnings and mistakes. */

import type { OptionValue } from '../../ports/option.ts';
import { assert } from '../../std/assert.ts';
import { findOption } from '../catalog.ts';
import { defaultOrigin, type Origin } from '../error.ts';
import type { Reading } from '../reading.ts';
import { readValue } from '../value.ts';
import type { Conf, ConfWorld, Given, Section } from './conf.ts';

export class Translation {
  readonly conf: Conf;
  readonly world: ConfWorld;
  readonly #reading: Reading;

  constructor(conf: Conf, world: ConfWorld, reading: Reading) {
    this.conf = conf;
    this.world = world;
    this.#reading = reading;
  }

  /** Sets an option because a line said so. */
  set(path: string, value: OptionValue, { name, origin }: Pick<Given, 'name' | 'origin'>): void {
    const target = findOption(path);
    assert(target !== undefined, 'the table names options that exist');
    const reading = readValue(target.row.type, value, this.world.workingDirectory);
    if ('problem' in reading) {
      this.problem(origin, `${name}: ${reading.problem}`);
      return;
    }
    this.#reading.assignments.set(path, { ...target, path, value: reading.value, origin });
  }

  /** Sets an option because Mosquitto does so without being told. */
  byDefault(path: string, value: OptionValue, origin: Origin = defaultOrigin): void {
    const target = findOption(path);
    assert(target !== undefined, 'defaults are of options that exist');
    this.#reading.assignments.set(path, { ...target, path, value, origin });
  }

  /** Sets what the rows of the table translate by themselves. @param name of the listener or bridge */
  setAll(section: Section, name: string): void {
    for (const given of section.each()) {
      const { keyword } = given;
      const value = keyword.translate?.(given.value);
      if (value === undefined) continue;
      for (const path of keyword.paths) this.set(path.replace('NAME', name), value, given);
    }
  }

  /** Says what the rows of the table say about options that mean nothing here, or that cannot be. */
  remark(section: Section): void {
    for (const { keyword, name, value, origin } of section.each()) {
      if (keyword.note === undefined || keyword.concerns?.(value) === false) continue;
      if (keyword.effect === 'warning') this.warn(origin, `${name} ${keyword.note}`);
      if (keyword.effect === 'error') this.problem(origin, `${name} ${keyword.note}`);
    }
  }

  warn(origin: Origin, text: string): void {
    this.#reading.warnings.push({ origin, text });
  }

  problem(origin: Origin, text: string): void {
    this.#reading.problem(origin, text);
  }
}
