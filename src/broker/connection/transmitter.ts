/** How messages go to one client: what depends on its version, its Topic Aliases and its listener's mountpoint. */

import type { Message } from '../../packet/message.ts';
import type { ProtocolVersion, Qos } from '../../packet/types.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Delivery, Link } from '../../ports/link.ts';
import { withoutMountpoint } from './mountpoint.ts';
import { OutboundAliases } from './topic-alias.ts';

export class Transmitter {
  readonly #link: Link;
  readonly #clock: Clock;
  /** Of this client; see `mountpointOf`. */
  mountpoint: string;
  #version: ProtocolVersion = 4;
  #aliases: OutboundAliases | undefined;
  /** Made with the first message: many clients only publish. */
  #delivery: Delivery | undefined;

  constructor(link: Link, clock: Clock, mountpoint: string) {
    this.#link = link;
    this.#clock = clock;
    this.mountpoint = mountpoint;
  }

  /** @param aliasesMax Topic Aliases that may be assigned towards the client [MQTT-3.1.2-26] */
  configure(version: ProtocolVersion, aliasesMax: number): void {
    this.#version = version;
    this.#aliases = aliasesMax > 0 ? new OutboundAliases(aliasesMax) : undefined;
  }

  /** False when the message is too large for the client and was left out [MQTT-3.1.2-25]. */
  transmit(
    message: Message,
    qos: Qos,
    retain: boolean,
    dup: boolean,
    packetId: number,
    identifiers: readonly number[] | undefined,
  ): boolean {
    this.#delivery ??= emptyDelivery();
    const delivery = this.#delivery;
    delivery.qos = qos;
    delivery.retain = retain;
    delivery.dup = dup;
    delivery.packetId = packetId;
    const outgoing = this.mountpoint === '' ? message : withoutMountpoint(message, this.mountpoint);
    if (this.#version < 5) return this.#link.sendPublish(outgoing, delivery);
    delivery.subscriptionIdentifiers = identifiers;
    delivery.messageExpiryInterval =
      message.expiresAtMs === 0 ? undefined : Math.max(0, Math.ceil((message.expiresAtMs - this.#clock.now()) / 1000));
    if (this.#aliases === undefined) return this.#link.sendPublish(outgoing, delivery);
    return this.#transmitWithAlias(outgoing, delivery, this.#aliases);
  }

  #transmitWithAlias(message: Message, delivery: Delivery, aliases: OutboundAliases): boolean {
    const known = aliases.known(message.topic);
    const alias = known === 0 ? aliases.next(message.topic) : known;
    delivery.topicAlias = alias;
    delivery.topicOmitted = known !== 0;
    const sent = this.#link.sendPublish(message, delivery);
    if (known !== 0 || alias === 0) return sent;
    if (sent) {
      aliases.confirm(message.topic, alias);
      return true;
    }
    // Introducing an alias takes three bytes, which may be those that are too many.
    delivery.topicAlias = 0;
    return this.#link.sendPublish(message, delivery);
  }
}

function emptyDelivery(): Delivery {
  return {
    qos: 0,
    retain: false,
    dup: false,
    packetId: 0,
    subscriptionIdentifiers: undefined,
    messageExpiryInterval: undefined,
    topicAlias: 0,
    topicOmitted: false,
  };
}
