/** The cluster of a broker that is alone: every claim succeeds at once and nobody else is interested in anything. */

import type { Message } from '../packet/message.ts';
import type { Cluster } from '../ports/cluster.ts';

export class SingleNode implements Cluster {
  readonly node: string;
  #revision = 0;

  constructor(node: string) {
    this.node = node;
  }

  claim(_clientId: string): number {
    return ++this.#revision;
  }

  interested(_filter: string): void {}

  uninterested(_filter: string): void {}

  forward(_message: Message): void {}

  async close(): Promise<void> {}
}
