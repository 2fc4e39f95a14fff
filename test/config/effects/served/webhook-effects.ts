/** Effects of the keys of emqx_web_hook about connections and events; the others stand in `home-web-effects.ts`. */

import { expect } from 'vitest';
import { pause, until } from '../../../listeners/listening.ts';
import type { Running } from '../running.ts';
import { lost, type ServedEffect, type ServedTable } from './served-effect.ts';
import { type ServerTls, serverTlsEffects } from './server-tls-effects.ts';
import type { WebServers } from './web-servers.ts';

type Effect = ServedEffect<WebServers>;

/** Whether the service is told of a message. */
async function told(b: Running, servers: WebServers): Promise<string> {
  servers.forget();
  const guest = await b.guest({ connect: { username: 'ann', password: Buffer.from('pw') } });
  await guest.publish('t', 'x', { qos: 1 });
  const isRefused = (): boolean => `${b.out}${b.err}`.includes('does not take events; they wait');
  await until(() => servers.heard.length > 0 || isRefused(), 'a request or a failure', 8000);
  return servers.heard.length > 0 ? 'told' : 'not told';
}

const events: readonly string[] = [
  ...['client.connect', 'client.connack', 'client.connected', 'client.disconnected', 'client.subscribe'],
  ...['client.unsubscribe', 'session.subscribed', 'session.unsubscribed', 'session.terminated', 'message.publish'],
  ...['message.delivered', 'message.acked'],
];

const ruleOf = (event: string): string => `web.hook.rule.${event}.1 = {"action": "on_${event.replace('.', '_')}"}\n`;

/** What is told of a client that does everything that there are events of. */
async function actions(b: Running, servers: WebServers): Promise<readonly string[]> {
  servers.forget();
  const guest = await b.guest();
  await guest.subscribe('t', 1);
  await guest.publish('t', 'x', { qos: 1 });
  await until(() => guest.publishes.length > 0, 'the message', 8000);
  guest.send({ cmd: 'unsubscribe', messageId: 9, unsubscriptions: ['t'] });
  await guest.first('unsuback');
  await guest.leave();
  for (let before = -1; before !== servers.heard.length; ) {
    before = servers.heard.length;
    await pause(250);
  }
  return [...new Set(servers.heard.map(({ body }) => (JSON.parse(body) as { action: string }).action))].sort();
}

const tls: ServerTls<WebServers> = {
  prefix: 'web.hook',
  on: 'web.hook.url = {secure}/\n',
  showing: 'web.hook.url = {strict}/\n',
  see: told,
  good: 'told',
  bad: 'not told',
  isWebhook: true,
};

const effects: readonly Effect[] = [
  {
    keys: ['web.hook.rule.$group.$event.$n'],
    lines: events.map(ruleOf).join(''),
    otherwise: '',
    see: actions,
    with: events.map((event) => event.replace('.', '_')).sort(),
    without: ['message_publish'],
  },
  ...serverTlsEffects(tls),
  {
    keys: ['web.hook.ssl.ciphers|depth'],
    lines: 'web.hook.ssl.depth = 3\n',
    see: lost,
    with: expect.stringContaining('web.hook.ssl.depth (TLS is left to Node.js;'),
    without: '',
  },
  {
    // Events go out one after the other however many connections may be there, and nobody misses them.
    keys: ['web.hook.pool_size', 'web.hook.enable_pipelining'],
    lines: 'web.hook.pool_size = 3\nweb.hook.enable_pipelining = false\n',
    see: async (b, servers) => [await told(b, servers), lost(b)],
    with: ['told', ''],
    without: ['told', ''],
  },
];

export const webhook: ServedTable<WebServers> = {
  plugin: 'emqx_web_hook',
  common: `web.hook.url = {plain}/\n${ruleOf('message.publish')}`,
  effects: effects.map((effect) => ({ ...effect, conf: 'allow_anonymous = true\n' })),
};
