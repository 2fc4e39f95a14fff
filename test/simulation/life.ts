/**
 * One life of the broker, from its start to its end or crash: the broker with its clock and its store, and what it
 * tells the program around it, which goes to the models. A dead life is never heard of again.
 */

import { AccessChain } from '../../src/access/chain/access-chain.ts';
import { Broker } from '../../src/broker/broker.ts';
import type { BrokerEvents } from '../../src/broker/events.ts';
import { SingleNode } from '../../src/clusters/single.ts';
import type { Message } from '../../src/packet/message.ts';
import type { Authorizer } from '../../src/ports/access.ts';
import type { Log } from '../../src/ports/log.ts';
import { MemoryStore } from '../../src/stores/memory.ts';
import { FakeClock, SeededRandom } from '../../src/testing/index.ts';
import type { ClientConnection } from './client-connection.ts';
import type { Ledger } from './ledger.ts';
import { type LossRules, noteDrop } from './loss-checker.ts';
import type { Plan } from './plan.ts';
import type { RetainedModel } from './retained-model.ts';
import type { SessionModel } from './session-model.ts';
import { type Disk, SimulatedStore } from './simulated-store.ts';
import type { WillModel } from './will-model.ts';

/** Everything that outlives one broker. */
export interface Surroundings {
  readonly plan: Plan;
  readonly ledger: Ledger;
  readonly lossRules: LossRules;
  readonly sessions: SessionModel;
  readonly wills: WillModel;
  readonly retained: RetainedModel;
  readonly disk: Disk;
  /** The simulated clients' connections by their addresses. */
  readonly byAddress: ReadonlyMap<string, ClientConnection>;
  /** Session Present as the broker tells the program, by address. */
  readonly present: Map<string, boolean>;
  readonly authorizer: Authorizer;
}

/** Ends of a connection that a client which keeps to the rules never meets. */
const ACCUSATIONS = ['protocol_error', 'limit'];

/** Knows whether the broker has work left for the end of its turn. */
class TurnClock extends FakeClock {
  #pending = 0;

  get isIdle(): boolean {
    return this.#pending === 0;
  }

  override soon(task: () => void): void {
    this.#pending++;
    super.soon(() => {
      this.#pending--;
      task();
    });
  }
}

export class Life {
  readonly broker: Broker;
  readonly clock: TurnClock;
  /** Undefined for a broker that keeps everything in memory. */
  readonly store: SimulatedStore | undefined;
  isDead = false;

  private constructor(broker: Broker, clock: TurnClock, store: SimulatedStore | undefined) {
    this.broker = broker;
    this.clock = clock;
    this.store = store;
  }

  /** Whether the disk has everything the broker ever recorded. */
  get isSettled(): boolean {
    return this.clock.isIdle && (this.store?.isSettled ?? true);
  }

  /** @param seed for the broker's own choices */
  static async begin(surroundings: Surroundings, atMs: number, seed: number): Promise<Life> {
    const { plan, disk, authorizer, ledger } = surroundings;
    const clock = new TurnClock(atMs);
    const store = plan.isDurable ? new SimulatedStore(disk) : undefined;
    const broker = await Broker.open(plan.options, {
      access: new AccessChain({ authorizers: [authorizer] }),
      clock,
      random: new SeededRandom(seed),
      cluster: new SingleNode('hoopoe@127.0.0.1'),
      store: store ?? new MemoryStore(),
      log: accusingLog(ledger, plan),
    });
    const life = new Life(broker, clock, store);
    listen(life, surroundings);
    return life;
  }
}

/** The broker logs an error only when it met a defect of its own, or when the store refuses. */
function accusingLog(ledger: Ledger, plan: Plan): Log {
  const quiet = (): void => {};
  return {
    debug: quiet,
    info: quiet,
    warn: quiet,
    error(message, fields) {
      if (plan.commitFails > 0 && message.startsWith('The store')) return;
      ledger.fail(`the broker logged an error: ${message} ${JSON.stringify(fields)}`);
    },
  };
}

