/** The last samples of several series, in memory that is taken once: no sample costs anything but its numbers. */

export class Ring<S extends string> {
  readonly #names: readonly S[];
  readonly #values: readonly Float64Array[];
  readonly #size: number;
  #count = 0;
  /** Where the next sample goes. */
  #next = 0;

  /** @param size samples that are kept */
  constructor(names: readonly S[], size: number) {
    this.#names = names;
    this.#size = size;
    this.#values = names.map(() => new Float64Array(size));
  }

  get length(): number {
    return this.#count;
  }

  push(sample: Readonly<Record<S, number>>): void {
    for (const [i, name] of this.#names.entries()) this.#values[i]![this.#next] = sample[name];
    this.#next = (this.#next + 1) % this.#size;
    this.#count = Math.min(this.#size, this.#count + 1);
  }

  /** Oldest first. */
  series(): Record<S, number[]> {
    const start = (this.#next - this.#count + this.#size) % this.#size;
    const entries = this.#names.map((name, i) => {
      const values = this.#values[i]!;
      return [name, Array.from({ length: this.#count }, (_, at) => values[(start + at) % this.#size]!)];
    });
    return Object.fromEntries(entries) as Record<S, number[]>;
  }
}
