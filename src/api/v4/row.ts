/** A call of EMQX 4's HTTP API as a row of data, and its way of answering: status 200 with a code in the body. */

import type { Scope } from '../login/caller.ts';
import type { Management } from '../management.ts';

/** What a handler gets. Nothing in it has been looked at. */
export interface V4Call {
  readonly params: Readonly<Record<string, string>>;
  readonly query: ReadonlyMap<string, string>;
  readonly body: unknown;
  readonly management: Management;
  /** Name of the node, which stands in most answers. */
  readonly node: string;
  /** The path named the node: the answer is about this one alone, and not a list of nodes. */
  readonly isOneNode: boolean;
  /** Who asks, by name. */
  readonly who: string;
  /** From where. */
  readonly address: string;
}

export interface V4Meta {
  readonly page: number;
  readonly limit: number;
  readonly count: number;
  readonly hasnext?: boolean;
}

/** Undefined fields are left out. */
export interface V4Answer {
  readonly code: number;
  readonly data?: unknown;
  readonly meta?: V4Meta;
  readonly message?: string;
}

export interface V4Row {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below `/api/v4`, with `:name` for what varies. */
  readonly path: string;
  /** What a caller needs; `metrics` is `read`, or nothing for whoever may read `/metrics` without a login. */
  readonly scope: Scope | 'metrics';
  /** As EMQX lists it: `list_clients`. */
  readonly name: string;
  readonly descr: string;
  /** Whether the path exists behind `/nodes/:node` as well. */
  readonly perNode: boolean;
  /** A text is sent as it is. */
  handle(call: V4Call): V4Answer | string | Promise<V4Answer | string>;
}

/** @param line method and path; `*GET /clients` exists behind `/nodes/:node` as well */
export function v4(
  line: `${'' | '*'}${V4Row['method']} /${string}`,
  scope: V4Row['scope'],
  name: string,
  descr: string,
  handle: V4Row['handle'],
): V4Row {
  const perNode = line.startsWith('*');
  const [method, path] = line.slice(perNode ? 1 : 0).split(' ') as [V4Row['method'], string];
  return { method, path, scope, name, descr, perNode, handle };
}

/** EMQX 4's codes. */
export const codes = {
  nodeDown: 101,
  unknown: 102,
  userMissing: 105,
  parameterMissing: 107,
  parameterWrong: 108,
  notJson: 109,
  pluginLoaded: 110,
  pluginUnloaded: 111,
  clientMissing: 112,
  userExists: 113,
  topicWrong: 115,
  qosWrong: 116,
} as const;

/** What a call cannot do; the caller is told with status 200. */
export class V4Failure extends Error {
  override readonly name = 'V4Failure';
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** What is not there while a part of EMQX is not loaded: as if the path did not exist. */
export class V4NotFound extends Error {
  override readonly name = 'V4NotFound';
}

export const done: V4Answer = { code: 0 };

export function answer(data: unknown): V4Answer {
  return { code: 0, data };
}

/** Of this node alone, or as the only one in a list of nodes. */
export function ofNode(call: V4Call, name: string, value: unknown): V4Answer {
  return answer(call.isOneNode ? value : [{ node: call.node, [name]: value }]);
}

/** The fields of a body. @throws V4Failure when it is none */
export function fieldsOf(body: unknown): ReadonlyMap<string, unknown> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new V4Failure(codes.notJson, 'The body has to be an object in JSON');
  }
  return new Map(Object.entries(body));
}

/** A text among the fields; EMQX takes numbers too. @throws V4Failure when it is missing or anything else */
export function textOf(fields: ReadonlyMap<string, unknown>, name: string): string {
  const value = fields.get(name);
  if (value === undefined || value === null || value === '')
    throw new V4Failure(codes.parameterMissing, `missing: ${name}`);
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string') throw new V4Failure(codes.parameterWrong, `bad_param: ${name}`);
  return value;
}

/** As `textOf`, for what may be left out. */
export function optionalTextOf(fields: ReadonlyMap<string, unknown>, name: string): string | undefined {
  return fields.has(name) && fields.get(name) !== '' ? textOf(fields, name) : undefined;
}

/** 0 unless given. @throws V4Failure for what is no QoS */
export function qosOf(fields: ReadonlyMap<string, unknown>): 0 | 1 | 2 {
  const qos = Number(fields.get('qos') ?? 0);
  if (qos === 0 || qos === 1 || qos === 2) return qos;
  throw new V4Failure(codes.qosWrong, 'bad_qos');
}
