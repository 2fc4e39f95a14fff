/** Whose login holds no more is disconnected, and so is whoever had begun one before and would come in behind. */

import { describe, expect, test } from 'vitest';
import type { LoginVerdict } from '../../src/ports/access.ts';
import { type TestBroker, testBroker } from '../../src/testing/index.ts';
import { willOf } from './wills.ts';

/** What has to be waited for before a client is let in. */
class Gate {
  #open: (() => void)[] = [];

  wait<T>(value: T): Promise<T> {
    return new Promise((resolve) => this.#open.push(() => resolve(value)));
  }

  open(): void {
    for (const one of this.#open.splice(0)) one();
  }
}

async function broker(waitsFor: 'login' | 'will' | 'nothing'): Promise<{ t: TestBroker; gate: Gate }> {
  const gate = new Gate();
  const yes: LoginVerdict = { outcome: 'allow' };
  const t = await testBroker({
    access: {
      authenticators: [{ name: 'x', authenticate: () => (waitsFor === 'login' ? gate.wait(yes) : yes) }],
      authorizers: [{ name: 'x', authorize: () => (waitsFor === 'will' ? gate.wait('allow' as const) : 'allow') }],
    },
  });
  return { t, gate };
}

describe.each(['login', 'will'] as const)('while the %s is waited for', (waitsFor) => {
  test.each([
    ['a user name', { username: 'ann' }],
    ['a Client Identifier', { clientId: 'c' }],
  ])('who logs in with %s that holds no more is refused', async (_what, whose) => {
    const { t, gate } = await broker(waitsFor);
    const client = t.client({ clientId: 'c' });
    const other = t.client({ clientId: 'd' });
    await client.connect({ username: 'ann', will: willOf('gone') });
    await other.connect({ username: 'bob', will: willOf('gone') });
    await t.run();
    await t.broker.inspect.endLogins(whose);
    gate.open();
    await t.run();
    expect(client.take('connack')).toMatchObject({ type: 'connack', reasonCode: 0x86 });
    expect(other.take('connack')).toMatchObject({ type: 'connack', reasonCode: 0 });
    expect(t.broker.inspect.client('c')).toBeUndefined();
  });
});

test('who is connected is disconnected, others are not, and who has said nothing yet is left alone', async () => {
  const { t } = await broker('nothing');
  const silent = t.client({ clientId: 's' });
  const nameless = await t.connect({ clientId: 'n' });
  const named = await t.connect({ clientId: 'c', connect: { username: '' } });
  await t.broker.inspect.endLogins({ username: undefined });
  await t.run();
  expect(nameless.take('disconnect')).toMatchObject({ reasonCode: 0x98 });
  expect(named.take('disconnect')).toBeUndefined();
  expect(await silent.connect({})).toMatchObject({ reasonCode: 0 });
});
