/** Credentials of every shape, and where they must never be seen: in the log, in events, in what a client is told. */

import { expect, test } from 'vitest';
import type { Authenticator } from '../../src/ports/access.ts';
import type { Log } from '../../src/ports/log.ts';
import { testBroker } from '../../src/testing/index.ts';

const long = 'u'.repeat(65_535);
const usernames: (string | undefined)[] = [undefined, '', 'alice', long, '__proto__', '\u{1f426}'];
const passwords: (Buffer | undefined)[] = [
  undefined,
  Buffer.alloc(0),
  Buffer.from('wrong'),
  Buffer.alloc(65_535, 0x70),
  Buffer.from([0xff, 0xfe, 0x00, 0x80]),
];

/** Lets in alice with her password and knows nobody else. */
const onlyAlice: Authenticator = {
  name: 'only alice',
  authenticate: ({ username, password }) =>
    username === 'alice' && password?.toString('latin1') === 'secret' ? { outcome: 'allow' } : { outcome: 'deny' },
};

for (const version of [3, 4, 5] as const) {
  test(`v${version}: no shape of credentials but the right one is let in, and none disturbs others`, async () => {
    const t = await testBroker({ access: { authenticators: [onlyAlice] }, limits: { connectBytesMax: 200_000 } });
    const alice = await t.connect({ version, connect: { username: 'alice', password: Buffer.from('secret') } });
    for (const username of usernames) {
      for (const password of passwords) {
        const client = t.client({ version });
        const connack = await client.connect({ username, password });
        expect(connack?.reasonCode ?? 'closed').not.toBe(0);
        expect(client.isClosed).toBe(true);
      }
    }
    expect(alice.isClosed).toBe(false);
    expect(t.broker.gauges).toMatchObject({ connections: 1, sessions: 1 });
  });
}

for (const bytes of ['ff', 'c0af', 'eda080', 'f4908080', '6100']) {
  test(`a user name that is not well-formed UTF-8 ends its connection: ${bytes}`, async () => {
    const t = await testBroker();
    const client = t.client({ version: 4 });
    const name = Buffer.from(bytes, 'hex');
    const body = Buffer.concat([
      Buffer.from('00044d51545404820000000161', 'hex').subarray(0, 10),
      Buffer.from('000161', 'hex'),
      Buffer.from([0, name.length]),
      name,
    ]);
    await client.sendBytes(Buffer.concat([Buffer.from([0x10, body.length]), body]));
    expect(client.take('connack')).toBeUndefined();
    expect(client.isClosed).toBe(true);
  });
}

test('passwords and payloads are in no log line, no event and no answer', async () => {
  const seen: string[] = [];
  const see = (message: string, fields?: object): void => {
    seen.push(message, JSON.stringify(fields) ?? '');
  };
  const log: Log = { debug: see, info: see, warn: see, error: see };
  const failing: Authenticator = {
    name: 'failing',
    authenticate: ({ username }) => {
      if (username === 'broken') throw new TypeError('the database is away');
      return { outcome: username === 'alice' ? 'allow' : 'deny' };
    },
  };
  const t = await testBroker({ log, access: { authenticators: [failing] } });
  for (const name of ['connected', 'disconnected', 'refused', 'subscribed', 'sessionEnded'] as const) {
    t.broker.on(name, (event) => seen.push(JSON.stringify(event)));
  }
  for (const username of ['alice', 'bob', 'broken']) {
    for (const version of [3, 4, 5] as const) {
      const client = t.client({ version });
      const will = {
        topic: 'w',
        payload: Buffer.from('hunter2'),
        qos: 0 as const,
        retain: false,
        properties: undefined,
      };
      await client.connect({ username, password: Buffer.from('hunter2'), will });
      await client.publish('a', 'hunter2', { qos: 1 });
      await client.sendBytes('00');
      seen.push(JSON.stringify(client.inbox));
      await client.drop();
    }
  }
  expect(seen.length).toBeGreaterThan(20);
  expect(seen.filter((text) => /hunter2|aHVudGVyMg|104,117,110,116/.test(text))).toEqual([]);
});

test('a login that was refused is not let in as anonymous, however it tries', async () => {
  const t = await testBroker({ access: { authenticators: [onlyAlice] }, rules: { anonymous: 'allow' } });
  const client = t.client();
  expect((await client.connect({ username: 'alice', password: Buffer.from('wrong') }))?.reasonCode).toBe(0x86);
});

for (const answer of [undefined, null, true, {}, 'allow', { outcome: 'Allow' }, { outcome: 'ignore' }, 0]) {
  for (const late of [false, true]) {
    test(`an authenticator that answers ${JSON.stringify(answer)}${late ? ', later,' : ''} lets nobody in`, async () => {
      const authenticator = {
        name: 'odd',
        authenticate: () => (late ? Promise.resolve(answer) : answer),
      } as unknown as Authenticator;
      const t = await testBroker({ access: { authenticators: [authenticator] }, rules: { anonymous: 'deny' } });
      const client = t.client();
      const connack = await client.connect();
      expect(connack?.reasonCode ?? 0x80).toBeGreaterThanOrEqual(0x80);
      expect(client.isClosed).toBe(true);
      expect(t.broker.gauges.sessions).toBe(0);
    });

    test(`an authorizer that answers ${JSON.stringify(answer)}${late ? ', later,' : ''} allows nothing`, async () => {
      const authorizer = { name: 'odd', authorize: () => (late ? Promise.resolve(answer) : answer) };
      const t = await testBroker({ access: { authorizers: [authorizer as never], unmatched: 'deny' } });
      const client = await t.connect();
      const suback = await client.subscribe('a');
      expect(suback?.reasonCodes).toEqual(answer === 'allow' ? [0] : [0x87]);
    });
  }
}
