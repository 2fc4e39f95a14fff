/** Effects of keys of emqx.conf about services on the web that are asked or told: logins, permissions, events. */

import { createServer, type IncomingMessage } from 'node:http';
import { onTestFinished } from 'vitest';
import { pause } from '../../listeners/listening.ts';
import { loaded } from '../emqx-homes.ts';
import type { HomeEffect } from './home-effect.ts';
import type { Running } from './running.ts';

interface Asked {
  readonly line: string;
  readonly type: string | undefined;
  readonly token: string | undefined;
  readonly body: string;
}

/** What a service is asked at the other port, in which every answer is 200, while something happens. */
async function asked(b: Running, during: () => Promise<void>): Promise<Asked[]> {
  const all: Asked[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk;
    });
    request.on('end', () => {
      const { method, url, headers } = request;
      const token = headers['x-token'];
      all.push({ line: `${method} ${url}`, type: headers['content-type'], token: token?.toString(), body });
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(b.otherPort, '127.0.0.1', resolve));
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  onTestFinished(close);
  await during();
  await pause(100);
  close();
  return all;
}

/** A login, and a subscription. */
const life = (b: Running): Promise<Asked[]> =>
  asked(b, async () => {
    const guest = await b.guest({ connect: { username: 'ann', password: Buffer.from('pw') } });
    await guest.subscribe('t');
  });

const AUTH = 'auth.http.auth_req.url = http://127.0.0.1:{other}/login\n';
const ACL = 'auth.http.acl_req.url = http://127.0.0.1:{other}/rules\n';
const http = (lines: string): Readonly<Record<string, string>> => ({
  'etc/emqx.conf': 'zone.external.enable_acl = on\n',
  'data/loaded_plugins': loaded('emqx_auth_http'),
  'etc/plugins/emqx_auth_http.conf': lines,
});

const lines = async (b: Running): Promise<string[]> => (await life(b)).map(({ line }) => line);
const first = async (b: Running): Promise<Asked | undefined> => (await life(b))[0];

/** An effect of a key of one kind of question: of logins, of superusers, of permissions. */
function questionEffects(request: string, lead: string, path: string, params: string): readonly HomeEffect[] {
  const of = async (b: Running): Promise<Asked | undefined> =>
    (await life(b)).find(({ line }) => line.includes(` ${path}`));
  const texts = http(lead);
  const key = `auth.http.${request}`;
  return [
    {
      keys: [`${key}.method`],
      lines: `${key}.method = get\n`,
      texts,
      see: async (b) => (await of(b))?.line.split(' ')[0],
      with: 'GET',
      without: 'POST',
    },
    {
      keys: [`${key}.headers.content_type|content-type`],
      lines: `${key}.headers.content_type = application/json\n`,
      texts,
      see: async (b) => (await of(b))?.type,
      with: 'application/json',
      without: 'application/x-www-form-urlencoded',
    },
    {
      keys: [`${key}.headers.$name`],
      lines: `${key}.headers.x_token = abc\n`,
      texts,
      see: async (b) => (await of(b))?.token,
      with: 'abc',
      without: undefined,
    },
    {
      keys: [`${key}.params`],
      lines: `${key}.params = who=%u,c=%c\n`,
      texts,
      see: async (b) => (await of(b))?.body,
      with: 'who=ann&c=guest',
      without: params,
    },
  ];
}

const SUPER = `${AUTH}auth.http.super_req.url = http://127.0.0.1:{other}/super\n`;
// Who is a superuser is asked about nothing else, so permissions are asked for where that question is not there.
const questions: readonly HomeEffect[] = [
  ...questionEffects('auth_req', AUTH, '/login', 'clientid=guest&username=ann&password=pw'),
  ...questionEffects('super_req', SUPER, '/super', 'clientid=guest&username=ann'),
  ...questionEffects(
    'acl_req',
    AUTH + ACL,
    '/rules',
    // What a client does not have is left out, such as the mountpoint here.
    'access=1&username=ann&clientid=guest&ipaddr=127.0.0.1&topic=t',
  ),
];

/** How often a service is asked by a client that publishes. */
const cached =
  (...topics: readonly (string | number)[]): HomeEffect['see'] =>
  async (b) => {
    const all = await asked(b, async () => {
      const guest = await b.guest({ connect: { username: 'ann', password: Buffer.from('pw') } });
      for (const topic of topics) {
        if (typeof topic === 'number') await pause(topic);
        else await guest.publish(topic, 'x', { qos: 1 });
      }
    });
    return all.filter(({ line }) => line.includes('/rules')).length;
  };