function listen(life: Life, surroundings: Surroundings): void {
  const { ledger, lossRules } = surroundings;
  const { broker, clock } = life;
  const alive =
    <E>(task: (event: E) => void) =>
    (event: E): void => {
      if (!life.isDead) task(event);
    };
  broker.on(
    'connected',
    alive((event) => connected(surroundings, event, clock.now())),
  );
  broker.on(
    'disconnected',
    alive((event) => disconnected(surroundings, event, clock.now())),
  );
  broker.on(
    'refused',
    alive((event) => refused(surroundings, event, clock.now())),
  );
  broker.on(
    'published',
    alive(({ message }) => published(surroundings, message, clock.now())),
  );
  broker.on(
    'dropped',
    alive(({ message, clientId, reason }) => {
      // What nobody wanted is lost to nobody.
      if (reason !== 'no_subscriber') noteDrop(ledger, lossRules, clientId, idOf(message), reason);
    }),
  );
  broker.on(
    'sessionEnded',
    alive(({ clientId, reason }) => ledger.note(`the broker ends the session of ${clientId}: ${reason}`)),
  );
}

function idOf(message: Message): string {
  return message.payload.toString('utf8').split(' ', 1)[0]!;
}

function connected(surroundings: Surroundings, event: BrokerEvents['connected'], nowMs: number): void {
  const { byAddress, ledger, sessions, wills, present } = surroundings;
  const { client, sessionPresent } = event;
  const { address } = client.peer;
  if (!byAddress.has(address)) return;
  ledger.note(`the broker accepts ${client.clientId} from ${address}, session present ${sessionPresent}`);
  present.set(address, sessionPresent);
  sessions.accepted(address, sessionPresent, nowMs);
  wills.accepted(address, client.clientId, sessionPresent, nowMs);
}

function disconnected(surroundings: Surroundings, event: BrokerEvents['disconnected'], nowMs: number): void {
  const { byAddress, ledger, sessions, wills, plan } = surroundings;
  const { client, reason, reasonCode } = event;
  const { address } = client.peer;
  const connection = byAddress.get(address);
  if (connection === undefined) return;
  connection.isEnded = true;
  connection.endedAtMs = nowMs;
  ledger.note(`the broker ends ${client.clientId} from ${address}: ${reason}`);
  const isRefusedTopic = plan.options.unauthorizedPublish === 'disconnect' && reasonCode === 0x87;
  if (ACCUSATIONS.includes(reason) && !isRefusedTopic) {
    ledger.fail(`the broker accuses ${client.clientId}: ${event.message}`, client.clientId);
  }
  const terms = sessions.termsOf(address)!;
  if (reason === 'normal' && connection.askedExpiry !== undefined) {
    terms.expirySeconds = Math.min(connection.askedExpiry, plan.options.sessionExpirySecondsMax!);
  }
  sessions.disconnected(address, nowMs);
  wills.disconnected(address, reason === 'normal' && reasonCode === 0, terms.expirySeconds, nowMs);
}

function refused(surroundings: Surroundings, event: BrokerEvents['refused'], nowMs: number): void {
  const { byAddress, ledger, sessions, wills } = surroundings;
  const { address, clientId, message } = event;
  const connection = byAddress.get(address);
  if (connection === undefined) return;
  connection.isEnded = true;
  ledger.note(`the broker refuses ${clientId} from ${address}: ${message}`);
  // Before its CONNECT was read nobody knows whose connection it was, and no session was touched.
  if (clientId === '') return;
  sessions.refused(address, clientId, nowMs);
  wills.refused(address, clientId);
}

function published(surroundings: Surroundings, message: Message, nowMs: number): void {
  const { ledger, retained, wills } = surroundings;
  const id = idOf(message);
  const moment = ledger.note(`the broker routes ${id === '' ? `nothing to ${message.topic}` : id}`);
  const sent = ledger.messages.get(id);
  if (id !== '' && sent === undefined) {
    ledger.fail(`the broker routes ${id}, which nobody sent`, id);
    return;
  }
  sent?.routed.push(moment);
  if (sent?.isWill) wills.published(id, nowMs);
  if (message.retain) retained.routed(message.topic, sent, message.expiresAtMs);
}
