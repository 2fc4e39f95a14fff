/**
 * The server of the API: who asks, what they may, what they sent, and the answer. What is asked for stands in the
 * routes. Nothing here is on the way of an MQTT packet.
 */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Download } from './download.ts';
import { EventAnswer, StreamRoom } from './event-answer.ts';
import { ApiFailure } from './failure.ts';
import { type HttpServerOptions, httpServer, isLocalRequest, listen, type OpenServer } from './http-server.ts';
import { authenticate } from './login/authenticate.ts';
import { type Caller, includesScope } from './login/caller.ts';
import { sameText } from './login/secret.ts';
import { JSON_TYPE, joined, PageAnswer } from './long-list.ts';
import type { Management } from './management.ts';
import { openApiDocument } from './open-api.ts';
import type { Call, Route } from './route.ts';

const API_BASE = '/api/v1';

export interface ApiServerOptions extends HttpServerOptions {
  readonly routes: readonly Route[];
  readonly management: Management;
  /** Puts pages and routes of other shapes beside the API. */
  readonly extend?: (server: FastifyInstance) => Promise<void>;
}

/** @throws the error of listening: the port may be taken */
export async function openApiServer(options: ApiServerOptions): Promise<OpenServer> {
  const { routes, management } = options;
  const server = httpServer(options);
  const room = new StreamRoom();
  for (const route of routes) installRoute(server, route, management, room);
  const document = openApiDocument(routes, API_BASE, management.node.version);
  server.get(`${API_BASE}/openapi.json`, (_request, reply) => reply.send(document));
  await options.extend?.(server);
  return await listen(server, options);
}

function installRoute(server: FastifyInstance, route: Route, management: Management, room: StreamRoom): void {
  const { method, params, query, body } = route;
  server.route({
    method,
    url: API_BASE + route.path.replaceAll(/\{(\w+)\}/g, ':$1'),
    schema: {
      ...(params !== undefined && { params }),
      ...(query !== undefined && { querystring: query }),
      ...(body !== undefined && { body }),
    },
    // Who asks is looked at before what was sent, so that a stranger learns nothing from complaints about it.
    onRequest: async (request) => {
      (request as KnownRequest).caller = admit(route, request, management);
    },
    handler: (request, reply) => answer(route, request as KnownRequest, reply, management, room),
  });
}

type KnownRequest = FastifyRequest & { caller?: Caller | undefined };

/** @throws ApiFailure when the caller may not ask this */
function admit(route: Route, request: FastifyRequest, management: Management): Caller | undefined {
  const { authorization, cookie } = request.headers;
  const caller = authenticate(management, { authorization, cookie }, request.ip);
  if (route.scope === 'public') return caller;
  if (caller === undefined) throw new ApiFailure('login_required', 'Log in, or send an API key');
  if (route.method !== 'GET' && caller.csrfToken !== undefined) {
    const token = request.headers['x-csrf-token'];
    if (typeof token !== 'string' || !sameText(token, caller.csrfToken)) {
      throw new ApiFailure('csrf_token_missing', 'The header X-CSRF-Token is missing or not that of the session');
    }
  }
  if (caller.mustChangePassword && !route.beforePasswordChange) {
    throw new ApiFailure('password_change_required', 'Change the default password first: PUT /session/password');
  }
  if (!includesScope(caller.scope, route.scope)) {
    throw new ApiFailure('not_allowed', `This needs the scope ${route.scope}; ${caller.name} has ${caller.scope}`);
  }
  return caller;
}

async function answer(
  route: Route,
  request: KnownRequest,
  reply: FastifyReply,
  management: Management,
  room: StreamRoom,
): Promise<unknown> {
  const { caller, ip: address } = request;
  const stream = new EventAnswer(reply, room);
  const said: string[] = [];
  const call: Call = {
    params: request.params,
    query: request.query,
    body: request.body,
    caller,
    address,
    isLocal: isLocalRequest(request),
    isSecure: request.protocol === 'https',
    management,
    audit: (what) => said.push(what),
    header: (name, value) => {
      void reply.header(name, value);
    },
    stream,
  };
  const record = async (outcome: 'done' | 'refused' | 'failed'): Promise<void> => {
    // What was refused before the handler came to say what it is about. Not a login that is locked: whoever guesses
    // must not be able to fill the log.
    if (said.length === 0 && route.method !== 'GET' && caller !== undefined) said.push(`${route.method} ${route.path}`);
    for (const what of said) {
      await management.audit.add({ who: caller?.name ?? '', kind: caller?.kind ?? 'nobody', address, what, outcome });
    }
  };
  let result: unknown;
  try {
    result = await route.handle(call);
  } catch (error) {
    await record(error instanceof ApiFailure ? 'refused' : 'failed');
    throw error;
  }
  await record('done');
  if (route.streams) return reply;
  if (result === undefined) return reply.status(204).send();
  if (result instanceof Download) return result.sendBy(reply);
  if (result instanceof PageAnswer) return reply.type(JSON_TYPE).send(await joined(result.pieces()));
  return result;
}
