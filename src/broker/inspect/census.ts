/**
 * Counts clients as they come and go, from what the broker tells everybody. Nothing here is on the way of a message.
 */

import type { EndName, Events } from '../events.ts';

/** What came through one listener. */
export interface ListenerCensus {
  /** Now. */
  connected: number;
  /** Since the start. */
  accepted: number;
}

export interface CensusContext {
  readonly events: Events;
  readonly sessions: { readonly size: number };
  readonly router: { readonly subscriptions: number; readonly sharedSubscriptions: number; readonly filters: number };
}

export class Census {
  /** Clients whose login was accepted and who are still there. */
  connected = 0;
  /** Highest numbers since the start. */
  connectedMax = 0;
  sessionsMax = 0;
  subscriptionsMax = 0;
  sharedSubscriptionsMax = 0;
  filtersMax = 0;
  sessionsCreated = 0;
  /** Ended by a clean start. */
  sessionsDiscarded = 0;
  /** Ended in any way. */
  sessionsEnded = 0;
  /** Ends of clients that had been connected. */
  readonly ends: Map<EndName, number> = new Map<EndName, number>();
  /** Ends of connections that were never accepted, by MQTT 5 Reason Code. */
  readonly refusals: Map<number, number> = new Map<number, number>();
  /** By the listener's name. */
  readonly listeners: Map<string, ListenerCensus> = new Map<string, ListenerCensus>();

  constructor({ events, sessions, router }: CensusContext) {
    events.on('connected', ({ client, sessionPresent }) => {
      this.connected++;
      this.connectedMax = Math.max(this.connectedMax, this.connected);
      this.sessionsMax = Math.max(this.sessionsMax, sessions.size);
      if (!sessionPresent) this.sessionsCreated++;
      const listener = this.#listener(client.peer.listener);
      listener.connected++;
      listener.accepted++;
    });
    events.on('disconnected', ({ client, reason }) => {
      this.connected--;
      this.ends.set(reason, (this.ends.get(reason) ?? 0) + 1);
      this.#listener(client.peer.listener).connected--;
    });
    events.on('refused', ({ reasonCode }) => {
      this.refusals.set(reasonCode, (this.refusals.get(reasonCode) ?? 0) + 1);
    });
    events.on('sessionEnded', ({ reason }) => {
      this.sessionsEnded++;
      if (reason === 'clean_start') this.sessionsDiscarded++;
    });
    events.on('subscribed', () => {
      this.subscriptionsMax = Math.max(this.subscriptionsMax, router.subscriptions);
      this.sharedSubscriptionsMax = Math.max(this.sharedSubscriptionsMax, router.sharedSubscriptions);
      this.filtersMax = Math.max(this.filtersMax, router.filters);
    });
  }

  #listener(name: string): ListenerCensus {
    let listener = this.listeners.get(name);
    if (listener === undefined) {
      listener = { connected: 0, accepted: 0 };
      this.listeners.set(name, listener);
    }
    return listener;
  }
}
