/** What the server answers beside the API: health for supervisors, metrics for Prometheus, and the files of the dashboard. */

import { existsSync } from 'node:fs';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ApiFailure } from './failure.ts';
import { isLocalRequest } from './http-server.ts';
import { authenticate } from './login/authenticate.ts';
import type { Management } from './management.ts';

/** How the broker is, in words for whoever supervises it. */
export interface Readiness {
  readonly ready: boolean;
  /** What is wrong; empty when it is ready. */
  readonly problems: readonly string[];
}

export interface PageSources {
  /** By which callers from elsewhere are known. */
  readonly management: Management;
  /** Whether everybody may read the metrics. */
  readonly metricsPublic: boolean;
  readiness(): Readiness;
  /** In the text format of Prometheus. */
  metrics(): string | Promise<string>;
  /** The folder of the built dashboard; it may not exist. */
  readonly dashboard: string | undefined;
  /** Whether it is served now. */
  isDashboardOn(): boolean;
}

const PLAIN = 'text/plain; charset=utf-8';
const PROMETHEUS = 'text/plain; version=0.0.4; charset=utf-8';

export async function installPages(server: FastifyInstance, sources: PageSources): Promise<void> {
  server.get('/healthz', (_request, reply) => reply.type(PLAIN).send('ok\n'));
  server.get('/readyz', (request, reply) => {
    const { ready, problems } = sources.readiness();
    // What is wrong names servers behind the broker, which a stranger need not know.
    const why = isLocalRequest(request) ? problems.join('\n') : 'not ready';
    return reply
      .status(ready ? 200 : 503)
      .type(PLAIN)
      .send(ready ? 'ready\n' : `${why}\n`);
  });
  server.get('/metrics', async (request, reply) => {
    if (!sources.metricsPublic && !isLocalRequest(request)) requireCaller(sources.management, request);
    return reply.type(PROMETHEUS).send(await sources.metrics());
  });
  const { dashboard } = sources;
  if (dashboard === undefined || !existsSync(dashboard)) return;
  await server.register(async (pages) => {
    pages.addHook('onRequest', (_request, reply, done) => {
      if (sources.isDashboardOn()) done();
      else reply.callNotFound();
    });
    await serveFiles(pages, dashboard);
  });
}

/** @throws ApiFailure for whoever is not known; every scope includes reading */
function requireCaller(management: Management, { headers: { authorization, cookie }, ip }: FastifyRequest): void {
  const caller = authenticate(management, { authorization, cookie }, ip);
  if (caller !== undefined && !caller.mustChangePassword) return;
  throw new ApiFailure('login_required', 'Send an API key of the scope read, or set management.metrics_public');
}

/** Views of the dashboard have addresses of their own, and all of them are the one page. */
async function serveFiles(server: FastifyInstance, root: string): Promise<void> {
  const { default: serve } = await import('@fastify/static');
  await server.register(serve, {
    root,
    wildcard: false,
    // The build puts compressed forms beside the files.
    preCompressed: true,
    // Names of built files hold a hash of what is in them; the page itself must be asked for again.
    setHeaders: (response, path) => {
      const isHashed = path.includes('/assets/');
      response.setHeader('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  server.get('/*', (request, reply) => {
    // Views end with whatever a client is called, which may look like the name of a file.
    if (/^\/(api|assets)\//.test(request.url)) return reply.callNotFound();
    return reply.header('cache-control', 'no-cache').sendFile('index.html');
  });
}
