/** What a listener decides for the clients that come through it; the broker's own defaults hold where it is silent. */

import type { Qos } from '../packet/types.ts';

export interface ListenerRules {
  readonly name: string;
  /** Whether a client that no authenticator knows may come in. */
  readonly allowAnonymous: boolean;
  /** Put before every topic of the listener's clients on the way in and taken off on the way out; no wildcards. */
  readonly mountpoint: string;
  readonly maximumQos: Qos;
  /** Topic Alias Maximum towards MQTT 5 clients; 0 offers none. */
  readonly topicAliasMaximum: number;
}
