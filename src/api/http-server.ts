/**
 * An HTTP server as the management interface needs it: bounded in connections, headers, bodies and time, closed to names
 * that are not its own, and with every failure answered in one shape. What is served stands elsewhere.
 */

import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { AddressInfo, Server } from 'node:net';
import { createSecureContext } from 'node:tls';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { InvalidRequest } from '../broker/broker.ts';
import { isLoopback } from '../listeners/address.ts';
import { BackendError } from '../ports/backend-error.ts';
import type { Log } from '../ports/log.ts';
import { ApiFailure } from './failure.ts';
import { lazyValidators } from './lazy-validators.ts';
import { type SchemaComplaint, schemaFailureText } from './schema-failure.ts';
import { hostAllowed, hostName, securityHeaders } from './security-headers.ts';

/** Certificate with its chain and key, as PEM. */
export interface ServerTls {
  readonly certificate: string;
  readonly key: string;
  /** SHA-256 of the certificate, as `AA:BB:…`. */
  readonly fingerprint: string;
}

/** What a server of the management interface is opened with. */
export interface HttpServerOptions {
  /** An address or a name. */
  readonly host: string;
  /** 0 for a free one. */
  readonly port: number;
  /** PEM; plain HTTP without. */
  readonly tls?: ServerTls;
  /** Names under which the page may be asked for besides addresses and `localhost`; `*` for any. */
  readonly hosts: readonly string[];
  readonly log: Log;
  /** How long a client may take for the head of a request; 10 seconds unless given. */
  readonly headMsMax?: number;
}

/** A server that listens. */
export interface OpenServer {
  /** `http://127.0.0.1:18083` */
  readonly url: string;
  readonly port: number;
  /** SHA-256 of its certificate; undefined for plain HTTP. */
  readonly fingerprint: string | undefined;
  close(): Promise<void>;
}

const BODY_BYTES_MAX = 4 * 1024 * 1024;
/** Room for a path with a long Client Identifier in it, and small enough that many slow clients cost little. */
const HEAD_BYTES_MAX = 64 * 1024;
const CONNECTIONS_MAX = 512;
const REQUEST_MS_MAX = 60_000;
const HEAD_MS_MAX = 10_000;
const KEEP_ALIVE_MS = 30_000;

export function httpServer(options: HttpServerOptions): FastifyInstance {
  const { tls, headMsMax = HEAD_MS_MAX } = options;
  const bounds = { maxHeaderSize: HEAD_BYTES_MAX, connectionsCheckingInterval: Math.min(5_000, headMsMax) };
  const settings = {
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_MS_MAX,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: true,
    // Whoever sends X-Forwarded-For says so himself: the address is that of the connection.
    trustProxy: false,
    routerOptions: { maxParamLength: HEAD_BYTES_MAX, ignoreTrailingSlash: true },
    // What is too much is refused with its name, not left out in silence.
    schemaController: { compilersFactory: { buildValidator: lazyValidators } },
    ajv: { customOptions: { removeAdditional: false, coerceTypes: 'array' as const, allErrors: false } },
  };
  const server = (tls === undefined
    ? Fastify({ ...settings, http: bounds })
    : Fastify({
        ...settings,
        https: { ...bounds, cert: tls.certificate, key: tls.key, minVersion: 'TLSv1.2' as const },
      })) as unknown as FastifyInstance;
  server.server.headersTimeout = headMsMax;
  (server.server as Server).maxConnections = CONNECTIONS_MAX;
  installGuards(server, options);
  return server;
}

/** @throws the error of listening: the port may be taken */
export async function listen(server: FastifyInstance, options: HttpServerOptions): Promise<OpenServer> {
  const { host, port, tls } = options;
  try {
    await server.listen({ host, port });
  } catch (error) {
    await server.close();
    throw error;
  }
  const bound = server.server.address() as AddressInfo;
  const shown = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://${shown}:${bound.port}`,
    port: bound.port,
    fingerprint: tls?.fingerprint,
    close: () => server.close(),
  };
}

