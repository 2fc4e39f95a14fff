/**
 * A management API that makes everything up, for work on the page without a broker and for tests of it with more
 * clients than a test can connect: `node dashboard/dev/fake-api.mjs [clients] [port]`. It serves the built page as well.
 */

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { applyChanges, checkChanges, sectionOptions } from './fake-settings.mjs';
import { makeState, overviewOf } from './fake-state.mjs';

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
const POLICY =
  "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data:; object-src 'none'; base-uri 'none'; " +
  "form-action 'self'; frame-ancestors 'none'";
const root = new URL('../../dist/dashboard/', import.meta.url).pathname;

class Refusal extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

async function bodyOf(request) {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text === '' ? {} : JSON.parse(text);
}

function page(items, query, fields) {
  const search = (query.get('search') ?? '').toLowerCase();
  const found =
    search === '' ? items : items.filter((one) => fields.some((name) => one[name]?.toLowerCase().includes(search)));
  const sort = query.get('sort') ?? fields[0];
  const sign = query.get('order') === 'desc' ? -1 : 1;
  const sorted = found.toSorted((a, b) => (a[sort] < b[sort] ? -sign : a[sort] > b[sort] ? sign : 0));
  const start = Number(query.get('cursor') ?? 0);
  const limit = Number(query.get('limit') ?? 50);
  const next = start + limit < sorted.length ? String(start + limit) : null;
  return { items: sorted.slice(start, start + limit), next, total: sorted.length };
}

function childrenOf(names, query) {
  const parent = query.get('parent');
  const prefix = parent === null ? '' : `${parent}/`;
  const found = new Map();
  for (const name of names) {
    if (!name.startsWith(prefix)) continue;
    const [level, ...below] = name.slice(prefix.length).split('/');
    const child = found.get(level) ?? { level, topic: prefix + level, count: 0, isLeaf: false };
    child.count++;
    child.isLeaf ||= below.length === 0;
    found.set(level, child);
  }
  return { items: [...found.values()].sort((a, b) => (a.level < b.level ? -1 : 1)), next: null };
}

let openStreams = 0;

function stream(response, tick, everyMs) {
  openStreams++;
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  const send = () => {
    const [event, data] = tick();
    response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  };
  send();
  const timer = setInterval(send, everyMs);
  response.on('close', () => {
    openStreams--;
    clearInterval(timer);
  });
}

