/** Logins and permissions from a web service that listens. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openHttp } from '../../src/access/http/open-http.ts';
import { httpRows } from '../../src/config/rows/access/http.ts';
import { type Certificates, ensureCertificates } from '../../src/listeners/certificates.ts';
import type { OptionValue } from '../../src/ports/option.ts';
import { failureOf, login, may, type OpenedRemote, openRemote, verdict } from '../services/remote-source.ts';
import { type Answering, always, type Heard, WebService } from '../services/web-service.ts';

function open(values: Record<string, OptionValue>): Promise<OpenedRemote> {
  return openRemote(openHttp, httpRows, 'http', values);
}

const emqx = { username: 'emqx', password: 'public' };

/** Knows emqx and its password; says so in the way of EMQX 4. */
function knowing({ body }: Heard): number {
  const params = new URLSearchParams(body);
  return params.get('username') === 'emqx' && params.get('password') === 'public' ? 200 : 401;
}

describe('logins by a web service', () => {
  it('let in whom it lets in', async () => {
    const service = await WebService.start((heard, response) => {
      if (heard.body.includes('username=other')) response.end('ignore');
      else response.writeHead(knowing(heard)).end();
    });
    const { source, logged } = await open({ auth_url: `${service.url}/mqtt/auth` });
    expect(await login(source, emqx)).toBe('allow');
    expect(await login(source, { ...emqx, password: 'publix' })).toBe('deny');
    expect(await login(source, { ...emqx, username: 'other' })).toBe('ignore');
    expect(service.heard[0]).toMatchObject({
      method: 'POST',
      url: '/mqtt/auth',
      body: 'clientid=device-1&username=emqx&password=public',
    });
    expect(service.heard[0]?.headers).toMatchObject({
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': '47',
      host: service.url.slice('http://'.length),
    });
    expect(logged).toEqual([]);
  });

  it.each([
    ['nothing at all', {}, 'clientid=device-1'],
    ['no password', { username: 'emqx' }, 'clientid=device-1&username=emqx'],
    ['no user name', { password: 'public' }, 'clientid=device-1&password=public'],
    ['empty texts', { username: '', password: '' }, 'clientid=device-1&username=&password='],
    ['a password that is not UTF-8', { username: 'emqx', password: Buffer.from([0, 0xff]) }, '=%00%FF'],
    ['64 KB', { username: 'x'.repeat(65_535), password: 'y'.repeat(65_535) }, 'yyy'],
    ['further lines', { username: 'a\r\nX-Admin: 1\r\n\r\nGET /', password: 'public' }, 'a%0D%0AX-Admin%3A%201'],
    ['further parameters', { username: 'x&username=emqx', password: 'public' }, 'username=x%26username%3Demqx&'],
  ])('ask about %s and let nobody in by it', async (_title, said, body) => {
    const service = await WebService.start((heard, response) => response.writeHead(knowing(heard)).end());
    for (const values of [{}, { auth_content_type: 'json' }, { auth_method: 'get' }]) {
      const { source } = await open({ auth_url: `${service.url}/auth`, ...values });
      expect(await login(source, said)).not.toBe('allow');
    }
    expect(service.heard[0]?.body).toContain(body);
    expect(service.heard.every(({ headers }) => headers['x-admin'] === undefined)).toBe(true);
  });

  it('know superusers from the answer, or by a question of its own', async () => {
    const service = await WebService.start(({ url }, response) => {
      if (url === '/json') response.end('{"result":"allow","is_superuser":true}');
      else response.writeHead(url === '/no' ? 403 : url === '/broken' ? 500 : 200).end();
    });
    const { source: said } = await open({ auth_url: `${service.url}/json`, super_url: `${service.url}/no` });
    expect(await login(said, emqx)).toBe('superuser');
    expect(service.heard).toHaveLength(1);
    const auth = { auth_url: `${service.url}/auth` };
    const { source: asked } = await open({ ...auth, super_url: `${service.url}/super` });
    expect(await login(asked, emqx)).toBe('superuser');
    expect(service.heard.at(-1)?.body).toBe('clientid=device-1&username=emqx');
    const { source: denied } = await open({ ...auth, super_url: `${service.url}/no` });
    expect(await login(denied, emqx)).toBe('allow');
    const { source: broken } = await open({ ...auth, super_url: `${service.url}/broken` });
    expect(await login(broken, emqx)).toBe('allow');
  });

  it('make nobody a superuser when the question for it fails, and say so once', async () => {
    const service = await WebService.start(({ url }, response) => {
      if (url === '/super') response.destroy();
      else response.end();
    });
    const { source, logged } = await open({ auth_url: `${service.url}/auth`, super_url: `${service.url}/super` });
    for (let i = 0; i < 3; i++) expect(await login(source, emqx)).toBe('allow');
    expect(logged.map(({ fields }) => fields?.['code'])).toEqual(['HTTP_CONNECTION_LOST']);
  });

  it('take name, permissions and end from the answer', async () => {
    const text = JSON.stringify({ result: 'allow', username: 'pump', expire_at: 4_000_000_000, acl: { pub: ['a'] } });
    const service = await WebService.start(always(200, text, { 'content-type': 'application/json; charset=utf-8' }));
    const { source } = await open({ auth_url: service.url, answers: 'json' });
    expect(await verdict(source, emqx)).toEqual({
      outcome: 'allow',
      superuser: false,
      username: 'pump',
      expiresAtMs: 4_000_000_000_000,
      permissions: [
        { effect: 'allow', action: 'publish', topic: 'a' },
        { effect: 'deny', action: 'publish', topic: '#' },
        { effect: 'deny', action: 'subscribe', topic: '#' },
      ],
    });
  });
});