export const webEffects: readonly HomeEffect[] = [
  {
    keys: ['auth.http.auth_req.url', 'auth.http.acl_req.url'],
    lines: AUTH + ACL,
    otherwise: 'auth.http.auth_req.url = http://127.0.0.1:{other}/elsewhere\n',
    texts: http(''),
    see: lines,
    with: ['POST /login', 'POST /rules'],
    without: ['POST /elsewhere'],
  },
  {
    keys: ['auth.http.auth_req', 'auth.http.acl_req'],
    lines: 'auth.http.auth_req = http://127.0.0.1:{other}/a\nauth.http.acl_req = http://127.0.0.1:{other}/b\n',
    otherwise: AUTH,
    texts: http(''),
    see: lines,
    with: ['POST /a', 'POST /b'],
    without: ['POST /login'],
  },
  {
    keys: ['auth.http.super_req.url'],
    lines: 'auth.http.super_req.url = http://127.0.0.1:{other}/super\n',
    texts: http(AUTH + ACL),
    see: lines,
    with: ['POST /login', 'POST /super'],
    without: ['POST /login', 'POST /rules'],
  },
  {
    keys: ['auth.http.super_req'],
    lines: 'auth.http.super_req = http://127.0.0.1:{other}/super\n',
    texts: http(AUTH + ACL),
    see: lines,
    with: ['POST /login', 'POST /super'],
    without: ['POST /login', 'POST /rules'],
  },
  ...questions,
  {
    keys: ['enable_acl_cache'],
    lines: 'enable_acl_cache = off\n',
    texts: http(AUTH + ACL),
    see: cached('t', 't', 't'),
    with: 3,
    without: 1,
  },
  {
    keys: ['acl_cache_max_size'],
    lines: 'acl_cache_max_size = 1\n',
    texts: http(AUTH + ACL),
    see: cached('t', 'u', 't', 'u'),
    with: 4,
    without: 2,
  },
  {
    keys: ['acl_cache_ttl'],
    lines: 'acl_cache_ttl = 1s\n',
    texts: http(AUTH + ACL),
    see: cached('t', 1500, 't'),
    with: 2,
    without: 1,
  },
];

const hooked = (more: string): Readonly<Record<string, string>> => ({
  'data/loaded_plugins': loaded('emqx_web_hook'),
  'etc/plugins/emqx_web_hook.conf': more,
});
const URL_LINE = 'web.hook.url = http://127.0.0.1:{other}/events\n';
const RULE = 'web.hook.rule.message.publish.1 = {"action": "on_message_publish", "topic": "t/#"}\n';

/** What is told of a message. */
const told = async (b: Running): Promise<Asked[]> =>
  asked(b, async () => {
    const guest = await b.guest();
    await guest.publish('t/1', 'a~?', { qos: 1 });
    await guest.publish('other', 'a~?', { qos: 1 });
    await pause(300);
  });

const payloads = async (b: Running): Promise<unknown[]> =>
  (await told(b)).map(({ body }) => (JSON.parse(body) as { payload: unknown }).payload);

export const webhookEffects: readonly HomeEffect[] = [
  {
    keys: ['web.hook.url', 'web.hook.rule.$group.$event.$n'],
    lines: URL_LINE + RULE,
    texts: hooked(''),
    see: async (b) => (await told(b)).map(({ line }) => line),
    with: ['POST /events'],
    without: [],
  },
  {
    keys: ['web.hook.api.url'],
    lines: `web.hook.api.url = http://127.0.0.1:{other}/old\n${RULE}`,
    texts: hooked(''),
    see: async (b) => (await told(b)).map(({ line }) => line),
    with: ['POST /old'],
    without: [],
  },
  {
    keys: ['web.hook.headers.$name'],
    lines: 'web.hook.headers.x-token = abc\n',
    texts: hooked(URL_LINE + RULE),
    see: async (b) => (await told(b))[0]?.token,
    with: 'abc',
    without: undefined,
  },
  {
    keys: ['web.hook.body.encoding_of_payload_field'],
    lines: 'web.hook.body.encoding_of_payload_field = base64\n',
    texts: hooked(URL_LINE + RULE),
    see: payloads,
    with: ['YX4/'],
    without: ['a~?'],
  },
  {
    keys: ['web.hook.body.encoding_of_payload_field'],
    lines: 'web.hook.body.encoding_of_payload_field = base62\n',
    texts: hooked(URL_LINE + RULE),
    see: payloads,
    with: ['YX49C'],
    without: ['a~?'],
  },
  {
    keys: ['web.hook.encode_payload'],
    lines: 'web.hook.encode_payload = base64\n',
    texts: hooked(URL_LINE + RULE),
    see: payloads,
    with: ['YX4/'],
    without: ['a~?'],
  },
  {
    keys: ['auth_order'],
    lines: 'auth_order = http,mnesia\n',
    texts: {
      ...http(AUTH),
      'data/loaded_plugins': loaded('emqx_auth_mnesia', 'emqx_auth_http'),
      'etc/plugins/emqx_auth_mnesia.conf': 'auth.user.1.username = ann\nauth.user.1.password = pw\n',
    },
    see: async (b) => (await first(b))?.line,
    with: 'POST /login',
    without: undefined,
  },
  {
    keys: ['acl_order'],
    lines: 'acl_order = file,http\n',
    texts: { ...http(AUTH + ACL), 'etc/acl.conf': '{allow, all}.\n' },
    see: lines,
    with: ['POST /login'],
    without: ['POST /login', 'POST /rules'],
  },
];
