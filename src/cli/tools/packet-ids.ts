/** Packet identifiers that begin at 1 and are shown to the user, so they count up instead of beginning anywhere. */

const ID_MAX = 65_535;

/** What MQTT.js asks of a provider of identifiers. */
export class SequentialIds {
  readonly #used = new Set<number>();
  #last = 0;

  /** The next free one; null when all are in use. */
  allocate(): number | null {
    if (this.#used.size >= ID_MAX) return null;
    do this.#last = (this.#last % ID_MAX) + 1;
    while (this.#used.has(this.#last));
    this.#used.add(this.#last);
    return this.#last;
  }

  /** A number for a message that has no identifier on the wire. */
  count(): number {
    this.#last = (this.#last % ID_MAX) + 1;
    return this.#last;
  }

  getLastAllocated(): number | null {
    return this.#last;
  }

  register(id: number): boolean {
    if (this.#used.has(id)) return false;
    this.#used.add(id);
    return true;
  }

  deallocate(id: number): void {
    this.#used.delete(id);
  }

  clear(): void {
    this.#used.clear();
  }
}
