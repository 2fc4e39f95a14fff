/** Commands on control topics are taken from whoever may publish there, by no detour, and are heard by nobody else. */

import { expect, onTestFinished, test } from 'vitest';
import { Counters } from '../../src/broker/counters.ts';
import { takeControls } from '../../src/control-topics.ts';
import { delayedModule } from '../../src/plugins/modules/delayed.ts';
import type { ClientIdentity, Permission } from '../../src/ports/access.ts';
import type { AccessSource } from '../../src/ports/access-source.ts';
import { silentLog } from '../../src/ports/log.ts';
import type { TestBroker } from '../../src/testing/index.ts';
import { pluginHost } from '../doubles/plugin-host.ts';

const TOPIC = '$CONTROL/test/v1';

interface Controlled {
  readonly t: TestBroker;
  readonly commands: readonly string[];
  readonly heard: readonly string[];
}

/** Only `admin` may publish to the control topic; everybody may listen to it. */
async function controlled(plugins: readonly unknown[] = []): Promise<Controlled> {
  const commands: string[] = [];
  const authorize = (client: ClientIdentity, request: { action: string; topic: string }): Permission =>
    request.action === 'publish' && request.topic.includes('$CONTROL/') && client.clientId !== 'admin'
      ? 'deny'
      : 'allow';
  const { t, close } = await pluginHost(plugins, { access: { authorizers: [{ name: 'x', authorize }] } });
  onTestFinished(close);
  const source = {
    control: {
      topic: TOPIC,
      responseTopic: `${TOPIC}/response`,
      handle: (payload: Buffer) => {
        commands.push(payload.toString());
        return Promise.resolve({ text: 'done', endsConnectionsOf: [] });
      },
    },
  } as unknown as AccessSource;
  takeControls(t.broker, [source], silentLog);
  const heard: string[] = [];
  t.broker.subscribe('$CONTROL/#', ({ topic, payload }) => heard.push(`${topic} ${payload.toString()}`));
  return { t, commands, heard };
}

const will = { topic: TOPIC, payload: Buffer.from('by will'), qos: 0, retain: false, properties: undefined } as const;

test('who may publish there commands, and nobody hears the command', async () => {
  const { t, commands, heard } = await controlled();
  const admin = await t.connect({ clientId: 'admin' });
  await admin.publish(TOPIC, 'a password', { qos: 1 });
  await t.run();
  expect(admin.take('puback')).toMatchObject({ reasonCode: 0 });
  expect(commands).toEqual(['a password']);
  expect(heard).toEqual([`${TOPIC}/response done`]);
});

test('who may not publish there commands neither by a publish, nor by a will, nor in the place of another', async () => {
  const { t, commands, heard } = await controlled();
  const client = await t.connect({ clientId: 'c' });
  for (const topic of [TOPIC, `$delayed/1/${TOPIC}`]) {
    await client.publish(topic, 'x', { qos: 1 });
    expect(client.take('puback')).toMatchObject({ reasonCode: 0x87 });
  }
  const other = t.client({ clientId: 'd' });
  expect(await other.connect({ will })).toMatchObject({ reasonCode: 0x87 });
  const peer = { address: '', port: 0, localAddress: '', localPort: 0, listener: '', transport: 'memory' } as const;
  const caller = { clientId: 'api:x', username: 'x', peer, version: 5 } as const;
  await expect(t.broker.publish({ topic: TOPIC, payload: 'x', client: caller })).rejects.toThrow('no permission');
  await t.run();
  expect([commands, heard]).toEqual([[], []]);
});

test('a will of somebody who may publish there is no command, and nobody hears it', async () => {
  const { t, commands, heard } = await controlled();
  const admin = t.client({ clientId: 'admin' });
  expect(await admin.connect({ will })).toMatchObject({ reasonCode: 0 });
  await admin.drop();
  await t.run();
  expect(t.broker.counters.willsPublished).toBe(1);
  expect([commands, heard]).toEqual([[], []]);
});

test('a command does not wait: neither a delayed will nor a delayed publish becomes one', async () => {
  const { t, commands, heard } = await controlled([delayedModule(new Counters())]);
  const topic = `$delayed/1/${TOPIC}`;
  const admin = t.client({ clientId: 'admin' });
  expect(await admin.connect({ will: { ...will, topic } })).toMatchObject({ reasonCode: 0 });
  await admin.publish(topic, 'x', { qos: 1 });
  await t.run();
  expect(admin.take('puback')).toMatchObject({ reasonCode: 0x90 });
  await admin.drop();
  await t.run();
  expect(t.broker.counters.willsPublished).toBe(1);
  await t.advance(5_000);
  expect([commands, heard]).toEqual([[], []]);
});
