/** How many queued records refer to each message that is kept once for several sessions. */

export class MessageReferences {
  readonly #counts = new Map<number, number>();

  has(messageKey: number): boolean {
    return this.#counts.has(messageKey);
  }

  /** Counts one more. */
  add(messageKey: number): void {
    this.#counts.set(messageKey, (this.#counts.get(messageKey) ?? 0) + 1);
  }

  /** Counts one less. True: it was the last. */
  take(messageKey: number): boolean {
    const left = (this.#counts.get(messageKey) ?? 1) - 1;
    if (left > 0) this.#counts.set(messageKey, left);
    else this.#counts.delete(messageKey);
    return left <= 0;
  }
}