/** Answers by method and path; `:name` takes a part of the path. */
function routesOf(state) {
  const { clients, subscriptions, retained, users, permissions } = state;
  const has = (id) => clients.some(({ clientId }) => clientId === id);
  const find = (id) => {
    const client = clients.find(({ clientId }) => clientId === id);
    if (client === undefined) throw new Refusal(404, 'not_found', `There is no client ${JSON.stringify(id)}`);
    return client;
  };
  return {
    'GET /session': () => state.session ?? refuse(401, 'login_required', 'Log in'),
    'POST /session': ({ body }) => {
      if (body.name !== 'admin' || body.password !== state.password)
        refuse(401, 'login_failed', 'Wrong name or password');
      state.session = {
        user: { name: 'admin', role: 'admin', mustChangePassword: state.password === 'public' },
        csrfToken: 'x',
      };
      return state.session;
    },
    'DELETE /session': () => {
      state.session = undefined;
    },
    'PUT /session/password': ({ body }) => {
      if (body.current !== state.password) refuse(401, 'login_failed', 'The current password is another one');
      state.password = body.next;
      state.session = { user: { name: 'admin', role: 'admin', mustChangePassword: false }, csrfToken: 'x' };
      return state.session;
    },
    'GET /node': () => state.node,
    'GET /overview': () => overviewOf(state),
    'GET /history': ({ query }) => state.history(query.get('span')),
    'GET /listeners': () => ({ items: state.listeners }),
    'GET /clients': ({ query }) => {
      const connected = query.get('connected');
      const chosen = connected === null ? clients : clients.filter((one) => String(one.connected) === connected);
      return page(chosen, query, ['clientId', 'username', 'address']);
    },
    'GET /clients/:id': ({ id, query }) =>
      query.get('tellAbsence') === 'true' && !has(id) ? { absent: true } : find(id),
    'DELETE /clients/:id': ({ id }) => {
      find(id).connected = false;
    },
    'GET /clients/:id/subscriptions': ({ id }) => ({ items: subscriptions.filter(({ clientId }) => clientId === id) }),
    'GET /clients/:id/queue': () => ({ items: [{ topic: 'a/b', qos: 1, bytes: 12, state: 'queued' }] }),
    'GET /subscriptions': ({ query }) => page(subscriptions, query, ['clientId', 'filter']),
    'GET /topics/children': ({ query }) =>
      childrenOf(
        subscriptions.slice(0, 500).map(({ filter }) => filter),
        query,
      ),
    'GET /retained': () => ({ items: retained, next: null, total: retained.length }),
    'GET /retained/children': ({ query }) =>
      childrenOf(
        retained.map(({ topic }) => topic),
        query,
      ),
    'GET /retained/message': ({ query }) =>
      retained.find(({ topic }) => topic === query.get('topic')) ?? { absent: true },
    'POST /publish': () => ({ receivers: 1 }),
    'GET /tables/slow-subscribers': () => ({
      items: clients.slice(0, 5).map(({ clientId, queued }) => ({ clientId, queued })),
    }),
    'GET /tables/top-topics': () => ({ items: [] }),
    'GET /access/sources': () => ({ items: state.sources }),
    'POST /access/sources/:id/test': () => ({ ok: true }),
    'GET /access/sources/:id/users': () => ({ items: users, next: null }),
    'POST /access/sources/:id/users': ({ body }) => {
      users.push({
        kind: body.kind,
        name: body.name,
        superuser: body.superuser,
        passwordHash: 'scrypt',
        createdAt: new Date(),
      });
      return users.at(-1);
    },
    'GET /access/sources/:id/permissions': () => ({ items: permissions }),
    'GET /access/sources/:id/permissions/names': () => ({ items: ['alice'], next: null }),
    'POST /access/explain': () => state.explanation,
    'GET /bans': () => ({ items: state.bans }),
    'POST /bans': ({ body }) => {
      state.bans.push({ by: 'admin', reason: '', at: new Date().toISOString(), ...body });
      return state.bans.at(-1);
    },
    'GET /sections/:id': ({ id }) => sectionsOf(state, id),
    'GET /sections/:id/options': ({ id }) => ({ items: sectionOptions(id) }),
    'GET /bridges': () => ({ items: state.bridges }),
    'GET /plugins': () => ({ items: state.plugins }),
    'GET /plugins/:id/options': () => ({ items: state.options }),
    'GET /settings': () => ({ changesFile: '/var/lib/hoopoe/settings.yaml', items: state.settings }),
    'POST /settings/validate': ({ body }) =>
      body.changes === undefined ? { ok: true, problems: [] } : checkChanges(state.settings, body.changes),
    'PATCH /settings': ({ body }) => {
      applyChanges(state.settings, body);
      return checkChanges(state.settings, body);
    },
    'GET /alarms': ({ query }) => ({ items: query.get('state') === 'history' ? [] : state.alarms }),
    'GET /logs': () => ({ items: state.logs }),
    'GET /audit': () => ({ items: state.audit, next: null }),
    'GET /api-keys': () => ({ items: state.apiKeys }),
    'POST /api-keys': ({ body }) => ({ id: 'k2', createdAt: new Date().toISOString(), token: 'hpk_made_up', ...body }),
    'GET /dashboard-users': () => ({ items: state.logins }),
  };
}

