/**
 * What a seed decides before anything happens: the broker's options, how the world treats its clients, the topics and
 * filters in use, and who may do what. Everything afterwards is drawn from the same source of randomness.
 */

import type { BrokerOptions } from '../../src/broker/options.ts';
import { NEVER_EXPIRES } from '../../src/broker/session/session.ts';
import { SeededRandom } from '../../src/testing/index.ts';

/** Probabilities are for each step of the world unless said otherwise. */
export interface Plan {
  readonly seed: number;
  readonly clientIds: readonly string[];
  readonly options: Partial<BrokerOptions>;
  readonly isDurable: boolean;
  /** Of each commit. */
  readonly commitFails: number;
  readonly crashes: number;
  /** Queues are short, so that messages are dropped, which then has to be told. */
  readonly queuesAreShort: boolean;
  readonly topics: readonly string[];
  readonly filters: readonly string[];
  /** Topics of shared subscriptions are matched by nothing else, so that each delivery shows the group it is for. */
  readonly groupsAreApart: boolean;
  readonly cuts: number;
  readonly silences: number;
  readonly blocks: number;
  readonly takeovers: number;
  /** Longest piece in which bytes travel. */
  readonly pieceBytesMax: number;
  /** Of each question for permission: the answer is a promise. */
  readonly lateAnswers: number;
  /** Begins of topics and filters that nobody may use. */
  readonly forbidden: string;
  /** Of each connection: the session ends with it or begins anew. */
  readonly forgetfulness: number;
  /** Bytes of filling in a payload, at most. */
  readonly fillingMax: number;
}

const PLAIN_TOPICS = ['a', 'a/b', 'a/b/c', 'a/c', 'b/c', 'b', '/b', '$odd/x', 'no/x'];
const PLAIN_FILTERS = ['a', 'a/b', 'a/#', 'a/+', '+/c', 'b/c', 'b/#', '/+', '$odd/#', 'a/+/c', 'no/#', 'no/x'];
const SHARED_TOPICS = ['s/x', 's/y', 't/x', 'u/x'];
/** No topic is matched by two of them. */
const SHARED_FILTERS = ['$share/g/s/#', '$share/h/t/+', '$queue/u/x'];
const OVERLAPPING_FILTERS = ['#', '+/+', '$share/g/a/#', '$share/h/a/#', '$share/g/+/b', '$queue/#'];

export function planOf(seed: number): Plan {
  const random = new SeededRandom(seed);
  const clients = 2 + random.integer(5);
  const isDurable = random.chance(0.6);
  const groupsAreApart = random.chance(0.7);
  const queuesAreShort = random.chance(0.15);
  const isRough = random.chance(0.7);
  const few = <T>(values: readonly T[], atLeast: number): T[] => {
    const kept = values.filter(() => random.chance(0.6));
    return kept.length >= atLeast ? kept : [...values];
  };
  return {
    seed,
    clientIds: Array.from({ length: clients }, (_, i) => `c${i}`),
    options: optionsOf(random, queuesAreShort),
    isDurable,
    commitFails: isDurable && random.chance(0.35) ? random.pick([0.02, 0.1, 0.4]) : 0,
    crashes: isDurable && random.chance(0.6) ? random.pick([0.003, 0.01, 0.03]) : 0,
    queuesAreShort,
    topics: few([...PLAIN_TOPICS, ...SHARED_TOPICS], 4),
    filters: few([...PLAIN_FILTERS, ...SHARED_FILTERS, ...(groupsAreApart ? [] : OVERLAPPING_FILTERS)], 4),
    groupsAreApart,
    cuts: isRough ? random.pick([0.005, 0.02, 0.06]) : 0.002,
    silences: isRough ? random.pick([0, 0.005, 0.02]) : 0,
    blocks: random.pick([0, 0.02, 0.05]),
    takeovers: random.pick([0, 0.01, 0.04]),
    pieceBytesMax: random.pick([1, 5, 30, 4096, 4096]),
    lateAnswers: random.pick([0, 0, 0.3]),
    forbidden: random.pick(['no/', 'no/', '$odd/']),
    forgetfulness: random.pick([0, 0.1, 0.4]),
    fillingMax: random.pick([0, 20, 200]),
  };
}

function optionsOf(random: SeededRandom, queuesAreShort: boolean): Partial<BrokerOptions> {
  return {
    receiveMaximum: random.pick([1, 3, 10, 100]),
    inflightMax: random.pick([1, 2, 5, 100]),
    queuedMessagesMax: queuesAreShort ? random.pick([1, 4]) : 1_000_000,
    queueFull: random.pick(['drop_oldest', 'drop_newest']),
    writeBufferBytesMax: random.pick([64, 500, 1_000_000]),
    topicAliasMaximum: random.pick([0, 2, 32]),
    sessionExpirySecondsMax: random.pick([NEVER_EXPIRES, NEVER_EXPIRES, 120]),
    sharedStrategy: random.pick(['random', 'round_robin', 'sticky', 'hash_client', 'hash_topic']),
    overlappingSubscriptions: random.chance(0.2) ? 'copy_each' : 'one_copy',
    unauthorizedPublish: random.chance(0.2) ? 'disconnect' : 'drop',
    connectSecondsMax: 15,
    // The world answers as late as it likes.
    answerSecondsMax: 1_000_000,
  };
}