function installGuards(server: FastifyInstance, { hosts, log }: HttpServerOptions): void {
  server.addHook('onRequest', async (request, reply) => {
    reply.headers(securityHeaders);
    const { host, 'sec-fetch-site': site } = request.headers;
    if (!hostAllowed(host, hosts)) {
      throw new ApiFailure('host_not_allowed', 'This address is not served under that name (management.hosts)');
    }
    // A browser that remembers a password would send it along with whatever a foreign page makes it ask.
    if (request.method !== 'GET' && request.method !== 'HEAD' && (site === 'cross-site' || site === 'same-site')) {
      throw new ApiFailure('not_allowed', 'Pages of other sites may not change anything here');
    }
  });
  server.setErrorHandler((error, request, reply) => {
    const failure = failureOf(error, request);
    if (failure.code === 'internal') logMistake(log, request, error);
    void asFailed(reply, failure).send(failure.body);
  });
  server.setNotFoundHandler((request) => {
    throw new ApiFailure('not_found', `There is nothing at ${request.method} ${request.url.slice(0, 200)}`);
  });
}

/** The status of a failure, and the header that says when to come again. */
export function asFailed(reply: FastifyReply, { status, retryAfterSeconds }: ApiFailure): FastifyReply {
  if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds));
  return reply.status(status);
}

export function logMistake(log: Log, request: FastifyRequest, error: unknown): void {
  const cause = error instanceof Error ? error.stack : String(error);
  log.error('A request to the management interface failed', { path: request.routeOptions.url, cause });
}

/** What the caller is told of anything that was thrown, `request` being what was sent. */
export function failureOf(error: unknown, request: Pick<FastifyRequest, 'body' | 'query' | 'params'>): ApiFailure {
  if (error instanceof ApiFailure) return error;
  if (error instanceof InvalidRequest) return new ApiFailure('bad_request', error.message);
  if (error instanceof BackendError) return new ApiFailure('unavailable', error.message);
  const { statusCode, message, validation, validationContext } = error as {
    statusCode?: number;
    message?: string;
    validation?: readonly SchemaComplaint[];
    validationContext?: string;
  };
  if (validation !== undefined) return new ApiFailure('bad_request', unfit(validation, validationContext, request));
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new ApiFailure('bad_request', message ?? 'The request cannot be understood');
  }
  return new ApiFailure('internal', 'The broker made a mistake; its log says more');
}

function unfit(
  complaints: readonly SchemaComplaint[],
  part: string = 'request',
  { body, query, params }: Pick<FastifyRequest, 'body' | 'query' | 'params'>,
): string {
  const sent: Readonly<Record<string, unknown>> = { body, querystring: query, params };
  return schemaFailureText(complaints, part, sent[part]);
}

const FORWARDED = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip'];

/**
 * Whether somebody on this machine asks. A proxy on this machine connects from here for the whole world; it gives itself
 * away by a header or by the name it was asked for, and then nobody counts as local.
 */
export function isLocalRequest({ ip, headers }: Pick<FastifyRequest, 'ip' | 'headers'>): boolean {
  return (
    isLoopback(ip) && isLoopback(hostName(headers.host ?? '')) && FORWARDED.every((name) => headers[name] === undefined)
  );
}

/** Reads the files of a certificate. @throws BackendError `MANAGEMENT_TLS_UNREADABLE` */
export function readTls(certificateFile: string, keyFile: string): ServerTls {
  try {
    const [certificate, key] = [certificateFile, keyFile].map((file) => readFileSync(file, 'utf8')) as [string, string];
    createSecureContext({ cert: certificate, key });
    return { certificate, key, fingerprint: new X509Certificate(certificate).fingerprint256 };
  } catch (cause) {
    const text = `The certificate of the management interface cannot be used: ${(cause as Error).message}`;
    throw new BackendError('MANAGEMENT_TLS_UNREADABLE', text, { cause });
  }
}
