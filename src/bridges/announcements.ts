/** What a bridge tells everybody here of itself, retained: whether it is connected, and that there is one. */

import type { Broker } from '../broker/broker.ts';
import type { Log } from '../ports/log.ts';
import { bridgeListTopic } from '../topic/bridge-list.ts';
import { type BridgeSpec, stateTopic } from './spec.ts';

export class Announcements {
  readonly #spec: BridgeSpec;
  readonly #broker: Pick<Broker, 'publish'>;
  readonly #log: Log;
  #last: Promise<unknown> = Promise.resolve();

  constructor(spec: BridgeSpec, broker: Pick<Broker, 'publish'>, log: Log) {
    this.#spec = spec;
    this.#broker = broker;
    this.#log = log;
  }

  /** Whether the bridge is connected, where anybody is to be told. */
  state(payload: '0' | '1'): void {
    if (this.#spec.notifications) this.#tell(stateTopic(this.#spec), payload);
  }

  /** Tells the bridges of other brokers that there is this one, or with an empty payload that there is not. */
  list(payload: '' | '1'): void {
    this.#tell(bridgeListTopic(this.#spec.remoteClientId), payload);
  }

  /** Resolves when what was told last is kept. */
  async settled(): Promise<void> {
    await this.#last;
  }

  #tell(topic: string, payload: string): void {
    this.#last = this.#broker.publish({ topic, payload, qos: 1, retain: true }).catch((error: unknown) => {
      this.#log.debug('The state of a bridge could not be published', {
        bridge: this.#spec.name,
        cause: error instanceof Error ? error.message : String(error),
      });
    });
  }
}
