/** Parts of the broker that an operator can switch off and on while it runs. */

interface Switched {
  enabled: boolean;
}

export class Switches {
  readonly #presence: Switched;
  readonly #retained: Switched;

  constructor(presence: Switched, retained: Switched) {
    this.#presence = presence;
    this.#retained = retained;
  }

  /** Whether others are told that clients come and go. */
  get presence(): boolean {
    return this.#presence.enabled;
  }

  set presence(value: boolean) {
    this.#presence.enabled = value;
  }

  /** Whether messages are retained and given to new subscriptions; what is retained already stays while it is false. */
  get retained(): boolean {
    return this.#retained.enabled;
  }

  set retained(value: boolean) {
    this.#retained.enabled = value;
  }
}