/** Those that are there, all of which nobody has configured, and what more could be made. */
function sectionsOf(state, collection) {
  const { [collection === 'access' ? 'sources' : collection]: running } = state;
  const kinds = {
    listeners: [
      { kind: 'tcp', sentence: 'MQTT over TCP.' },
      { kind: 'unix', sentence: 'MQTT over a Unix socket.', needsFile: 'socket' },
    ],
    access: [
      { kind: 'builtin', sentence: "Users and permissions in the broker's own store." },
      { kind: 'acl_file', sentence: 'Permissions from a file.', needsFile: 'acl_file.file' },
    ],
    bridges: [{ kind: 'mqtt', sentence: 'A client of two brokers, by which messages cross.' }],
  };
  const items = running.map(({ name, kind, transport }) => ({
    name,
    kind: kind ?? transport,
    origin: 'default',
    made: false,
  }));
  return { items, kinds: kinds[collection] };
}

function refuse(status, code, message) {
  throw new Refusal(status, code, message);
}

function match(routes, method, path) {
  const parts = path.split('/');
  for (const [pattern, handle] of Object.entries(routes)) {
    const [ofMethod, ofPath] = pattern.split(' ');
    const wanted = ofPath.split('/');
    if (ofMethod !== method || wanted.length !== parts.length) continue;
    if (!wanted.every((one, index) => one === parts[index] || one === ':id')) continue;
    return { handle, id: decodeURIComponent(parts[wanted.indexOf(':id')] ?? '') };
  }
  return refuse(404, 'not_found', `There is nothing at ${method} ${path}`);
}

async function answer(state, routes, request, response) {
  const url = new URL(request.url, 'http://fake');
  if (url.pathname === '/streams') return response.end(String(openStreams));
  if (!url.pathname.startsWith('/api/v1')) return sendFile(url.pathname, response);
  const path = url.pathname.slice('/api/v1'.length);
  const query = url.searchParams;
  if (path === '/events' && query.get('streams') === 'overview') {
    return stream(response, () => ['overview', overviewOf(state)], 1000);
  }
  if (path === '/events') return stream(response, () => ['log', state.nextLog()], 2000);
  if (path === '/tap') return stream(response, () => ['packet', state.nextPacket(query)], 250);
  const { handle, id } = match(routes, request.method, path);
  const result = await handle({ query, id, body: await bodyOf(request) });
  response.writeHead(result === undefined ? 204 : 200, {
    'content-type': 'application/json',
    'cache-control': 'no-store',
  });
  response.end(result === undefined ? '' : JSON.stringify(result));
}

const files = new Map();

async function sendFile(path, response) {
  const name = !path.startsWith('/assets/') ? 'index.html' : normalize(path).replace(/^(\.\.[/\\])+/, '');
  const isPage = name === 'index.html';
  const content = files.get(name) ?? gzipSync(await readFile(join(root, name)));
  if (!isPage) files.set(name, content);
  response.writeHead(200, {
    'content-encoding': 'gzip',
    'cache-control': isPage ? 'no-cache' : 'public, max-age=31536000, immutable',
    'content-type': TYPES[extname(name)] ?? 'application/octet-stream',
    'content-security-policy': POLICY,
  });
  response.end(content);
}

/** @returns where it listens, and how to end it */
export async function startFakeApi({ clients = 200, port = 0, password = 'secret-of-tests' } = {}) {
  const state = makeState(clients, password);
  const routes = routesOf(state);
  const server = createServer((request, response) => {
    answer(state, routes, request, response).catch((error) => {
      const status = error.status ?? (error.code === 'ENOENT' ? 404 : 500);
      if (status === 500) console.error(error);
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { code: error.code ?? 'internal', message: error.message } }));
    });
  });
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${server.address().port}`;
  const close = () =>
    new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  return { url, state, close };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [clients = '200', port = '18083'] = process.argv.slice(2);
  const { url } = await startFakeApi({ clients: Number(clients), port: Number(port) });
  console.log(`${url}, admin with the password secret-of-tests`);
}
