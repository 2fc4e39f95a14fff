/**
 * The HTTP API of EMQX 4 for scripts that were made for it: its paths, its logins, its answers with a code in the body.
 * It stands beside the API of our own, and on a port of its own where one is configured.
 */

import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ApiFailure } from '../failure.ts';
import { asFailed, failureOf, isLocalRequest, logMistake } from '../http-server.ts';
import { type Caller, includesScope, type Scope } from '../login/caller.ts';
import { JSON_TYPE, listPieces } from '../long-list.ts';
import type { Management } from '../management.ts';
import { admitV4 } from './admit.ts';
import { requireNode } from './nodes.ts';
import { codes, type V4Answer, type V4Call, V4Failure, V4NotFound, type V4Row } from './row.ts';
import { v4Rows } from './rows.ts';

const V4_BASE = '/api/v4';

export interface V4Options {
  readonly management: Management;
  /** Whether logins to the dashboard may use it, besides applications and API keys. */
  readonly takesLogins: boolean;
  /** Whether everybody may read the metrics; programs on this machine may anyway. */
  readonly metricsPublic: boolean;
}

/** Rows of a list that is sent a little at a time. */
const LONG = 100;

const PLAIN = 'text/plain; charset=utf-8';

/** Puts the API into a server. */
export async function installV4(server: FastifyInstance, options: V4Options): Promise<void> {
  await server.register(
    async (scope) => {
      takeAnyBody(scope);
      scope.setErrorHandler((error, request, reply) => answerFailure(error, request, reply, options));
      const rows = v4Rows.flatMap((row) => (row.perNode ? [row, behindNode(row)] : [row]));
      for (const row of rows) installRow(scope, row, options);
      scope.get('/', async (request, reply) => {
        await admit(request, 'read', options);
        const data = rows.map(({ method, path, name, descr }) => ({ name, method, path, descr }));
        return reply.send({ code: 0, data });
      });
      scope.all('/*', (_request, reply) => reply.status(400).type(PLAIN).send('Not found.'));
    },
    { prefix: V4_BASE },
  );
}

/** `GET /status` of the port that is EMQX's: whether it runs, without a login. */
export function installStatus(server: FastifyInstance, { node }: Management): void {
  server.get('/status', (_request, reply) => reply.type(PLAIN).send(`Node ${node.name} is started\nemqx is running`));
}

/** EMQX does not look at the type: what comes is JSON. */
function takeAnyBody(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'string' }, (_request, text, done) => {
    if (text === '') return done(null, undefined);
    try {
      done(null, JSON.parse(text as string));
    } catch {
      done(new V4Failure(codes.notJson, 'not_json'));
    }
  });
}

function behindNode(row: V4Row): V4Row {
  return { ...row, path: `/nodes/:node${row.path}`, name: row.name.replace('list_', 'list_node_') };
}

function installRow(scope: FastifyInstance, row: V4Row, options: V4Options): void {
  scope.route({
    method: row.method,
    // EMQX has its lists with a slash at the end; scripts come with and without.
    url: row.path,
    onRequest: async (request) => {
      if (row.scope === 'metrics' && readsMetrics(request, options)) return;
      const scope = row.scope === 'metrics' ? 'read' : row.scope;
      (request as KnownRequest).caller = await admit(request, scope, options);
    },
    handler: (request, reply) => answerRow(row, request as KnownRequest, reply, options),
  });
}

/** Whether somebody without a login may read what is for Prometheus, as at `/metrics`; in EMQX everybody may. */
function readsMetrics(request: FastifyRequest, { metricsPublic }: V4Options): boolean {
  return request.headers.authorization === undefined && (metricsPublic || isLocalRequest(request));
}

type KnownRequest = FastifyRequest & { caller?: Caller };

/** @throws ApiFailure when the caller may not ask this */
async function admit(request: FastifyRequest, scope: Scope, options: V4Options): Promise<Caller> {
  const caller = await admitV4(options.management, request, options.takesLogins);
  if (caller === undefined) throw new ApiFailure('login_required', 'UNAUTHORIZED');
  if (!includesScope(caller.scope, scope)) {
    throw new ApiFailure('not_allowed', `This needs the scope ${scope}; ${caller.name} has ${caller.scope}`);
  }
  return caller;
}

