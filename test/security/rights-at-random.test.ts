/**
 * Rights that come and go at random, in every order with everything else: nobody is ever sent what it may not subscribe to
 * at that moment.
 */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AccessRequest, Authorizer, ClientIdentity } from '../../src/ports/access.ts';
import { type TestBroker, type TestClient, testBroker } from '../../src/testing/index.ts';
import { KeptStore } from '../broker/kept-store.ts';

const topics = ['a', 'b', 'c'] as const;
const clientIds = ['one', 'two'] as const;
/** What can be asked for; each brings the one topic behind it. */
const prefixes = ['', '$share/g/'] as const;

const action = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('publish' as const),
      topic: fc.constantFrom(...topics),
      qos: fc.constantFrom(0 as const, 1 as const, 2 as const),
      retain: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('subscribe' as const),
      client: fc.constantFrom(...clientIds),
      topic: fc.constantFrom(...topics),
      prefix: fc.constantFrom(...prefixes),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('rights' as const),
      client: fc.constantFrom(...clientIds),
      topic: fc.constantFrom(...topics),
      isTold: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('reconnect' as const),
      client: fc.constantFrom(...clientIds),
      awayFor: fc.nat(2),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('acknowledge' as const), client: fc.constantFrom(...clientIds) }),
  },
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

class World implements Authorizer {
  readonly name = 'world';
  readonly denied: Set<string> = new Set<string>();
  readonly late: boolean;
  t!: TestBroker;
  readonly #clients = new Map<string, TestClient>();
  readonly #unacknowledged = new Map<string, { packetId: number; qos: number }[]>();
  /** Rights that were changed without telling anybody: until the next look they may be used. */
  readonly #untold = new Set<string>();
  #sent = 0;

  constructor(late: boolean) {
    this.late = late;
  }

  authorize({ clientId }: ClientIdentity, { action: what, topic }: AccessRequest) {
    const answer =
      what === 'subscribe' && this.denied.has(`${clientId} ${topic}`) ? ('deny' as const) : ('allow' as const);
    return this.late ? Promise.resolve(answer) : answer;
  }

  async do(act: Action): Promise<void> {
    if (act.kind === 'publish') {
      const { topic, qos, retain } = act;
      void this.t.broker.publish({ topic, payload: String(this.#sent++), qos, retain });
    } else if (act.kind === 'subscribe') {
      await (await this.#client(act.client)).subscribe(act.prefix + act.topic, { qos: 2 });
    } else if (act.kind === 'rights') {
      this.#changeRights(`${act.client} ${act.topic}`, act.isTold);
    } else if (act.kind === 'reconnect') {
      await this.#clients.get(act.client)?.drop();
      this.#clients.delete(act.client);
      this.#unacknowledged.delete(act.client);
      for (let i = 0; i < act.awayFor; i++)
        await this.do({ kind: 'publish', topic: topics[i]!, qos: 1, retain: false });
      await this.#client(act.client);
    } else {
      await this.#acknowledge(act.client);
    }
    await this.t.run();
    // Sessions are looked at one after another: what one has lost may go to another whose turn comes next.
    this.#check(act.kind === 'rights' && act.isTold);
  }

  #changeRights(right: string, isTold: boolean): void {
    if (!this.denied.delete(right)) this.denied.add(right);
    if (!isTold) this.#untold.add(right);
    else {
      this.#untold.clear();
      this.t.access.rulesChanged();
    }
  }

  async #client(clientId: string): Promise<TestClient> {
    let client = this.#clients.get(clientId);
    if (client !== undefined) return client;
    // Whoever comes is looked at, so nothing of it is left that is not permitted.
    for (const right of this.#untold) if (right.startsWith(`${clientId} `)) this.#untold.delete(right);
    const properties = { sessionExpiryInterval: 3600, receiveMaximum: 2 };
    client = await this.t.connect({ clientId, connect: { cleanStart: false, properties } });
    this.#clients.set(clientId, client);
    return client;
  }

  async #acknowledge(clientId: string): Promise<void> {
    const client = this.#clients.get(clientId);
    for (const { packetId, qos } of this.#unacknowledged.get(clientId)?.splice(0) ?? []) {
      await client?.ack(qos === 1 ? 'puback' : 'pubrec', packetId);
      if (qos === 2) await client?.ack('pubcomp', packetId);
    }
  }

  #check(isUnderWay: boolean): void {
    for (const [clientId, client] of this.#clients) {
      for (const { topic, packetId, qos } of client.takePublishes()) {
        const right = `${clientId} ${topic}`;
        if (!isUnderWay && this.denied.has(right) && !this.#untold.has(right))
          expect(`sent: ${right}`).toBe('not sent');
        if (qos === 0) continue;
        const waiting = this.#unacknowledged.get(clientId) ?? [];
        waiting.push({ packetId, qos });
        this.#unacknowledged.set(clientId, waiting);
      }
      expect(client.isClosed).toBe(false);
    }
  }
}

for (const late of [false, true]) {
  for (const kind of ['memory', 'journal'] as const) {
    test(`nobody is sent what it may not have, answers late ${late}, ${kind}`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(action, { minLength: 5, maxLength: 40 }), async (actions) => {
          const world = new World(late);
          const store = kind === 'journal' ? { store: new KeptStore() } : {};
          const broker = { permissionCacheEntriesMax: 0 };
          world.t = await testBroker({ ...store, broker, access: { authorizers: [world] } });
          for (const act of actions) await world.do(act);
        }),
        { numRuns: 60 },
      );
    });
  }
}
