/** Requests to the management API. The login is a cookie that scripts cannot read; changes carry the token against forgery. */

import { ask, reachable } from './transport.ts';
import type { Answered } from './worker-messages.ts';

export const API = '/api/v1';

/** One thing that is wrong with what was sent. */
export interface Problem {
  readonly path?: string;
  readonly code: string;
  readonly message: string;
  readonly allowedText?: string;
}

export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** HTTP status; 0 when the broker did not answer. */
  readonly status: number;
  /** Stable name of what went wrong; `unreachable` when the broker did not answer. */
  readonly code: string;

  /** What exactly was wrong, where the broker says it part by part. */
  readonly problems: readonly Problem[];

  constructor(status: number, code: string, message: string, problems: readonly Problem[] = []) {
    super(message);
    this.problems = problems;
    this.status = status;
    this.code = code;
  }
}

let csrfToken = '';
let sessionEnded: (error: ApiError) => void = () => {};

export function setCsrfToken(token: string): void {
  csrfToken = token;
}

/** Told when an answer says that nobody is logged in any more, or that the password has to be changed first. */
export function onSessionEnded(listener: (error: ApiError) => void): void {
  sessionEnded = listener;
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface RequestOptions {
  readonly method?: Method;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

async function failureOf({ status, statusText, body }: Answered): Promise<ApiError> {
  let code = 'http';
  let message = `${status} ${statusText}`;
  let problems: readonly Problem[] = [];
  try {
    const said = JSON.parse(await body.text()) as {
      error?: { code?: string; message?: string; problems?: Problem[] };
    };
    code = said.error?.code ?? code;
    message = said.error?.message ?? message;
    problems = said.error?.problems ?? problems;
  } catch {
    // A proxy between here and the broker may answer with anything.
  }
  return new ApiError(status, code, message, problems);
}

async function send(path: string, options: RequestOptions): Promise<Answered> {
  const { method = 'GET', body, signal } = options;
  const headers: Record<string, string> = { accept: 'application/json' };
  if (method !== 'GET' && csrfToken !== '') headers['x-csrf-token'] = csrfToken;
  if (body !== undefined) headers['content-type'] = 'application/json';
  let answer: Answered;
  try {
    const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
    answer = await ask(API + path, init, signal);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError(0, 'unreachable', 'The broker does not answer');
  }
  if (answer.status >= 200 && answer.status < 300) return answer;
  const failure = await failureOf(answer);
  const isAboutLogin = failure.status === 401 && failure.code !== 'login_failed';
  if (isAboutLogin || failure.code === 'password_change_required') sessionEnded(failure);
  throw failure;
}

/** @throws ApiError, and the AbortError of `signal` */
export async function request<T>(path: string, options: RequestOptions = {}): Promise<T> {
  const { status, body } = await send(path, options);
  return (status === 204 ? undefined : JSON.parse(await body.text())) as T;
}

/** Loads a part of the page when the broker is there. */
export async function loaded<T>(load: () => Promise<T>): Promise<T> {
  await reachable(`${API}/session`);
  return await load();
}

/** Saves a file that the API answers with, under the name that the broker gives it. */
export async function download(path: string): Promise<void> {
  const { headers, body } = await send(path, { method: 'POST' });
  const name = /filename="([^"/\\]+)"/.exec(
    new Headers(headers as [string, string][]).get('content-disposition') ?? '',
  )?.[1];
  saveBlob(body, name ?? 'hoopoe.backup');
}

/** Offers what is in memory as a file. */
export function saveBlob(blob: Blob, fileName: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** A query text of what is given; empty and undefined values are left out. */
export function queryOf(values: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value !== '') params.set(name, String(value));
  }
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}

/** A part of a path, whatever is in it. */
export function segment(value: string): string {
  return encodeURIComponent(value);
}