describe('permissions from a web service', () => {
  it('are what it says', async () => {
    const service = await WebService.start(({ url }, response) => {
      const topic = new URL(url, 'http://x').searchParams.get('topic') ?? '';
      if (topic === 'unknown') response.end('ignore');
      else if (topic === 'broken') response.writeHead(500).end();
      else response.writeHead(topic.startsWith('open/') ? 200 : 403).end();
    });
    const { source } = await open({ acl_url: `${service.url}/acl`, acl_method: 'get' });
    expect(source.authenticator).toBeUndefined();
    expect(await may(source, emqx, 'publish', 'open/a b&c')).toBe('allow');
    expect(await may(source, emqx, 'subscribe', 'open/#')).toBe('allow');
    expect(await may(source, emqx, 'publish', 'closed')).toBe('deny');
    expect(await may(source, emqx, 'publish', 'unknown')).toBe('ignore');
    expect(await may(source, emqx, 'publish', 'broken')).toBe('HTTP_SERVICE_FAILED');
    expect(service.heard[0]).toMatchObject({
      method: 'GET',
      url: '/acl?access=2&username=emqx&clientid=device-1&ipaddr=127.0.0.1&topic=open%2Fa%20b%26c',
      body: '',
    });
    expect(service.heard[1]?.url).toContain('access=1&');
  });
});

