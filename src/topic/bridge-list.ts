/**
 * How brokers of ours know which clients are bridges of each other, so that no message goes round: each lists below `$SYS` the
 * client identifiers that its bridges have at others, whatever they tell of their state.
 */

type Pair = readonly [name: string, value: string];

/**
 * The User Property by which a bridge makes itself known in CONNECT, and which CONNACK repeats. MQTT 5 has no bit for it, as the
 * protocol level of older versions has.
 */
export const BRIDGE_MARK: Pair = ['bridge', 'hoopoe'];

/** Whether the User Properties of a packet have the mark. */
export function hasBridgeMark(pairs: readonly Pair[] | undefined): boolean {
  return pairs?.some(([name, value]) => name === BRIDGE_MARK[0] && value === BRIDGE_MARK[1]) === true;
}

const PREFIX = '$SYS/broker/bridges/';

/** What a bridge subscribes to there to know which clients here are bridges of the other broker. */
export const BRIDGES_FILTER: string = `${PREFIX}+`;

/** The topic that stands for one bridge; undefined for an identifier that would mean something else in a topic. */
export function bridgeListTopic(clientId: string): string | undefined {
  return /[+#/\0]/.test(clientId) || clientId === '' ? undefined : PREFIX + clientId;
}

/** The client identifier in such a topic; undefined in others. */
export function listedBridge(topic: string): string | undefined {
  return topic.startsWith(PREFIX) ? topic.slice(PREFIX.length) || undefined : undefined;
}
