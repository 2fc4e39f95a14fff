/** What may happen in one step of a world, and how often: what clients do, and what is done to them. */

import { NEVER_EXPIRES } from '../../src/broker/session/session.ts';
import type { ProtocolVersion, Qos } from '../../src/packet/types.ts';
import type { ConnectChoice } from './client-connection.ts';
import type { SimulatedClient } from './client-model.ts';
import { type SentMessage, splitFilter } from './facts.ts';
import { newSubscription } from './ledger.ts';
import type { World } from './world.ts';

type Action = (world: World, client: SimulatedClient) => void | Promise<void>;

/** How often each is tried, for an action that the plan does not rate. */
const COMMON: readonly (readonly [weight: number, action: Action])[] = [
  [20, (world, client) => comeOrStay(world, client)],
  [40, publish],
  [14, subscribe],
  [4, unsubscribe],
  [40, (world, client) => client.answer(world.random.pick([1, 3, client.answersWaiting]))],
  [3, sayGoodbye],
  [8, (world) => world.advance(world.random.pick([1, 20, 150, 700]))],
  [2, (world) => world.advance(world.random.pick([2000, 5000, 15_000]))],
];

const COMMON_WEIGHT = COMMON.reduce((sum, [weight]) => sum + weight, 0);

export async function act(world: World): Promise<void> {
  const { random, plan } = world;
  const client = random.pick(world.clients);
  const { connection } = client;
  if (random.chance(plan.crashes)) return world.crash();
  if (connection !== undefined) {
    if (random.chance(plan.cuts)) return world.cut(connection);
    if (random.chance(plan.takeovers)) return connect(world, client);
    if (random.chance(plan.silences) && connection.isUsable) {
      world.ledger.note(`the line of ${client.clientId} goes dead`);
      connection.deadSinceMs = world.now();
      return;
    }
    if (connection.isSlow ? random.chance(0.1) : random.chance(plan.blocks)) {
      connection.isSlow = !connection.isSlow;
      world.ledger.note(`${client.clientId} ${connection.isSlow ? 'stops reading' : 'reads again'}`);
      return;
    }
  }
  let left = random.integer(COMMON_WEIGHT);
  for (const [weight, action] of COMMON) {
    left -= weight;
    if (left < 0) return action(world, client);
  }
}

/** Connects when there is no connection; now and then gives up one that does not come about or has died. */
function comeOrStay(world: World, client: SimulatedClient): void {
  const { connection } = client;
  const isHopeless = connection !== undefined && !connection.isUsable;
  if (connection === undefined || (isHopeless && world.random.chance(0.1))) connect(world, client);
}

function connect(world: World, client: SimulatedClient): void {
  client.leave(world.random.chance(0.5));
  connectWith(world, client, chooseTerms(world, client));
}

export function connectWith(world: World, client: SimulatedClient, choice: ConnectChoice): void {
  const { ledger, sessions, wills, plan } = world;
  const { clientId } = client;
  const { version, cleanStart, will, willDelay, maximumPacketSize } = choice;
  const facts = ledger.client(clientId);
  client.leave(false);
  const connection = world.connection(client, choice);
  const { address } = connection;
  world.introduce(connection);
  ledger.note(
    `${clientId} connects from ${address} with MQTT ${version}, clean start ${cleanStart}, expiry ${choice.expirySeconds}`,
  );
  if (will !== undefined) ledger.sent(will);
  const expirySeconds = Math.min(choice.expirySeconds, plan.options.sessionExpirySecondsMax!);
  sessions.connecting(address, { clientId, cleanStart, expirySeconds, sentMs: world.now() });
  wills.connecting(address, clientId, will && { id: will.id, delaySeconds: willDelay }, expirySeconds, world.now());
  if (expirySeconds === 0 || cleanStart) ledger.sessionMayEnd(clientId);
  facts.packetBytesMin = Math.min(facts.packetBytesMin, maximumPacketSize ?? Number.POSITIVE_INFINITY);
  client.connect(connection);
}

