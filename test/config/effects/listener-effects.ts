/** Effects of the options of mosquitto.conf that belong to a listener, those of TLS aside. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { type Effect, LISTEN, plainConf } from './effect.ts';
import { guestAt } from './guest.ts';
import type { Running } from './running.ts';

/** What CONNECT is answered with there, or why nobody answers. */
async function reach(port: number, host?: string): Promise<number | string> {
  try {
    const guest = await guestAt(port, {}, host);
    return await guest.connect({ clientId: `from-${host}` });
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}

/** Status of a request for a page, or `none` where nobody speaks HTTP. */
function page(port: number, path: string): Promise<number | string> {
  return new Promise((resolve) => {
    const request = get({ port, host: '127.0.0.1', path, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.on('error', () => resolve('none'));
  });
}

/** The name of the network interface of the loopback. */
const loopback =
  Object.entries(networkInterfaces()).find(([, addresses]) => addresses?.some(({ internal }) => internal))?.[0] ?? 'lo';

async function granted(b: Running): Promise<unknown> {
  const guest = await b.guest();
  const { properties } = (await guest.first('connack')) ?? {};
  return [properties?.maximumQoS, await guest.subscribe('t', 2)];
}

export const listenerEffects: readonly Effect[] = [
  {
    option: 'listener',
    line: 'listener {port} 127.0.0.1',
    otherwise: 'listener {other} 127.0.0.1',
    conf: 'LINE\nallow_anonymous true\n',
    see: async (b) => [await reach(b.port), await reach(b.otherPort)],
    with: [0, 'ECONNREFUSED'],
    without: ['ECONNREFUSED', 0],
  },
  {
    option: 'port',
    line: 'port {port}',
    otherwise: 'port {other}',
    conf: 'bind_address 127.0.0.1\nLINE\nallow_anonymous true\n',
    see: async (b) => [await reach(b.port), await reach(b.otherPort)],
    with: [0, 'ECONNREFUSED'],
    without: ['ECONNREFUSED', 0],
  },
  {
    option: 'bind_address',
    line: 'bind_address localhost',
    conf: 'port {port}\nLINE\nallow_anonymous true\n',
    see: async (b) => [await reach(b.port), b.broker.listeners[0]?.urls.join().includes('127.0.0.1')],
    with: [0, true],
    without: [0, false],
  },
  {
    option: 'bind_interface',
    line: `bind_interface ${loopback}`,
    conf: 'listener {port}\nLINE\nallow_anonymous true\n',
    see: async (b) => [await reach(b.port), b.broker.listeners[0]?.urls.join().includes('127.0.0.1')],
    with: [0, true],
    without: [0, false],
  },
  {
    option: 'socket_domain',
    line: 'socket_domain ipv4',
    conf: 'listener {port}\nLINE\nallow_anonymous true\n',
    see: async (b) => [await reach(b.port), await reach(b.port, '::1')],
    with: [0, 'ECONNREFUSED'],
    without: [0, 0],
  },
  {
    option: 'protocol',
    line: 'protocol websockets',
    see: async (b) => [await page(b.port, '/mqtt'), await b.answer()],
    with: [404, 'closed'],
    without: ['none', 0],
  },
  {
    option: 'http_dir',
    line: 'http_dir {dir}/www',
    conf: `${plainConf}protocol websockets\n`,
    prepare: ({ path }) => {
      mkdirSync(join(path, 'www'));
      writeFileSync(join(path, 'www/page.html'), 'hello');
    },
    see: (b) => page(b.port, '/page.html'),
    with: 200,
    without: 404,
  },
  {
    option: 'max_connections',
    line: 'max_connections 1',
    see: async (b) => {
      await b.guest({ connect: { clientId: 'first' } });
      return await b.answer();
    },
    with: 'closed',
    without: 0,
  },
  { option: 'max_qos', line: 'max_qos 1', see: granted, with: [1, [1]], without: [undefined, [2]] },
  { option: 'maximum_qos', line: 'maximum_qos 0', see: granted, with: [0, [0]], without: [undefined, [2]] },
  {
    option: 'max_topic_alias',
    line: 'max_topic_alias 0',
    see: async (b) => (await (await b.guest()).first('connack'))?.properties?.topicAliasMaximum,
    with: undefined,
    without: 10,
  },
  {
    option: 'mount_point',
    line: 'mount_point site/',
    conf: `${LISTEN}LINE\nlistener {other} 127.0.0.1\n`,
    see: async (b) => {
      const outside = await guestAt(b.otherPort);
      await outside.connect({ clientId: 'outside' });
      await outside.subscribe('#');
      const inside = await b.guest();
      await inside.subscribe('t');
      await inside.publish('t');
      await outside.settled();
      return [inside, outside].map(({ publishes }) => publishes.map(({ topic }) => topic));
    },
    with: [['t'], ['site/t']],
    without: [['t'], ['t']],
  },
  {
    option: 'use_username_as_clientid',
    line: 'use_username_as_clientid true',
    see: async (b) => {
      const first = await b.guest({ connect: { clientId: 'a', username: 'same' } });
      await b.guest({ connect: { clientId: 'b', username: 'same' } });
      await first.settled();
      const nobody = await b.answer({ connect: { clientId: 'c' } });
      return [first.packets.some(({ cmd }) => cmd === 'disconnect'), nobody];
    },
    with: [true, 0x87],
    without: [false, 0],
  },
];
