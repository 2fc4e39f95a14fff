/** The log of a broker with mosquitto.conf, line by line as Mosquitto writes it, where programs and people look for them. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { EmbeddedBroker } from '../../src/index.ts';
import { until } from '../listeners/listening.ts';
import { newPlace, type Running, startConf } from './effects/running.ts';

const OPEN = 'listener {port} 127.0.0.1\nallow_anonymous true\n';

async function start(text: string): Promise<Running> {
  return await startConf(text, await newPlace());
}

/** Lines behind `running`, without their time, with ports and made-up names replaced. */
function lines({ err }: Running): string[] {
  const all = err.split('\n').map((line) => line.replace(/^\d+: /, ''));
  return all
    .slice(all.findIndex((line) => line.endsWith(' running')) + 1)
    .filter((line) => line !== '')
    .map((line) => line.replace(/127\.0\.0\.1:\d+ on port \d+/, 'A:P on port PORT').replace(/127\.0\.0\.1:\d+/, 'A:P'))
    .map((line) => line.replace(/[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}/i, 'UUID'));
}

it('has every packet where debug lines are wanted, and nothing of a payload', async () => {
  const b = await start(`${OPEN}log_type all\n`);
  const will = { topic: 'w', payload: Buffer.from('gone'), qos: 1, retain: true } as const;
  const guest = await b.guest({ version: 4, connect: { clientId: 'c1', username: 'ann', will } });
  await guest.subscribe('a/b', 1);
  await guest.publish('a/b', 'secret', { qos: 1 });
  guest.send({ cmd: 'unsubscribe', messageId: 9, unsubscriptions: ['a/b'] });
  await guest.first('unsuback');
  await guest.leave();
  await until(() => b.err.includes('Client c1 disconnected.'), 'the last line');
  expect(lines(b)).toEqual([
    'New connection from A:P on port PORT.',
    "New client connected from A:P as c1 (p2, c1, k60, u'ann').",
    'Will message specified (4 bytes) (r1, q1).',
    '    w',
    'Sending CONNACK to c1 (0, 0)',
    'Received SUBSCRIBE from c1',
    '    a/b (QoS 1)',
    'Sending SUBACK to c1',
    'c1 1 a/b',
    "Received PUBLISH from c1 (d0, q1, r0, m2, 'a/b', ... (6 bytes))",
    "Sending PUBLISH to c1 (d0, q1, r0, m1, 'a/b', ... (6 bytes))",
    'Sending PUBACK to c1 (m2, rc0)',
    'Received PINGREQ from c1',
    'Sending PINGRESP to c1',
    'Received PUBACK from c1 (Mid: 1, RC:0)',
    'Received UNSUBSCRIBE from c1',
    '    a/b',
    'c1 a/b',
    'Sending UNSUBACK to c1',
    'Received DISCONNECT from c1',
    'Client c1 disconnected.',
  ]);
});

it('names clients by what they are called in the end, and refused ones by what they said', async () => {
  const b = await start(`listener {port} 127.0.0.1\nlog_type all\nclientid_prefixes c\nallow_anonymous true\n`);
  expect(await b.answer({ version: 4, connect: { clientId: 'd1' } })).toBe(5);
  const guest = await b.guest({ version: 4, connect: { clientId: 'c\n2' } });
  await guest.settled();
  await guest.drop();
  await until(() => b.err.includes('closed its'), 'the last line');
  expect(lines(b)).toEqual([
    'New connection from A:P on port PORT.',
    'Sending CONNACK to d1 (0, 5)',
    'Client d1 disconnected, not authorised.',
    'Login refused address=127.0.0.1 username="" client=d1 reason=not_authorized',
    'New connection from A:P on port PORT.',
    'New client connected from A:P as c\\u000a2 (p2, c1, k60).',
    'No will message specified.',
    'Sending CONNACK to c\\u000a2 (0, 0)',
    'Received PINGREQ from c\\u000a2',
    'Sending PINGRESP to c\\u000a2',
    'Client c\\u000a2 closed its connection.',
  ]);
});

it('names those without a name by the one that they are given', async () => {
  const b = await start(`${OPEN}log_type all\n`);
  await b.guest({ version: 4, connect: { clientId: '' } });
  expect(lines(b).slice(1)).toEqual([
    'New client connected from A:P as auto-UUID (p2, c1, k60).',
    'No will message specified.',
    'Sending CONNACK to auto-UUID (0, 0)',
  ]);
});

