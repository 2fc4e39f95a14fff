/** Families of bridges to other brokers: whether they are connected, and what crosses. Names are the configuration's. */

import type { Exposition, Sample } from './exposition.ts';

/** What is told of one bridge. */
export interface BridgeFigures {
  readonly name: string;
  /** `connected` when messages can cross. */
  readonly state: string;
  /** QoS 1 and 2 messages that the other broker has not acknowledged. */
  readonly inflight: number;
  /** Messages that wait here. */
  readonly queued: number;
  readonly counters: BridgeCounts;
}

interface BridgeCounts {
  readonly messagesOut: number;
  readonly messagesIn: number;
  readonly bytesOut: number;
  readonly bytesIn: number;
  readonly connects: number;
  readonly failures: number;
  readonly refused: number;
  readonly loopsPrevented: number;
  readonly unmatched: number;
  readonly tooLarge: number;
  readonly denied: number;
  readonly dropped: number;
}

/** Why a message did not cross, and where that is counted. */
const reasons: readonly (readonly [reason: string, counter: keyof BridgeCounts])[] = [
  ['refused', 'refused'],
  ['loop', 'loopsPrevented'],
  ['unmatched', 'unmatched'],
  ['too_large', 'tooLarge'],
  ['denied', 'denied'],
  ['queue_full', 'dropped'],
];

export function bridgeFamilies(out: Exposition, bridges: readonly BridgeFigures[]): void {
  const each = (value: (bridge: BridgeFigures) => number): Sample[] =>
    bridges.map((bridge) => [{ bridge: bridge.name }, value(bridge)]);
  const bothWays = (outward: 'messagesOut' | 'bytesOut', inward: 'messagesIn' | 'bytesIn'): Sample[] =>
    bridges.flatMap(({ name, counters }) => [
      [{ bridge: name, direction: 'out' }, counters[outward]],
      [{ bridge: name, direction: 'in' }, counters[inward]],
    ]);
  out
    .gauge(
      'mqtt_bridge_up',
      'Whether a bridge is connected.',
      each(({ state }) => (state === 'connected' ? 1 : 0)),
    )
    .gauge(
      'mqtt_bridge_queued_messages',
      'Messages that wait here for a bridge.',
      each(({ queued }) => queued),
    )
    .gauge(
      'mqtt_bridge_inflight_messages',
      'Messages that the other broker has not acknowledged.',
      each(({ inflight }) => inflight),
    )
    .counter('mqtt_bridge_messages_total', 'Messages that crossed a bridge.', bothWays('messagesOut', 'messagesIn'))
    .counter('mqtt_bridge_payload_bytes_total', 'Bytes of their payloads.', bothWays('bytesOut', 'bytesIn'))
    .counter(
      'mqtt_bridge_messages_left_out_total',
      'Messages of a bridge that did not cross.',
      bridges.flatMap(({ name, counters }) =>
        reasons.map(([reason, counter]): Sample => [{ bridge: name, reason }, counters[counter]]),
      ),
    )
    .counter(
      'mqtt_bridge_connects_total',
      'Times that a bridge was connected.',
      each(({ counters }) => counters.connects),
    )
    .counter(
      'mqtt_bridge_failures_total',
      'Connections of a bridge that could not be made or were lost.',
      each(({ counters }) => counters.failures),
    );
}
