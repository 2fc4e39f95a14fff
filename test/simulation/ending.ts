/**
 * How a world comes to rest: faults stop, every client comes back and takes what waits, and the books are closed. Then
 * everything is taken back, and the broker must hold nothing at all.
 */

import { NEVER_EXPIRES } from '../../src/broker/session/session.ts';
import type { ControlPacket } from '../../src/packet/types.ts';
import { connectWith } from './actions.ts';
import type { Arrival, ClientConnection, ConnectChoice, ConnectionOwner } from './client-connection.ts';
import { checkNothingLost } from './loss-checker.ts';
import { rest, type World } from './world.ts';

/** A queue of thousands is taken one message a round by a client that allows no more. */
const ROUNDS_MAX = 20_000;
const ROUND_MS = 50;

/** A client that keeps every session. */
const RETURN: ConnectChoice = {
  version: 5,
  cleanStart: false,
  expirySeconds: NEVER_EXPIRES,
  receiveMaximum: 65_535,
  maximumPacketSize: undefined,
  topicAliasMaximum: 0,
  keepAlive: 0,
  will: undefined,
  willDelay: 0,
};

/** A client that leaves nothing behind. */
const PASS_BY: ConnectChoice = { ...RETURN, cleanStart: true, expirySeconds: 0 };

export async function bringToRest(world: World): Promise<void> {
  world.ledger.beginStep(1_000_000);
  world.commitFails = 0;
  for (const connection of [...world.open]) {
    connection.isSlow = false;
    if (connection.deadSinceMs > 0) world.cut(connection);
  }
  await untilQuiet(world, 'every client is back and has nothing left to do', () => {
    for (const client of world.clients) {
      if (client.connection === undefined) {
        connectWith(world, client, { ...RETURN, cleanStart: client.mustStartClean() });
      }
      client.answer(client.answersWaiting);
    }
    return world.clients.every(({ isIdle, connection }) => isIdle && connection?.phase === 'connected');
  });
  if (world.ledger.hasFailed) return;
  checkNothingLost(world.ledger, world.lossRules);
  const topics = await checkRetained(world);
  if (!world.ledger.hasFailed) await takeEverythingBack(world, topics);
}

/** Lets everything happen until `isDone` and nothing moves any more. */
async function untilQuiet(world: World, what: string, isDone: () => boolean): Promise<void> {
  let quiet = 0;
  let state = '';
  for (let round = 0; round < ROUNDS_MAX && quiet < 4; round++) {
    if (world.ledger.hasFailed) return;
    const isReady = isDone();
    let moved = false;
    for (const connection of [...world.open]) {
      moved = world.carryToBroker(connection, Number.POSITIVE_INFINITY) || moved;
      moved = world.carryToClient(connection, Number.POSITIVE_INFINITY) || moved;
    }
    await world.turn();
    world.finishCommit();
    world.answerQuestion();
    await rest();
    // Time passes when there is nothing else to wait for.
    if (!moved) await world.advance(ROUND_MS);
    const { isSettled } = world.life;
    state = `that holds: ${isReady}, bytes travel: ${moved}, the disk has everything: ${isSettled}`;
    quiet = isReady && !moved && isSettled ? quiet + 1 : 0;
  }
  if (quiet < 4) world.ledger.fail(`the world does not come to rest: waited until ${what}; ${state}`);
}

/** Sees every retained message; speaks only when told to. */
class Observer implements ConnectionOwner {
  readonly clientId: string;
  readonly held: Map<string, string> = new Map();
  isAccepted = false;
  isSubscribed = false;

  constructor(clientId: string) {
    this.clientId = clientId;
  }

  received(connection: ClientConnection, packet: ControlPacket): void {
    if (packet.type === 'connack') {
      this.isAccepted = packet.reasonCode === 0;
      connection.phase = 'connected';
    }
    if (packet.type === 'suback') this.isSubscribed = true;
  }

  arrived(_connection: ClientConnection, { topic, id, message }: Arrival): void {
    if (message.retain) this.held.set(topic, id);
  }

  lost(): void {}
}

async function comeToLook(world: World): Promise<{ observer: Observer; connection: ClientConnection }> {
  const observer = new Observer('observer');
  const connection = world.connection(observer, PASS_BY);
  const connect: ControlPacket = {
    type: 'connect',
    version: 5,
    bridge: false,
    cleanStart: true,
    keepAlive: 0,
    clientId: observer.clientId,
    will: undefined,
    username: undefined,
    password: undefined,
    properties: undefined,
  };
  connection.send(connect, world.now());
  await untilQuiet(world, 'the observer is accepted', () => observer.isAccepted);
  return { observer, connection };
}

/** Compares what is retained with the model. Returns the topics that hold something. */
async function checkRetained(world: World): Promise<string[]> {
  const sinceMs = world.now();
  const { observer, connection } = await comeToLook(world);
  const filters = ['#', '$odd/#'];
  const subscriptions = filters.map((filter) => ({
    filter,
    qos: 0 as const,
    noLocal: false,
    retainAsPublished: false,
    retainHandling: 0 as const,
  }));
  connection.send({ type: 'subscribe', packetId: 1, subscriptions, properties: undefined }, world.now());
  await untilQuiet(world, 'the observer has seen what is retained', () => observer.isSubscribed);
  world.retained.check(observer.held, sinceMs, world.now());
  connection.send({ type: 'disconnect', reasonCode: 0, properties: undefined }, world.now());
  connection.close();
  return [...observer.held.keys()];
}

async function takeEverythingBack(world: World, topics: readonly string[]): Promise<void> {
  const { ledger, clients } = world;
  for (const client of clients) connectWith(world, client, PASS_BY);
  await untilQuiet(world, 'every session has begun anew', () =>
    clients.every(({ connection }) => connection?.phase === 'connected'),
  );
  if (ledger.hasFailed) return;
  for (const topic of new Set([...topics, ...world.plan.topics])) {
    if (!world.isForbidden(topic)) clients[0]!.clearRetained(topic);
  }
  await untilQuiet(world, 'nothing is retained', () => world.life.broker.gauges.retainedMessages === 0);
  for (const client of clients) client.disconnect(0, undefined);
  await untilQuiet(world, 'everybody has left', () => world.open.every(({ pair }) => pair.server.closed));
  if (ledger.hasFailed) return;
  world.wills.check();
  checkNothingLeft(world);
  await closeBroker(world);
}

function checkNothingLeft(world: World): void {
  const { broker } = world.life;
  for (const [name, value] of Object.entries(broker.gauges)) {
    if (value !== 0) world.ledger.fail(`${name} is ${value} after everybody has left for good`);
  }
  const left = [...world.disk.entries.keys()];
  if (left.length > 0)
    world.ledger.fail(`the store still holds ${left.length} records: ${left.slice(0, 5).join(', ')}`);
}

async function closeBroker(world: World): Promise<void> {
  const closing = world.life.broker.close(0);
  await rest();
  world.life.clock.advance(1);
  while (world.life.store !== undefined && world.life.store.waiting > 0) {
    world.finishCommit();
    await rest();
  }
  await closing;
}
