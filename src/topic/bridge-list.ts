/**
 * How brokers of ours know which clients are bridges of each other, so that no message goes round: each lists below `$SYS` the
 * client identifiers that its bridges have at others, whatever they tell of their state. Everybody may read the list, so it
 * holds digests, which tell nothing to those who do not have the identifier already.
 */

import { createHash } from 'node:crypto';

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

/** Name of the User Property in which the CONNACK to a bridge says which broker answers. */
const BROKER = 'bridge-broker';

/** The User Properties by which a broker answers a client that has the mark. */
export function bridgeAnswer(brokerId: string): readonly Pair[] {
  return [BRIDGE_MARK, [BROKER, brokerId]];
}

/** Which broker answered; undefined where it did not say. */
export function answeringBroker(pairs: readonly Pair[] | undefined): string | undefined {
  return pairs?.find(([name]) => name === BROKER)?.[1];
}

const PREFIX = '$SYS/broker/bridges/';

/** What a bridge subscribes to there to know which clients here are bridges of the other broker. */
export const BRIDGES_FILTER: string = `${PREFIX}+`;

/** Digests made so far: they are asked for with each message that crosses a bridge. */
const digests = new Map<string, string>();
const DIGESTS_MAX = 1000;

/** What a bridge is called in the list: the first 22 characters of the SHA-256 of its client identifier, in base64url. */
export function bridgeDigest(clientId: string): string {
  const known = digests.get(clientId);
  if (known !== undefined) return known;
  const digest = createHash('sha256').update(clientId).digest('base64url').slice(0, 22);
  if (digests.size >= DIGESTS_MAX) digests.clear();
  digests.set(clientId, digest);
  return digest;
}

/** The topic that stands for one bridge. */
export function bridgeListTopic(clientId: string): string {
  return PREFIX + bridgeDigest(clientId);
}

/** The digest in such a topic; undefined in others. */
export function listedBridge(topic: string): string | undefined {
  return topic.startsWith(PREFIX) ? topic.slice(PREFIX.length) || undefined : undefined;
}

/** Whether it is about reading the list and nothing else, which every client may do whatever the rules say. */
export function readsBridgeList(action: 'publish' | 'subscribe' | 'receive', topic: string): boolean {
  return action === 'subscribe' ? topic === BRIDGES_FILTER : action === 'receive' && topic.startsWith(PREFIX);
}

/** A client identifier as one level of a topic: what would mean something else there is written as in a URL. */
export function levelOf(clientId: string): string {
  return clientId.replaceAll(/[%+#/]/g, (character) => encodeURIComponent(character));
}
