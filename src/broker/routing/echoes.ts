/**
 * Whose messages are nobody's news. No Local keeps a client's own messages from it; where two brokers bridge each other,
 * what one bridge has brought must not go back through the other one either, although they are two clients here.
 */

export class Echoes {
  readonly #others = new Map<string, Set<string>>();

  /** From now on neither of two clients gets messages of the other through a subscription with No Local. */
  keepApart(one: string, other: string): void {
    this.#add(one, other);
    this.#add(other, one);
  }

  /** Ends what `keepApart` began. */
  allow(one: string, other: string): void {
    this.#remove(one, other);
    this.#remove(other, one);
  }

  /** Whether a message of `publisher` is to be kept from a client with No Local [MQTT-3.8.3-3]. */
  isOwn(clientId: string, publisher: string): boolean {
    if (clientId === publisher) return true;
    return this.#others.size > 0 && this.#others.get(publisher)?.has(clientId) === true;
  }

  #add(one: string, other: string): void {
    const others = this.#others.get(one) ?? new Set();
    others.add(other);
    this.#others.set(one, others);
  }

  #remove(one: string, other: string): void {
    const others = this.#others.get(one);
    others?.delete(other);
    if (others?.size === 0) this.#others.delete(one);
  }
}
