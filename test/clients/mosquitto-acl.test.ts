/** One acl_file, asked of a real Mosquitto and of our broker: who may publish and receive what is the same. */

import { writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openRules, type Who } from '../access/rule-files.ts';
import { folder, until } from '../listeners/listening.ts';
import { connectedJs, type JsClient } from './mqttjs.ts';
import { lacks, needing, pathOf, RunningProgram } from './programs.ts';
import { serve } from './serving.ts';

const rules = `# nobody in particular
topic public/#
topic deny public/secret
topic read %c/plain

user anna
topic anna/#
topic write out
topic read in/+
topic deny anna/locked/#

pattern readwrite dev/%c/#
pattern read user-%u/news
pattern x-%c-y
pattern write $x/%c/#
pattern deny dev/%c/key
pattern read #

user bob
topic deny #
topic read bob

user root
topic readwrite #
topic readwrite $x/#

user anna
topic write late
`;

const people: readonly Required<Pick<Who, 'clientId' | 'username'>>[] = [
  { clientId: 'p1', username: undefined },
  { clientId: 'p2', username: 'anna' },
  { clientId: 'p3', username: 'bob' },
  { clientId: 'p4', username: 'nobody' },
  { clientId: 'p+5', username: undefined },
  { clientId: 'p6', username: 'an#na' },
  { clientId: 'a/b', username: undefined },
];

const topics = [
  ...['public/a', 'public/secret', '%c/plain', 'p1/plain', 'anna', 'anna/x', 'anna/locked/y', 'out', 'in/x', 'in/x/y'],
  ...[
    'dev/p1/up',
    'dev/p1',
    'dev/p2/up',
    'dev/p1/key',
    'dev/p2/key',
    'user-anna/news',
    'user-/news',
    'x-p1-y',
    'x-p2-y',
  ],
  ...['$x/p1/a', '$x/p2', '$x/q', 'bob', 'late', 'elsewhere', 'dev/a/b/key'],
];

/** What happened, as lines such as `p2 anna may write out`. */
async function whatHappens(url: string): Promise<string[]> {
  const happened: string[] = [];
  const root = await connectedJs(url, { clientId: 'root', username: 'root', protocolVersion: 5 });
  const clients = new Map<string, JsClient>();
  for (const { clientId, username } of people) {
    const name = `${clientId} ${username ?? '-'}`;
    const client = await connectedJs(url, {
      clientId,
      protocolVersion: 5,
      ...(username !== undefined && { username }),
    });
    clients.set(name, client);
    await client.client.subscribeAsync(['#', '$x/#']);
    for (const topic of topics) {
      const isAllowed = await client.client.publishAsync(topic, '', { qos: 1 }).then(
        (answer) => ((answer as { reasonCode?: number } | undefined)?.reasonCode ?? 0) < 0x80,
        () => false,
      );
      if (isAllowed) happened.push(`${name} may write ${topic}`);
    }
  }
  for (const topic of topics) await root.client.publishAsync(topic, 'from root', { qos: 1 });
  for (const [name, client] of clients) {
    // What was sent before comes before this answer.
    await client.client.unsubscribeAsync('#');
    const read = client.messages.filter(({ payload }) => payload === 'from root').map(({ topic }) => topic);
    for (const topic of topics) if (read.includes(topic)) happened.push(`${name} may read ${topic}`);
  }
  return happened.sort();
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function startMosquitto(): Promise<number> {
  const path = folder();
  const port = await freePort();
  writeFileSync(join(path, 'acl'), rules);
  const lines = [`listener ${port} 127.0.0.1`, 'allow_anonymous true', 'user root', `acl_file ${join(path, 'acl')}`];
  writeFileSync(join(path, 'mosquitto.conf'), `${lines.join('\n')}\nlog_dest stderr\n`);
  const program = new RunningProgram(pathOf('mosquitto') ?? 'mosquitto', ['-c', join(path, 'mosquitto.conf')]);
  await until(() => program.errors.includes('running'), 'the Mosquitto to run', 10_000);
  return port;
}

describe.skipIf(lacks('mosquitto'))(needing('mosquitto', 'an acl_file'), () => {
  test('means the same to Mosquitto and to us', async () => {
    const { source, ask } = await openRules('acl_file', rules);
    const { port } = await serve({ authorizers: [source.authorizer!], listen: { allowAnonymous: true } });
    const theirs = await whatHappens(`mqtt://127.0.0.1:${await startMosquitto()}`);
    const wanted: string[] = [];
    for (const who of people) {
      const name = `${who.clientId} ${who.username ?? '-'}`;
      for (const topic of topics) {
        if (ask(who, 'publish', topic) === 'allow') wanted.push(`${name} may write ${topic}`);
        if (ask(who, 'receive', topic) === 'allow') wanted.push(`${name} may read ${topic}`);
      }
    }
    expect(theirs.length).toBeGreaterThan(40);
    expect(wanted.sort()).toEqual(theirs);
    expect(await whatHappens(`mqtt://127.0.0.1:${port}`)).toEqual(theirs);
  });
});
