import { expect, test } from 'vitest';
import { InvalidRequest } from '../../src/broker/invalid-request.ts';
import type { ClientIdentity } from '../../src/ports/access.ts';
import { testBroker } from '../../src/testing/index.ts';

const client: ClientIdentity = {
  clientId: 'c',
  username: 'u',
  version: 5,
  peer: { address: '', port: 0, localAddress: '', localPort: 0, listener: 'api', transport: 'memory' },
};

for (const late of [false, true]) {
  test(`what the program publishes on behalf of a client needs that client's permission, late ${late}`, async () => {
    const authorize = ({ clientId }: ClientIdentity, { topic }: { topic: string }) => {
      const answer = topic === clientId ? ('allow' as const) : ('deny' as const);
      return late ? Promise.resolve(answer) : answer;
    };
    const t = await testBroker({ access: { authorizers: [{ name: 'own', authorize }] } });
    const arrived: string[] = [];
    t.broker.subscribe('#', ({ topic, publisher }) => {
      arrived.push(`${publisher} ${topic}`);
    });
    await t.broker.publish({ topic: 'c', payload: 'x', client });
    for (const topic of ['other', '$SYS/x']) {
      await expect(t.broker.publish({ topic, payload: 'x', retain: true, client })).rejects.toThrow(InvalidRequest);
    }
    await t.broker.publish({ topic: 'other', payload: 'x' });
    expect(arrived).toEqual(['c c', ' other']);
    expect(t.broker.counters.dropped.get('not_authorized')).toBe(2);
    expect(t.broker.gauges.retainedMessages).toBe(0);
  });
}

test('a permission that cannot be checked is a no for the program too', async () => {
  const authorize = (): never => {
    throw new TypeError('down');
  };
  const t = await testBroker({ access: { authorizers: [{ name: 'down', authorize }] } });
  await expect(t.broker.publish({ topic: 'a', payload: 'x', client })).rejects.toThrow(InvalidRequest);
});
