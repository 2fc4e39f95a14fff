/** Where messages could go round through other brokers without any of them seeing it, as far as the bridges here show. */

import { TopicMap } from '../topic/bridge-rules.ts';
import { addressText } from './dial.ts';
import type { BridgeSpec } from './spec.ts';

/**
 * Pairs of bridges that carry messages through this broker, from one broker to another, of which one speaks a version in
 * which a message cannot say where it was. Where those two brokers are connected with each other too, it goes round.
 */
export function possibleLoops(specs: readonly BridgeSpec[]): { readonly from: string; readonly to: string }[] {
  const bridges = specs.map((spec) => ({ spec, map: new TopicMap(spec.rules) }));
  return bridges.flatMap((one) =>
    bridges
      .filter((other) => other !== one && !isSamePlace(one.spec, other.spec))
      .filter((other) => isOlder(one.spec) || isOlder(other.spec))
      .filter((other) => one.map.leadsInto(other.map))
      .map((other) => ({ from: one.spec.name, to: other.spec.name })),
  );
}

function isOlder({ protocolVersion }: BridgeSpec): boolean {
  return protocolVersion === 3 || protocolVersion === 4;
}

/** To one place nothing is sent that came from there. */
function isSamePlace(one: BridgeSpec, other: BridgeSpec): boolean {
  const places = new Set(one.addresses.map(addressText));
  return other.addresses.some((address) => places.has(addressText(address)));
}