function chooseTerms(world: World, client: SimulatedClient): ConnectChoice {
  const { random, plan } = world;
  const version: ProtocolVersion = random.pick([3, 4, 5, 5]);
  const forgets = random.chance(plan.forgetfulness);
  const cleanStart = client.mustStartClean() || (forgets && random.chance(0.6));
  const five = forgets && random.chance(0.6) ? 0 : random.pick([5, 60, NEVER_EXPIRES]);
  const will = random.chance(0.4) ? chooseMessage(world, client, version, true) : undefined;
  const isFive = version === 5;
  return {
    version,
    cleanStart,
    expirySeconds: isFive ? five : cleanStart ? 0 : NEVER_EXPIRES,
    receiveMaximum: random.pick([1, 2, 5, 65_535]),
    maximumPacketSize: isFive && random.chance(0.15) ? 80 + random.integer(100) : undefined,
    topicAliasMaximum: random.pick([0, 1, 5]),
    keepAlive: random.pick([0, 5, 20, 60]),
    will: will !== undefined && !world.isForbidden(will.topic) ? will : undefined,
    willDelay: isFive ? random.pick([0, 0, 1, 10, 100]) : 0,
  };
}

function chooseMessage(world: World, client: SimulatedClient, version: ProtocolVersion, isWill: boolean): SentMessage {
  const { random, plan } = world;
  const index = ++client.made;
  const topic = random.pick(plan.topics);
  return {
    id: `${client.clientId}#${index}`,
    publisher: client.clientId,
    index,
    topic,
    qos: random.pick<Qos>([0, 1, 1, 2, 2]),
    retain: random.chance(0.15),
    expirySeconds: version === 5 && !isWill && random.chance(0.15) ? random.pick([1, 5, 60]) : undefined,
    isWill,
    isPermitted: !world.isForbidden(topic),
    routed: [],
    answer: 'none',
  };
}

function publish(world: World, client: SimulatedClient): void {
  const { random, plan, ledger } = world;
  const { connection } = client;
  if (connection === undefined || connection.phase !== 'connected') return;
  if (random.chance(0.03)) {
    client.clearRetained(random.pick(plan.topics));
    return;
  }
  for (let left = random.pick([1, 1, 3]); left > 0 && client.mayPublish; left--) {
    const message = chooseMessage(world, client, connection.choice.version, false);
    ledger.sent(message);
    client.publish(message, random.integer(plan.fillingMax + 1), random.chance(0.3));
  }
}

function subscribe(world: World, client: SimulatedClient): void {
  const { random, plan } = world;
  const { connection } = client;
  if (connection === undefined || connection.phase !== 'connected' || !client.mayAsk) return;
  const isFive = connection.choice.version === 5;
  const filters = new Set(Array.from({ length: random.pick([1, 1, 2, 3]) }, () => random.pick(plan.filters)));
  const identifier = isFive && random.chance(0.4) ? 1 + random.integer(200) : 0;
  const facts = [...filters].map((fullFilter) => {
    const { filter, group } = splitFilter(fullFilter);
    return newSubscription({
      fullFilter,
      filter,
      group,
      qos: random.pick<Qos>([0, 1, 1, 2, 2]),
      noLocal: isFive && group === undefined && random.chance(0.2),
      retainHandling: isFive ? random.pick([0, 0, 1, 2]) : 0,
      identifier,
    });
  });
  client.subscribe(facts, identifier);
}

function unsubscribe(world: World, client: SimulatedClient): void {
  const { random, plan } = world;
  if (client.connection?.phase !== 'connected' || !client.mayAsk) return;
  const filters = new Set(Array.from({ length: random.pick([1, 2]) }, () => random.pick(plan.filters)));
  client.unsubscribe([...filters]);
}

/** DISCONNECT in one of its forms. */
function sayGoodbye(world: World, client: SimulatedClient): void {
  const { random, ledger } = world;
  const { connection } = client;
  if (connection === undefined || !connection.isUsable) return;
  const { version, expirySeconds } = connection.choice;
  const isFive = version === 5;
  const asked = isFive && expirySeconds > 0 && random.chance(0.3) ? random.pick([0, 3, 60]) : undefined;
  const reasonCode = isFive ? random.pick([0, 0, 0x04, 0x80]) : 0;
  ledger.note(`${client.clientId} disconnects with 0x${reasonCode.toString(16)}, expiry ${asked ?? 'as before'}`);
  client.disconnect(reasonCode, asked);
}