describe('a web service in trouble', () => {
  it.each<[code: string, title: string, answering: Answering]>([
    ['HTTP_SERVICE_FAILED', 'the status 500', always(500)],
    ['HTTP_SERVICE_FAILED', 'the status 503 and a word', always(503, 'ignore')],
    ['HTTP_REDIRECTED', 'the status 302', always(302, '', { location: '/other' })],
    ['HTTP_REDIRECTED', 'the status 307', always(307, '', { location: '/other' })],
    ['HTTP_ANSWER_INVALID', 'the status 201', always(201)],
    ['HTTP_ANSWER_INVALID', 'half of an object', always(200, '{"result":')],
    ['HTTP_ANSWER_TOO_LARGE', 'a long text', always(200, 'x'.repeat(2000))],
    ['HTTP_ANSWER_INVALID', 'what is compressed', always(200, '', { 'content-encoding': 'gzip' })],
    ['HTTP_ANSWER_UNSUPPORTED', 'a mountpoint', always(200, '{"mountpoint":"a/"}')],
    ['HTTP_CONNECTION_LOST', 'nothing, and hangs up', (_heard, response) => response.destroy()],
  ])('%s: nobody is let in by %s', async (code, _title, answering) => {
    const service = await WebService.start(answering);
    const { source } = await open({
      auth_url: `${service.url}/auth`,
      acl_url: `${service.url}/acl`,
      answer_bytes_max: 1000,
    });
    expect(await login(source, emqx)).toBe(code);
    expect(await may(source, emqx, 'publish', 'a')).toBe(code);
    expect(service.heard.every(({ url }) => url !== '/other')).toBe(true);
  });

  it.each([
    ['nothing', ''],
    ['half an answer', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nigno'],
    ['an answer without an end', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n'],
    ['half a head', 'HTTP/1.1 200 OK\r\nx: '],
  ])('that says %s is not waited for longer than allowed', async (_title, text) => {
    const url = await talking((socket) => socket.write(text));
    const { source } = await open({ auth_url: url, answer_seconds_max: 0.2 });
    expect(await login(source, emqx)).toBe('HTTP_ANSWER_OVERDUE');
  });

  it('that says a little all the time is not waited for longer than allowed', async () => {
    const url = await talking((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
      const timer = setInterval(() => socket.write('1\r\nx\r\n'), 20);
      socket.once('close', () => clearInterval(timer));
    });
    const { source } = await open({ auth_url: url, answer_seconds_max: 0.3 });
    expect(await login(source, emqx)).toBe('HTTP_ANSWER_OVERDUE');
  });

  it.each([
    ['no HTTP', 'hello\r\n\r\n'],
    ['too long a head', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 4\r\n\r\nokok'],
    ['another protocol', 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'],
    ['an answer that is cut off', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nok'],
  ])('that says %s lets nobody in', async (_title, text) => {
    const url = await talking((socket) => socket.end(text));
    const { source } = await open({ auth_url: url, answer_seconds_max: 5 });
    expect(await login(source, emqx)).toMatch(/^HTTP_(ANSWER_INVALID|CONNECTION_LOST)$/);
  });

  it('that is not there fails, with what to do', async () => {
    const service = await WebService.start(always(200));
    await service.stop();
    const { source } = await open({
      auth_url: `${service.url}/auth?key=never-say-this`,
      authorization: 'never-say-this',
    });
    const failure = await failureOf(source.test?.());
    expect(failure?.code).toBe('HTTP_UNREACHABLE');
    expect(failure?.retryable).toBe(true);
    expect(failure?.message).toMatch(/Access source 'devices': the web service at http:\/\/127.*ECONNREFUSED.*check/);
    expect(failure?.message).not.toContain('never-say-this');
    await service.start();
  });

  it('that is stopped and started under load lets nobody in wrongly, and is found again', async () => {
    const service = await WebService.start((heard, response) => response.writeHead(knowing(heard)).end());
    const { source } = await open({ auth_url: `${service.url}/auth`, connections_max: 4 });
    const outcomes = new Map<string, number>();
    let isOver = false;
    const client = async (password: string): Promise<void> => {
      while (!isOver) {
        const key = `${password} ${await login(source, { username: 'emqx', password })}`;
        outcomes.set(key, (outcomes.get(key) ?? 0) + 1);
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    };
    const clients = Array.from({ length: 20 }, (_, i) => client(i % 2 === 0 ? 'public' : 'wrong'));
    const answered = async (key: string): Promise<void> => {
      const before = outcomes.get(key) ?? 0;
      await expect.poll(() => outcomes.get(key) ?? 0, { timeout: 10_000, interval: 5 }).toBeGreaterThan(before);
    };
    await answered('public allow');
    expect(service.openConnections).toBeLessThanOrEqual(4);
    await service.stop();
    await answered('public HTTP_UNREACHABLE');
    await answered('wrong HTTP_UNREACHABLE');
    await service.start();
    await answered('public allow');
    await answered('wrong deny');
    isOver = true;
    await Promise.all(clients);
    expect([...outcomes.keys()].filter((key) => /^wrong allow|^public deny/.test(key))).toEqual([]);
  });
});

describe('connections to a web service', () => {
  it('are kept, few, and waited for', async () => {
    const service = await WebService.start(always(200));
    const { source } = await open({ auth_url: service.url, connections_max: 3 });
    const outcomes = await Promise.all(Array.from({ length: 30 }, () => login(source, emqx)));
    expect(new Set(outcomes)).toEqual(new Set(['allow']));
    expect(service.connections).toBeLessThanOrEqual(3);
    expect(service.heard).toHaveLength(30);
  });

  it('are not waited for by more than so many', async () => {
    const service = await WebService.start(always(200));
    const { source } = await open({ auth_url: service.url, connections_max: 1, waiting_max: 2 });
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => login(source, emqx)));
    expect(outcomes).toEqual(['allow', 'allow', 'allow', 'HTTP_BUSY', 'HTTP_BUSY']);
    expect(await login(source, emqx)).toBe('allow');
  });

  it('that the service has closed meanwhile cost no login', async () => {
    const service = await WebService.start(always(200));
    const { source } = await open({ auth_url: service.url, connections_max: 5 });
    for (let i = 0; i < 10; i++) {
      const outcomes = await Promise.all(Array.from({ length: 5 }, () => login(source, emqx)));
      expect(outcomes).toEqual(['allow', 'allow', 'allow', 'allow', 'allow']);
      service.hangUp();
    }
  });

  it('end with the source, and so does what is asked', async () => {
    const service = await WebService.start(() => {});
    const { source } = await open({ auth_url: service.url });
    const asked = login(source, emqx);
    await expect.poll(() => service.heard.length).toBe(1);
    await source.close();
    expect(await asked).toBe('HTTP_CLOSED');
    expect(await login(source, emqx)).toBe('HTTP_CLOSED');
    await expect.poll(() => service.openConnections).toBe(0);
  });
});

describe('where a web service may be', () => {
  it.each([
    'http://127.0.0.1:1/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://[::1]:1/',
    'http://[::ffff:10.0.0.1]/',
    'http://10.1.2.3/',
    'http://169.254.169.254/latest',
    'http://[fd00::1]/',
    'http://0.0.0.0/',
  ])('not at %s when private addresses are not allowed', async (url) => {
    const failure = await failureOf(open({ auth_url: url, allow_private_addresses: false }));
    expect(failure?.code).toBe('HTTP_ADDRESS_FORBIDDEN');
  });

  it('not at a name that resolves to one either, whenever it does', async () => {
    const service = await WebService.start(always(200));
    const url = service.url.replace('127.0.0.1', 'localhost');
    const { source } = await open({ auth_url: url, allow_private_addresses: false });
    expect(await login(source, emqx)).toBe('HTTP_ADDRESS_FORBIDDEN');
    expect(service.connections).toBe(0);
  });
});

describe('the test of a web service', () => {
  it.each([
    [200, undefined],
    [401, undefined],
    [403, undefined],
    [404, 'HTTP_URL_UNKNOWN'],
    [405, 'HTTP_URL_UNKNOWN'],
    [500, 'HTTP_SERVICE_FAILED'],
    [301, 'HTTP_REDIRECTED'],
  ])('with the status %i: %s', async (status, code) => {
    const service = await WebService.start(always(status));
    const { source } = await open({ acl_url: `${service.url}/acl` });
    expect((await failureOf(source.test?.()))?.code).toBe(code);
    expect(service.heard).toHaveLength(1);
  });

  it.each([
    [{}, /neither auth_url nor acl_url/],
    [{ auth_url: 'x' }, /auth_url: the address must begin/],
    [{ acl_url: 'http://u:never-say-this@x/' }, /acl_url: the address may not contain a password/],
    [{ auth_url: 'http://x', auth_params: ['topic=%t'] }, /%t has no value here/],
  ])('%j does not even start', async (values, text) => {
    const failure = await failureOf(open(values as unknown as Record<string, OptionValue>));
    expect(failure?.code).toBe('HTTP_SETTING_INVALID');
    expect(failure?.message).toMatch(text);
    expect(failure?.message).not.toContain('never-say-this');
  });
});

describe('a web service with TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'web-service-'));
  let certificates: Certificates;
  beforeAll(async () => {
    certificates = await ensureCertificates(join(folder, 'one'), Date.now());
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('must have a certificate that is trusted', async () => {
    const service = await WebService.start(always(200), { cert: certificates.cert, key: certificates.key });
    const cases: [Record<string, OptionValue>, string][] = [
      [{ ssl_ca_file: certificates.caPath }, 'allow'],
      [{}, 'HTTP_TLS_UNTRUSTED'],
      [{ ssl_ca_file: certificates.caPath, ssl_server_name: 'other.example' }, 'HTTP_TLS_UNTRUSTED'],
      [{ ssl_ca_file: certificates.caPath, ssl_server_name: 'localhost' }, 'allow'],
      [{ ssl_ca_file: certificates.caPath, ssl_server_name: 'disable' }, 'allow'],
      [{ ssl_verify: false }, 'allow'],
    ];
    for (const [values, expected] of cases) {
      const { source } = await open({ auth_url: service.url, ...values });
      expect(await login(source, emqx), JSON.stringify(values)).toBe(expected);
    }
  });

  it('is not asked where it speaks no TLS, nor without TLS where it does', async () => {
    const plain = await WebService.start(always(200));
    const { source } = await open({ auth_url: plain.url.replace('http:', 'https:'), ssl_verify: false });
    expect(await login(source, emqx)).toMatch(/^HTTP_(TLS_UNTRUSTED|CONNECTION_LOST|ANSWER_INVALID)$/);
  });

  it('is asked with the files as they are after a reload, and with the old ones when they cannot be used', async () => {
    const path = join(folder, 'ca.pem');
    const other = await ensureCertificates(join(folder, 'other'), Date.now());
    const service = await WebService.start(always(200), { cert: certificates.cert, key: certificates.key });
    writeFileSync(path, other.ca);
    const { source } = await open({ auth_url: service.url, ssl_ca_file: path });
    expect(await login(source, emqx)).toBe('HTTP_TLS_UNTRUSTED');
    writeFileSync(path, certificates.ca);
    expect(await login(source, emqx)).toBe('HTTP_TLS_UNTRUSTED');
    await source.reload?.();
    expect(await login(source, emqx)).toBe('allow');
    writeFileSync(path, 'nothing');
    expect((await failureOf(source.reload?.()))?.code).toBe('HTTP_TLS_FILE');
    expect(await login(source, emqx)).toBe('allow');
  });
});

/** A server that says something to whoever asks anything. */
async function talking(say: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('data', () => say(socket));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  });
  return `http://127.0.0.1:${(server.address() as { port: number }).port}/`;
}