it('says of a refused login right behind its connection that it is not authorised', async () => {
  const b = await start('listener {port} 127.0.0.1\n');
  expect(await b.answer({ connect: { clientId: 'c1' } })).toBe(0x87);
  await until(() => b.err.includes('Login refused'), 'the last line');
  expect(lines(b)).toEqual([
    'New connection from A:P on port PORT.',
    'Client c1 disconnected, not authorised.',
    'Login refused address=127.0.0.1 username="" client=c1 reason=not_authorized',
  ]);
});

it('says who was not let in because there are enough', async () => {
  const b = await start(`${OPEN}max_connections 1\n`);
  await b.guest({ connect: { clientId: 'first' } });
  expect(await b.answer()).toBe('closed');
  expect(lines(b).at(-1)).toBe('Client connection from 127.0.0.1 denied: max_connections exceeded.');
});

it('goes on with its packets while somebody looks at one client, from before it came or later, and after', async () => {
  const b = await start(`${OPEN}log_type all\n`);
  const { inspect } = b.broker.observed.events as EmbeddedBroker;
  const seen: string[] = [];
  const look = (): (() => void) => inspect.tap({ clientId: 'c1' }, ({ type }) => seen.push(type));
  const first = look();
  const guest = await b.guest({ version: 4, connect: { clientId: 'c1' } });
  await guest.settled();
  first();
  await guest.settled();
  const second = look();
  await guest.settled();
  second();
  await guest.settled();
  expect(seen).toEqual(['connect', 'connack', 'pingreq', 'pingresp', 'pingreq', 'pingresp']);
  const pings = lines(b).filter((line) => line === 'Received PINGREQ from c1');
  expect(pings).toHaveLength(4);
  expect(lines(b).filter((line) => line.startsWith('Sending CONNACK'))).toHaveLength(1);
});

it('says which publishes are denied, which SUBSCRIBE and receivers never tell', async () => {
  const place = await newPlace();
  writeFileSync(join(place.path, 'acl'), 'topic write open\ntopic read #\n', { mode: 0o600 });
  const b = await startConf(`${OPEN}acl_file {dir}/acl\nlog_type debug\n`, place);
  const guest = await b.guest({ version: 4, connect: { clientId: 'c1' } });
  await guest.subscribe('#');
  await guest.publish('open', 'xy');
  await guest.publish('shut', 'xyz', { qos: 1 });
  await guest.publish('shut', 'xyz');
  await until(() => b.err.split('Denied').length === 3, 'the last line');
  expect(lines(b).filter((line) => line.includes('Denied'))).toEqual([
    "Denied PUBLISH from c1 (d0, q1, r0, m2, 'shut', ... (3 bytes))",
    "Denied PUBLISH from c1 (d0, q0, r0, m0, 'shut', ... (3 bytes))",
  ]);
});

it('has clients that throw each other out among the errors', async () => {
  const b = await start(`${OPEN}log_type error\n`);
  await b.guest({ version: 4, connect: { clientId: 'twice' } });
  await b.guest({ version: 4, connect: { clientId: 'twice' } });
  expect(lines(b)).toEqual(['Client twice already connected, closing old connection.']);
});

it('tells of a session that is there as the client is told, which MQTT 3.1 is not', async () => {
  const b = await start(`${OPEN}log_type debug\n`);
  for (const version of [3, 4] as const) {
    for (const _ of ['first', 'second']) {
      const guest = await b.guest({ version, connect: { clientId: `c${version}`, clean: false } });
      await guest.leave();
    }
  }
  expect(lines(b).filter((line) => line.includes('CONNACK'))).toEqual([
    'Sending CONNACK to c3 (0, 0)',
    'Sending CONNACK to c3 (0, 0)',
    'Sending CONNACK to c4 (0, 0)',
    'Sending CONNACK to c4 (1, 0)',
  ]);
});

it('lets a client in whose will the rules do not allow, and publishes it nowhere', async () => {
  const place = await newPlace();
  writeFileSync(join(place.path, 'acl'), 'topic read #\ntopic write open\n', { mode: 0o600 });
  const b = await startConf(`${OPEN}acl_file {dir}/acl\n`, place);
  const watcher = await b.guest({ version: 4, connect: { clientId: 'w' } });
  await watcher.subscribe('#');
  for (const topic of ['shut', 'open']) {
    const will = { topic, payload: Buffer.from('gone'), qos: 0, retain: false } as const;
    await (await b.guest({ version: 4, connect: { clientId: topic, will } })).drop();
  }
  await until(() => watcher.publishes.length > 0, 'the will that is allowed');
  expect(watcher.publishes.map(({ topic }) => topic)).toEqual(['open']);
});
