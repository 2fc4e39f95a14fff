import { describe, expect, test } from 'vitest';
import type { Authorizer, ClientIdentity } from '../../src/ports/access.ts';
import { type TestBroker, type TestBrokerOptions, testBroker } from '../../src/testing/index.ts';
import { KeptStore } from './kept-store.ts';
import { willOf } from './wills.ts';

class Gate implements Authorizer {
  readonly name = 'gate';
  isOpen = true;
  late = false;
  failing = false;
  asked: ClientIdentity[] = [];

  authorize(client: ClientIdentity) {
    this.asked.push(client);
    if (this.failing) throw new TypeError('down');
    const answer = this.isOpen ? ('allow' as const) : ('deny' as const);
    return this.late ? Promise.resolve(answer) : answer;
  }
}

async function gated(options: TestBrokerOptions = {}): Promise<{ t: TestBroker; gate: Gate; wills: string[] }> {
  const gate = new Gate();
  const t = await testBroker({ ...options, access: { authorizers: [gate] } });
  const wills: string[] = [];
  t.broker.subscribe('#', ({ topic }) => {
    wills.push(topic);
  });
  return { t, gate, wills };
}

for (const late of [false, true]) {
  test(`a will is asked about again when rules have changed since CONNECT, late ${late}`, async () => {
    for (const isOpen of [true, false]) {
      const { t, gate, wills } = await gated();
      gate.late = late;
      const client = await t.connect({ connect: { will: willOf('gone') } });
      gate.isOpen = isOpen;
      t.access.rulesChanged();
      await t.run();
      await client.drop();
      expect(wills).toHaveLength(isOpen ? 1 : 0);
      expect(t.broker.counters.willsPublished).toBe(isOpen ? 1 : 0);
      expect(t.broker.counters.dropped.get('not_authorized')).toBe(isOpen ? undefined : 1);
    }
  });

  test(`a will that a stop of the broker sets off is asked about too, late ${late}`, async () => {
    for (const isOpen of [true, false]) {
      const { t, gate, wills } = await gated();
      gate.late = late;
      await t.connect({ connect: { will: willOf('gone') } });
      gate.isOpen = isOpen;
      t.access.rulesChanged();
      await t.close();
      expect(wills).toHaveLength(isOpen ? 1 : 0);
    }
  });
}

test('without a change of rules nobody is asked twice', async () => {
  const { t, gate, wills } = await gated();
  const client = await t.connect({ connect: { will: willOf('gone') } });
  gate.isOpen = false;
  await client.drop();
  expect(wills).toHaveLength(1);
  expect(gate.asked).toHaveLength(1);
});

test('a will whose permission cannot be checked is not published', async () => {
  const { t, gate, wills } = await gated();
  const client = await t.connect({ connect: { will: willOf('gone') } });
  gate.failing = true;
  t.access.rulesChanged();
  await client.drop();
  expect(wills).toEqual([]);
});

test('a delayed will that waited over a restart is asked about as that of its client', async () => {
  for (const isOpen of [true, false]) {
    const store = new KeptStore();
    const first = await gated({ store });
    const will = { ...willOf('gone'), properties: { willDelayInterval: 10 } };
    const connect = { username: 'anna', cleanStart: false, properties: { sessionExpiryInterval: 60 }, will };
    const client = await first.t.connect({ clientId: 'c', connect, peer: { address: '10.1.2.3' } });
    await client.drop();
    const second = await gated({ store, clock: first.t.clock });
    second.gate.isOpen = isOpen;
    await second.t.advance(11_000);
    expect(second.wills).toHaveLength(isOpen ? 1 : 0);
    const [asked] = second.gate.asked;
    expect(asked).toMatchObject({ clientId: 'c', username: 'anna', version: 5, peer: { address: '10.1.2.3' } });
  }
});

test('the will of a superuser is not asked about', async () => {
  const gate = new Gate();
  const t = await testBroker({
    access: {
      authenticators: [{ name: 'root', authenticate: () => ({ outcome: 'allow', superuser: true }) }],
      authorizers: [gate],
    },
  });
  const client = await t.connect({ connect: { will: willOf('gone') } });
  gate.isOpen = false;
  t.access.rulesChanged();
  await client.drop();
  expect(t.broker.counters.willsPublished).toBe(1);
});

describe.each([3, 4, 5] as const)('a will without permission, v%i', (version) => {
  test.each([false, true])(
    'costs the will alone where it is dropped, and another connection nothing: late %s',
    async (late) => {
      const { t, gate, wills } = await gated({ broker: { unauthorizedWill: 'drop' } });
      gate.late = late;
      gate.isOpen = false;
      const client = await t.connect({ version, connect: { will: willOf('gone') } });
      expect(gate.asked).toEqual([]);
      await client.drop();
      expect(wills).toEqual([]);
      expect(gate.asked).toHaveLength(1);
      expect(t.broker.counters.dropped.get('not_authorized')).toBe(1);
      gate.isOpen = true;
      const other = await t.connect({ version, connect: { will: willOf('gone') } });
      await other.drop();
      expect(wills).toHaveLength(1);
    },
  );

  test('that is dropped is asked about as the rules are then, not as they were', async () => {
    const { t, gate, wills } = await gated({ broker: { unauthorizedWill: 'drop' } });
    const client = await t.connect({ version, connect: { will: willOf('gone') } });
    gate.isOpen = false;
    await client.drop();
    expect(wills).toEqual([]);
  });
});
