/**
 * Makes the session of a bridge exist before its first connection, so that what is published meanwhile waits in it: the
 * local end connects, subscribes and leaves again.
 */

import type { BrokerOptions } from '../broker/options.ts';
import type { ConnackPacket, ControlPacket } from '../packet/types.ts';
import type { Clock } from '../ports/clock.ts';
import type { Peer } from '../ports/listener.ts';
import type { TopicMap } from '../topic/bridge-rules.ts';
import { type Accepting, LocalEnd, type LocalOwner } from './local/end.ts';
import { localConnect } from './local/packets.ts';
import type { LocalPermissions } from './local/permissions.ts';
import type { BridgeSpec } from './spec.ts';

export interface PrimingContext {
  readonly broker: Accepting;
  readonly peer: Peer;
  readonly localOptions: BrokerOptions;
  readonly clock: Clock;
  readonly spec: BridgeSpec;
  readonly map: TopicMap;
  readonly congestedBytes: number;
  readonly permissions: Pick<LocalPermissions, 'begin' | 'answered'>;
}

/** Resolves with 0, or with the return code by which the broker refused. */
export function prime(context: PrimingContext): Promise<number> {
  const { broker, peer, clock, spec, map, congestedBytes, permissions, localOptions } = context;
  if (spec.localCleanStart || map.localFilters.size === 0) return Promise.resolve(0);
  return new Promise((resolve) => {
    let refusal = UNSPECIFIED;
    const connected = ({ reasonCode }: ConnackPacket): void => {
      // The broker is in the middle of answering.
      if (reasonCode === 0) clock.soon(() => end.tell(permissions.begin()));
      else refusal = reasonCode;
    };
    const owner: LocalOwner = {
      // Nothing is to be delivered yet.
      bytesWaiting: congestedBytes,
      told: (packet: ControlPacket) => {
        if (packet.type === 'connack') connected(packet);
        if (packet.type !== 'suback') return;
        permissions.answered(packet);
        clock.soon(() => {
          end.leave();
          resolve(0);
        });
      },
      toldPublish: () => true,
      held: () => {},
      released: () => {},
      ended: () => resolve(refusal),
    };
    const end = new LocalEnd(broker, peer, owner, localOptions);
    end.tell(localConnect(spec));
  });
}

/** The broker ended the connection without saying why. */
const UNSPECIFIED = 0x80;
