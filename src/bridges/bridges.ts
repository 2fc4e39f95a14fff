/** All bridges of a broker: opened together, looked at by name, closed together. */

import { BackendError } from '../ports/backend-error.ts';
import { Bridge, type BridgeDependencies } from './bridge.ts';
import type { BridgeSpec, BridgeStatus } from './spec.ts';

export class Bridges {
  readonly #bridges = new Map<string, Bridge>();
  readonly #dependencies: BridgeDependencies;

  /** Use `Bridges.open`. */
  private constructor(dependencies: BridgeDependencies) {
    this.#dependencies = dependencies;
  }

  /**
   * Makes the bridges and starts those that are not started by hand. A broker that cannot be reached is no failure.
   * @throws BackendError `BRIDGE_NAMES` when two of them would be the same client
   */
  static async open(specs: readonly BridgeSpec[], dependencies: BridgeDependencies): Promise<Bridges> {
    const bridges = new Bridges(dependencies);
    specs.forEach((spec, at) => {
      checkNames(spec, specs.slice(0, at));
    });
    for (const spec of specs) await bridges.#add(spec);
    return bridges;
  }

  async #add(spec: BridgeSpec): Promise<void> {
    const bridge = new Bridge(spec, this.#dependencies);
    this.#bridges.set(spec.name, bridge);
    await bridge.open();
    if (spec.startType !== 'manual') bridge.start();
  }

  /**
   * Makes one more bridge, or another one in the place of that of its name; what waits in its session stays.
   * @throws BackendError `BRIDGE_NAMES` with everything as it was
   */
  async put(spec: BridgeSpec): Promise<void> {
    const before = this.#bridges.get(spec.name);
    checkNames(
      spec,
      [...this.#bridges.values()].map((bridge) => bridge.spec).filter(({ name }) => name !== spec.name),
    );
    await before?.remove(before.spec.localClientId === spec.localClientId);
    try {
      await this.#add(spec);
    } catch (error) {
      this.#bridges.delete(spec.name);
      if (before !== undefined) await this.#add(before.spec);
      throw error;
    }
  }

  /** Ends a bridge with everything that waits for it. False: there is no such bridge. */
  async remove(name: string): Promise<boolean> {
    const bridge = this.#bridges.get(name);
    this.#bridges.delete(name);
    await bridge?.remove();
    return bridge !== undefined;
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

/** @throws BackendError `BRIDGE_NAMES` */
function checkNames({ name, localClientId }: BridgeSpec, others: readonly BridgeSpec[]): void {
  const other = others.find((one) => one.localClientId === localClientId);
  if (other === undefined) return;
  throw new BackendError(
    'BRIDGE_NAMES',
    `Bridges ${other.name} and ${name} have the same local client identifier "${localClientId}"; give one of them another`,
  );
}
