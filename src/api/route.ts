/**
 * A route of the API as a row of data: what may be asked, by whom, and the shapes of question and answer. From these
 * rows come the server, the validation, the OpenAPI document and the test that asks every route with every role.
 */

import type { Static, TSchema } from 'typebox';
import type { Caller, Scope } from './login/caller.ts';
import type { Management } from './management.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** What a handler gets. */
export interface Call<P = unknown, Q = unknown, B = unknown> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  /** Who asks; routes without a login have none. */
  readonly caller: Caller | undefined;
  /** Address of the other end of the connection. */
  readonly address: string;
  /** Somebody on this machine asks, and no proxy for somebody else. */
  readonly isLocal: boolean;
  /** The request came over TLS. */
  readonly isSecure: boolean;
  readonly management: Management;
  /** Says in the audit log what was changed, in words and without secrets. Required of every route that changes something. */
  audit(what: string): void;
  /** Sets a header of the answer. */
  header(name: string, value: string): void;
  /** Answers with lines that come over time, and resolves when the caller has gone or `send` was told to end. */
  readonly stream: EventStream;
}

/** Server-sent events. */
export interface EventStream {
  /** Begins the answer. `gone` is called once when the caller has gone. */
  open(gone: () => void): void;
  /** False when the caller does not read fast enough and the event was left out. */
  send(event: string, data: unknown): boolean;
  close(): void;
}

export interface Route {
  readonly method: Method;
  /** Below `/api/v1`, with `{name}` for what varies: `/clients/{clientId}`. */
  readonly path: string;
  /** What a caller needs; `public` needs no login. */
  readonly scope: Scope | 'public';
  /** One sentence for the document. */
  readonly summary: string;
  readonly params: TSchema | undefined;
  readonly query: TSchema | undefined;
  readonly body: TSchema | undefined;
  /** Shape of the answer with status 200, or of each event where `streams` is set. */
  readonly answer: TSchema | undefined;
  /** Answers with server-sent events. */
  readonly streams: boolean;
  /** Answers with a file. */
  readonly downloads: boolean;
  /** May be used while the caller's password must be changed. */
  readonly beforePasswordChange: boolean;
  handle(call: Call): unknown;
}

interface RouteDescription<P extends TSchema, Q extends TSchema, B extends TSchema> {
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  readonly answer?: TSchema;
  readonly streams?: boolean;
  readonly downloads?: boolean;
  readonly beforePasswordChange?: boolean;
  /** The answer is sent as JSON, but for a Download; undefined becomes status 204. */
  handle(call: Call<Static<P>, Static<Q>, Static<B>>): unknown;
}

/** Makes a row; the types of `params`, `query` and `body` in the handler follow from the schemas. */
export function route<P extends TSchema, Q extends TSchema, B extends TSchema>(
  line: `${Method} /${string}`,
  scope: Route['scope'],
  summary: string,
  description: RouteDescription<P, Q, B>,
): Route {
  const [method, path] = line.split(' ') as [Method, string];
  const { params, query, body, answer, streams = false, downloads = false } = description;
  const { beforePasswordChange = false } = description;
  const handle = (call: Call): unknown => description.handle(call as Call<Static<P>, Static<Q>, Static<B>>);
  return {
    method,
    path,
    scope,
    summary,
    params,
    query,
    body,
    answer,
    streams,
    downloads,
    beforePasswordChange,
    handle,
  };
}
