/** All bridges of a broker: opened together, looked at by name, closed together. */

import { BackendError } from '../ports/backend-error.ts';
import { Bridge, type BridgeDependencies } from './bridge.ts';
import type { BridgeSpec, BridgeStatus } from './spec.ts';

export class Bridges {
  readonly #bridges: Map<string, Bridge>;

  /** Use `Bridges.open`. */
  private constructor(bridges: Map<string, Bridge>) {
    this.#bridges = bridges;
  }

  /**
   * Makes the bridges and starts those that are not started by hand. A broker that cannot be reached is no failure.
   * @throws BackendError `BRIDGE_NAMES` when two of them would be the same client
   */
  static async open(specs: readonly BridgeSpec[], dependencies: BridgeDependencies): Promise<Bridges> {
    const localIds = new Map<string, string>();
    for (const { name, localClientId } of specs) {
      const other = localIds.get(localClientId);
      if (other !== undefined) {
        throw new BackendError(
          'BRIDGE_NAMES',
          `Bridges ${other} and ${name} have the same local client identifier "${localClientId}"; give one of them another`,
        );
      }
      localIds.set(localClientId, name);
    }
    const bridges = new Map(specs.map((spec) => [spec.name, new Bridge(spec, dependencies)]));
    for (const bridge of bridges.values()) {
      await bridge.open();
      if (bridge.spec.startType !== 'manual') bridge.start();
    }
    return new Bridges(bridges);
  }

  /** In the order of the configuration. */
  list(): BridgeStatus[] {
    return [...this.#bridges.values()].map(({ status }) => status);
  }

  get(name: string): BridgeStatus | undefined {
    return this.#bridges.get(name)?.status;
  }

  /** False: there is no such bridge. */
  start(name: string): boolean {
    const bridge = this.#bridges.get(name);
    bridge?.start();
    return bridge !== undefined;
  }

  /** False: there is no such bridge. */
  async stop(name: string): Promise<boolean> {
    const bridge = this.#bridges.get(name);
    await bridge?.stop();
    return bridge !== undefined;
  }

  /** Disconnects all; to be called before the broker is closed. */
  async close(): Promise<void> {
    await Promise.all([...this.#bridges.values()].map((bridge) => bridge.stop()));
  }
}
