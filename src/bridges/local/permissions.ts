/**
 * What the rules of this broker do not let a bridge do, as an operator wants to know it: counted, told once until
 * something changes, and asked for again when rules change. A bridge has no client that would complain.
 */

import type { Broker } from '../../broker/broker.ts';
import type { Message } from '../../packet/message.ts';
import type { SubackPacket, SubscribePacket } from '../../packet/types.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Peer } from '../../ports/listener.ts';
import type { Log } from '../../ports/log.ts';
import { quote } from '../../std/shorten.ts';
import type { TopicMap } from '../../topic/bridge-rules.ts';
import { matches } from '../../topic/name.ts';
import { isReservedToPublish } from '../../topic/reserved.ts';
import type { FailureFields } from '../bridge-error.ts';
import type { BridgeLogins } from '../logins.ts';
import type { BridgeCounters, BridgeSpec } from '../spec.ts';
import { localSubscribe } from './packets.ts';

/** What a bridge may be kept from. */
type Denied = 'publish' | 'subscribe' | 'receive';

/** How often what was denied is asked for again: a database may be back, or say something else. */
const RETRY_MS = 30_000;

const CODE = 'BRIDGE_LOCAL_DENIED';
const ADVICE = 'allow it by a rule, or let bridges do everything (permissions.unchecked: [bridges])';

interface Dependencies {
  readonly broker: Pick<Broker, 'on'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly logins: BridgeLogins;
}

interface Owner {
  readonly spec: BridgeSpec;
  readonly map: TopicMap;
  readonly peer: Peer;
  readonly counters: BridgeCounters;
  /** What is to stand in the state of the bridge. */
  failed(code: string, message: string, fields: FailureFields): void;
  /** What was denied may be allowed now. */
  mayTryAgain(): void;
}

export class LocalPermissions {
  readonly #owner: Owner;
  readonly #dependencies: Dependencies;
  /** Filters that the bridge wants and does not have. */
  readonly #denied = new Set<string>();
  /** What each SUBSCRIBE that was not answered yet asks for. */
  readonly #asked = new Map<number, readonly string[]>();
  /** What the operator has been told of since rules have changed. */
  readonly #told = new Set<Denied>();
  #packetId = 0;
  readonly #stops: readonly (() => void)[];

  constructor(owner: Owner, dependencies: Dependencies) {
    this.#owner = owner;
    this.#dependencies = dependencies;
    const { broker, clock, logins } = dependencies;
    const { localClientId } = owner.spec;
    this.#stops = [
      broker.on('dropped', ({ message, clientId, reason }) => {
        if (reason === 'not_authorized' && clientId === localClientId) this.#dropped(message);
      }),
      broker.on('unsubscribed', ({ client, filter }) => {
        if (client.clientId === localClientId && owner.map.localFilters.has(filter)) this.#lost(filter);
      }),
      clock.every(RETRY_MS, () => this.#tryAgain()),
      logins.onChange(() => {
        this.#told.clear();
        this.#tryAgain();
      }),
    ];
  }

  /** A new connection: everything is asked for again. */
  begin(): SubscribePacket {
    this.#denied.clear();
    this.#asked.clear();
    return this.#ask([...this.#owner.map.localFilters.keys()]);
  }

  /** Asks again for what was denied; undefined where nothing was. */
  again(): SubscribePacket | undefined {
    return this.#denied.size === 0 ? undefined : this.#ask([...this.#denied]);
  }

  #tryAgain(): void {
    if (this.#denied.size > 0) this.#owner.mayTryAgain();
  }

  #ask(filters: readonly string[]): SubscribePacket {
    this.#packetId = (this.#packetId % 1000) + 1;
    this.#asked.set(this.#packetId, filters);
    return localSubscribe(this.#owner.map, this.#packetId, filters);
  }

  answered({ packetId, reasonCodes }: SubackPacket): void {
    const filters = this.#asked.get(packetId) ?? [];
    this.#asked.delete(packetId);
    const denied = filters.filter((_, i) => (reasonCodes[i] ?? 0x80) >= 0x80);
    for (const filter of filters) this.#denied.delete(filter);
    for (const filter of denied) this.#denied.add(filter);
    if (denied.length === 0) return;
    const topics = denied.slice(0, 10);
    const what = `may not subscribe here to ${topics.map(quote).join(', ')}; ${ADVICE}`;
    this.#tell('subscribe', what, { reason: 'subscribe', topics: topics.join(', ') });
  }

  /** Whether the bridge would get a message that waits in no session. */
  lets(message: Message): boolean {
    const { map, peer, spec } = this.#owner;
    const isWanted = [...map.localFilters.keys()].some(
      (filter) => !this.#denied.has(filter) && matches(filter, message.topic),
    );
    const login = { peer, clientId: spec.localClientId, username: spec.localUsername };
    return isWanted && this.#dependencies.logins.mayReceive(login, message);
  }

  close(): void {
    for (const stop of this.#stops) stop();
  }

  #dropped(message: Message): void {
    const { counters, spec } = this.#owner;
    counters.denied++;
    const isInward = message.publisher === spec.localClientId;
    const isReserved = isReservedToPublish(message.topic, spec.localClientId);
    const advice = isReserved ? 'no client may, so give such topics a prefix here' : ADVICE;
    const topics = message.topic;
    if (isInward) {
      const reason = isReserved ? 'reserved' : 'publish';
      this.#tell('publish', `may not publish here to ${quote(topics)}; ${advice}`, { reason, topics });
    } else {
      this.#tell('receive', `may not receive ${quote(topics)} here; ${ADVICE}`, { reason: 'receive', topics });
    }
  }

  #lost(filter: string): void {
    this.#denied.add(filter);
    const why = 'it is not permitted any more, or an operator has taken it away';
    const what = `has lost its subscription here to ${quote(filter)}: ${why}`;
    this.#tell('subscribe', what, { reason: 'lost', topics: filter });
  }

  #tell(what: Denied, text: string, fields: FailureFields): void {
    const message = `Bridge ${this.#owner.spec.name} ${text}`;
    this.#owner.failed(CODE, message, fields);
    if (this.#told.has(what)) return;
    this.#told.add(what);
    this.#dependencies.log.warn('A bridge is not permitted something in this broker', {
      bridge: this.#owner.spec.name,
      code: CODE,
      cause: message,
    });
  }
}
