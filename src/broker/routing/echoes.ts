/**
 * Whose messages are nobody's news. No Local keeps a client's own messages from it; where two brokers bridge each other,
 * what one bridge has brought must not go back through the other one either, although they are two clients here. A bridge
 * below MQTT 5 cannot ask for No Local, so for two such clients it holds unasked.
 */

import { bridgeDigest } from '../../topic/bridge-list.ts';

export class Echoes {
  /** By the client identifiers of bridges of this broker: the digests of those of the others. */
  readonly #others = new Map<string, Set<string>>();

  readonly #draw: () => string;
  #brokerId: string | undefined;

  /** @param draw makes an identifier that no other broker has */
  constructor(draw: () => string) {
    this.#draw = draw;
  }

  /** What this broker is called by its bridges, in what they add to messages: another one at every start. */
  get brokerId(): string {
    this.#brokerId ??= this.#draw();
    return this.#brokerId;
  }

  /**
   * From now on neither of two clients gets messages of the other, whether or not it asks for No Local.
   * @param clientId of a bridge of this broker
   * @param digest of the client identifier of the other one, as `bridgeDigest` makes it
   */
  keepApart(clientId: string, digest: string): void {
    const others = this.#others.get(clientId) ?? new Set();
    others.add(digest);
    this.#others.set(clientId, others);
  }

  /** Ends what `keepApart` began. */
  allow(clientId: string, digest: string): void {
    const others = this.#others.get(clientId);
    others?.delete(digest);
    if (others?.size === 0) this.#others.delete(clientId);
  }

  /** Whether there is anybody whose messages are kept from somebody else. */
  get hasPairs(): boolean {
    return this.#others.size > 0;
  }

  /** Whether a message of `publisher` is to be kept from a client [MQTT-3.8.3-3]. */
  isOwn(clientId: string, publisher: string, noLocal: boolean): boolean {
    if (clientId === publisher) return noLocal;
    return this.#others.size > 0 && (this.#areApart(clientId, publisher) || this.#areApart(publisher, clientId));
  }

  /** Only what goes to a bridge or comes from one costs a digest. */
  #areApart(bridge: string, other: string): boolean {
    return this.#others.get(bridge)?.has(bridgeDigest(other)) === true;
  }
}