async function answerRow(
  row: V4Row,
  request: KnownRequest,
  reply: FastifyReply,
  { management }: V4Options,
): Promise<FastifyReply> {
  const params = request.params as Record<string, string>;
  const call: V4Call = {
    params,
    query: queryOf(request.query as Record<string, string | string[]>),
    body: request.body,
    management,
    node: management.node.name,
    isOneNode: row.path.startsWith('/nodes/:node/'),
    who: request.caller?.name ?? '',
    address: request.ip,
  };
  requireNode(call);
  let outcome: 'done' | 'refused' | 'failed' = 'failed';
  try {
    const answer = await row.handle(call);
    outcome = 'done';
    if (typeof answer === 'string') return reply.type(PLAIN).send(answer);
    const isLong = Array.isArray(answer.data) && answer.data.length > LONG;
    return isLong ? reply.type(JSON_TYPE).send(Readable.from(piecesOf(answer))) : reply.send(answer);
  } catch (error) {
    if (error instanceof V4Failure || error instanceof V4NotFound) outcome = 'refused';
    throw error;
  } finally {
    if (row.method !== 'GET') await record(row, request, management, outcome);
  }
}

/** In the order that EMQX has. */
async function* piecesOf({ code, data, meta }: V4Answer): AsyncGenerator<string> {
  yield `{"code":${code},"data":`;
  yield* listPieces(data as readonly unknown[], (row) => row);
  yield meta === undefined ? '}' : `,"meta":${JSON.stringify(meta)}}`;
}

async function record(
  { method, path }: V4Row,
  { caller, ip: address, params, body }: KnownRequest,
  { audit }: Management,
  outcome: 'done' | 'refused' | 'failed',
): Promise<void> {
  const all = [...Object.entries(params as Record<string, string>), ...tellingFields(body)];
  const named = all.map(([name, value]) => `${name} ${JSON.stringify(value.slice(0, 200))}`);
  const many = Array.isArray(body) ? [`${body.length} of them`] : [];
  const what = `EMQX API: ${[`${method} ${path}`, ...named, ...many].join(', ')}`;
  await audit.add({ who: caller?.name ?? '', kind: caller?.kind ?? 'nobody', address, what, outcome });
}

/** What a body says about whom or what is changed; never a password or a payload. */
const TELLING = [
  'as',
  'who',
  'clientid',
  'username',
  'topic',
  'topics',
  'action',
  'access',
  'name',
  'filename',
] as const;

function tellingFields(body: unknown): [name: string, value: string][] {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return [];
  const fields = new Map<string, unknown>(Object.entries(body));
  return TELLING.flatMap((name): [string, string][] => {
    const value = fields.get(name);
    return typeof value === 'string' || typeof value === 'number' ? [[name, String(value)]] : [];
  });
}

/** Of a name that comes twice the last value holds. */
function queryOf(query: Record<string, string | string[]>): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(query).map(([name, value]) => [name, typeof value === 'string' ? value : (value.at(-1) ?? '')]),
  );
}

function answerFailure(error: unknown, request: FastifyRequest, reply: FastifyReply, { management }: V4Options): void {
  if (error instanceof V4Failure) {
    void reply.status(200).send({ code: error.code, message: error.message });
    return;
  }
  if (error instanceof V4NotFound) {
    void reply.status(400).type(PLAIN).send('Not found.');
    return;
  }
  const failure = failureOf(error, request);
  const { code, message } = failure;
  if (code === 'login_required') {
    void reply.status(401).header('www-authenticate', 'Basic Realm="minirest-server"').type(PLAIN).send('UNAUTHORIZED');
    return;
  }
  if (code === 'internal') logMistake(management.log, request, error);
  if (code === 'bad_request') void reply.status(200).send({ code: codes.parameterWrong, message });
  else if (code === 'internal') void reply.status(500).type(PLAIN).send('Internal Error');
  else void asFailed(reply, failure).send({ code: codes.unknown, message });
}
