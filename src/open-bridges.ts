/** Joins bridges to what they need of the rest: sockets become byte connections, and these speak MQTT as a client. */

import { hostname } from 'node:os';
import type { BridgeBroker, BridgeDependencies } from './bridges/bridge.ts';
import { Bridges } from './bridges/bridges.ts';
import type { BridgeLogins } from './bridges/logins.ts';
import type { BridgeSpec } from './bridges/spec.ts';
import { bridgeSpec } from './bridges/spec-of-options.ts';
import { Flusher } from './listeners/flusher.ts';
import { SocketConnection } from './listeners/socket-connection.ts';
import { PACKET_BYTES_MAX } from './packet/encode.ts';
import type { Log } from './ports/log.ts';
import type { OptionReader } from './ports/option.ts';
import { openMqtt } from './protocols/mqtt.ts';
import { SystemClock } from './std/system-clock.ts';
import { SystemRandom } from './std/system-random.ts';

/** The other broker was chosen by the operator, so only what cannot be is refused. */
const LIMITS = {
  packetBytesMax: PACKET_BYTES_MAX,
  connectBytesMax: PACKET_BYTES_MAX,
  userPropertiesMax: 10_000,
  filtersMax: 1,
};

/**
 * Opens the bridges of a broker whose logins `logins` guards. Close them before the broker.
 * @throws BackendError for settings that cannot be
 */
export function openBridges(
  specs: readonly BridgeSpec[],
  broker: BridgeBroker,
  logins: BridgeLogins,
  log: Log,
): Promise<Bridges> {
  const flusher = new Flusher();
  const dependencies: BridgeDependencies = {
    broker,
    logins,
    log,
    clock: new SystemClock(),
    random: new SystemRandom(),
    speak: (socket, peer, owner) =>
      openMqtt(new SocketConnection(socket, peer, flusher), () => owner, LIMITS, 'server'),
  };
  return Bridges.open(specs, dependencies);
}

/**
 * The bridges that the options of each section describe.
 * @throws BackendError `BRIDGE_SETTINGS`
 */
export function bridgeSpecs(sections: ReadonlyMap<string, OptionReader>): BridgeSpec[] {
  return [...sections].map(([name, options]) => bridgeSpec(name, options, hostname()));
}
