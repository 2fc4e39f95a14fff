import mqtt, { type MqttClient } from 'mqtt';
import { afterEach, expect, it } from 'vitest';
import { credentialsOf, type Script, type ScriptedSource, scriptedSource } from '../test/doubles/access-source.ts';
import { type CreateBrokerOptions, createBroker, type EmbeddedBroker, type ListenOptions } from './embedded-broker.ts';
import { BackendError } from './ports/backend-error.ts';

let broker: EmbeddedBroker | undefined;
const clients: MqttClient[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.end(true);
  await broker?.close();
  broker = undefined;
});

async function serve(options: CreateBrokerOptions, listen: Partial<ListenOptions> = {}): Promise<string> {
  broker = await createBroker(options);
  const { port } = await broker.listen({ host: '127.0.0.1', port: 0, name: 'tcp', ...listen } as ListenOptions);
  return `mqtt://127.0.0.1:${port}`;
}

async function connect(url: string, username?: string): Promise<MqttClient | number> {
  const login = username === undefined ? {} : { username, password: 'secret' };
  try {
    const client = await mqtt.connectAsync(url, { reconnectPeriod: 0, protocolVersion: 5, clientId: 'c', ...login });
    clients.push(client);
    return client;
  } catch (error) {
    return (error as { code: number }).code;
  }
}

const knows =
  (...names: string[]): NonNullable<Script['login']> =>
  ({ username }) => ({ outcome: names.includes(username ?? '') ? 'allow' : 'ignore' });

function sourceOf(script: Script): ScriptedSource {
  return scriptedSource(script);
}

it('asks functions first, then objects, then sources, and closes the sources', async () => {
  const asked: string[] = [];
  const source = sourceOf({ name: 'last', login: knows('ann') });
  const url = await serve({
    authenticate: () => {
      asked.push('function');
      return undefined;
    },
    authenticators: [
      {
        name: 'object',
        authenticate: () => {
          asked.push('object');
          return { outcome: 'ignore' };
        },
      },
    ],
    sources: [source],
  });
  expect(await connect(url, 'ann')).toBeTypeOf('object');
  expect([...asked, ...source.asked]).toEqual(['function', 'object', 'login c']);
  expect(await connect(url, 'bob')).toBe(0x86);
  expect(await connect(url)).toBe(0x86);
  await broker?.close();
  expect(source.closed).toBe(true);
});

it('lets anybody in without a login where only permissions are checked, and those without a name where that is said', async () => {
  const anybody = await serve({ sources: [sourceOf({ permission: () => 'allow' })] });
  expect(await connect(anybody)).toBeTypeOf('object');
  await broker?.close();
  const half = await serve({ sources: [sourceOf({ login: knows() })] }, { allowAnonymous: 'without_username' });
  expect(await connect(half)).toBeTypeOf('object');
  expect(await connect(half, 'bob')).toBe(0x86);
});

it('asks at a listener only the sources that it names', async () => {
  const [first, second] = [sourceOf({ name: 'a', login: knows('ann') }), sourceOf({ name: 'b', login: knows('bob') })];
  const url = await serve({ sources: [{ source: first, onFailure: 'ignore' }, second] }, { sources: ['b'] });
  expect(await connect(url, 'ann')).toBe(0x86);
  expect(await connect(url, 'bob')).toBeTypeOf('object');
  expect(first.asked).toEqual([]);
});

it('never lets a client in while a source is away, and counts that', async () => {
  const down = sourceOf({
    name: 'db',
    login: () => Promise.reject(new BackendError('DATABASE_UNREACHABLE', 'The database is away.')),
  });
  const url = await serve({ sources: [down] }, { allowAnonymous: true });
  expect(await connect(url, 'ann')).toBe(0x88);
  expect(await connect(url)).toBe(0x88);
  expect(broker!.accessStatistics.sources).toMatchObject([
    { name: 'db', up: false, logins: { failed: 2 }, lastFailure: { code: 'DATABASE_UNREACHABLE' } },
  ]);
});

it('explains with the mountpoint of the listener, and changed rules hold at once', async () => {
  let answer: 'allow' | 'deny' = 'deny';
  let asked = 0;
  const source = sourceOf({
    because: 'so it is written',
    permission: async () => {
      asked++;
      return answer;
    },
  });
  const url = await serve({ sources: [source] }, { mountpoint: 'site/' });
  const client = (await connect(url)) as MqttClient;
  const publish = () => client.publishAsync('a', 'x', { qos: 1 }).catch((error: { code: number }) => error.code);
  expect([await publish(), await publish(), asked]).toEqual([0x87, 0x87, 1]);
  const request = { action: 'publish', topic: 'a', qos: 1, retain: false } as const;
  const explained = await broker!.explain(credentialsOf(), request);
  expect(explained.steps[0]).toMatchObject({ answer: 'deny', because: 'so it is written', decides: true });
  expect(source.asked).toEqual(['publish site/a']);
  answer = 'allow';
  broker!.rulesChanged();
  expect(await publish()).not.toBe(0x87);
});
