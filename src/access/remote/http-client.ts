/**
 * Questions to a web service: over connections that are kept and of which there is a bounded number, with a time limit
 * and a limit on the answer. Redirections are not followed, because whoever can redirect a question could answer it.
 * A question that failed is not asked again, except where a kept connection turned out to be closed already.
 */

import {
  type ClientRequest,
  Agent as HttpAgent,
  type IncomingMessage,
  type RequestOptions,
  request as requestHttp,
} from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import { BackendError } from '../../ports/backend-error.ts';
import type { Clock } from '../../ports/clock.ts';
import { type Failure, type FailureText, networkTrouble, sayingOf } from './failures.ts';
import { isPrivateHost, PRIVATE_ADDRESS, publicLookup } from './public-lookup.ts';
import type { TlsSettings } from './tls-files.ts';

/**
 * - `UNREACHABLE`, `CONNECTION_LOST`, `CONNECT_OVERDUE`, `ANSWER_OVERDUE`: the service or the network
 * - `TLS_UNTRUSTED`, `ADDRESS_FORBIDDEN`: what the settings do not allow
 * - `REDIRECTED`, `ANSWER_INVALID`, `ANSWER_TOO_LARGE`: the answer
 * - `BUSY`: too much at once
 * - `CLOSED`: the broker stops
 */
export type HttpTrouble =
  | 'UNREACHABLE'
  | 'CONNECTION_LOST'
  | 'CONNECT_OVERDUE'
  | 'ANSWER_OVERDUE'
  | 'TLS_UNTRUSTED'
  | 'ADDRESS_FORBIDDEN'
  | 'REDIRECTED'
  | 'ANSWER_INVALID'
  | 'ANSWER_TOO_LARGE'
  | 'BUSY'
  | 'CLOSED';

export interface HttpClientOptions {
  /** Connections to each server. */
  readonly connectionsMax: number;
  /** Questions that wait for a connection. */
  readonly waitingMax: number;
  readonly connectSecondsMax: number;
  /** From the question to the last byte of the answer. */
  readonly answerSecondsMax: number;
  readonly answerBytesMax: number;
  /** Whether addresses of this machine and of private networks may be asked. */
  readonly allowsPrivateAddresses: boolean;
  readonly tls: TlsSettings;
  readonly clock: Clock;
  readonly failure: Failure<HttpTrouble>;
}

export interface HttpQuestion {
  /** Scheme, host and port; nothing else of it is used. */
  readonly origin: URL;
  readonly method: 'GET' | 'POST';
  /** Path and query as they are sent. */
  readonly path: string;
  /** By lower-case names. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  /** In lower case and without parameters: `application/json`. Empty when the service does not say. */
  readonly contentType: string;
  readonly body: Buffer;
}

/** What the texts of failures are for a section whose options have these names. */
export function httpTroubleTexts(names: {
  readonly url: string;
  readonly connectSeconds: string;
  readonly answerSeconds: string;
  readonly answerBytes: string;
  readonly connections: string;
  readonly kind: string;
}): Readonly<Record<HttpTrouble, FailureText>> {
  const { url, connectSeconds, answerSeconds, answerBytes, connections, kind } = names;
  return {
    UNREACHABLE: {
      what: 'cannot be reached',
      advice: `check that it runs, that ${url} is right, and that no firewall stands between`,
      passes: true,
    },
    CONNECTION_LOST: { what: 'ended the connection without an answer', advice: 'see its log', passes: true },
    CONNECT_OVERDUE: {
      what: 'took no connection in time',
      advice: `check ${url} and firewalls, or raise ${connectSeconds}`,
      passes: true,
    },
    ANSWER_OVERDUE: {
      what: 'did not answer in time',
      advice: `make it faster, or raise ${answerSeconds}`,
      passes: true,
    },
    TLS_UNTRUSTED: {
      what: 'showed a certificate that is not trusted',
      advice: `check ${kind}.ssl_ca_file, ${kind}.ssl_server_name and the certificate`,
    },
    ADDRESS_FORBIDDEN: {
      what: 'has a private address',
      advice: `set ${kind}.allow_private_addresses to true if that is meant, or correct ${url}`,
    },
    REDIRECTED: {
      what: 'redirects the question elsewhere, and redirections are not followed',
      advice: `write the final address into ${url}`,
    },
    ANSWER_INVALID: { what: 'gave an answer that cannot be understood', advice: 'correct the service' },
    ANSWER_TOO_LARGE: { what: 'gave too long an answer', advice: `shorten it, or raise ${answerBytes}` },
    BUSY: {
      what: 'is asked more than it can answer',
      advice: `make it faster, or raise ${connections}`,
      passes: true,
    },
    CLOSED: { what: 'is not asked any more', advice: 'the broker is stopping' },
  };
}

export class HttpClient {
  readonly #options: HttpClientOptions;
  readonly #agents: { readonly http: HttpAgent; readonly https: HttpsAgent };
  /** What is on its way. */
  readonly #questions = new Set<ClientRequest>();
  /** Questions that have no answer yet. */
  #underWay = 0;
  #isFinishing = false;
  #isClosed = false;

  constructor(options: HttpClientOptions) {
    this.#options = options;
    const kept = { keepAlive: true, maxSockets: options.connectionsMax, maxFreeSockets: options.connectionsMax };
    this.#agents = { http: new HttpAgent(kept), https: new HttpsAgent({ ...kept, ...options.tls }) };
  }

  /** Rejects with a BackendError when there is no whole answer of an allowed size in time. */
  async ask(question: HttpQuestion): Promise<HttpAnswer> {
    const { connectionsMax, waitingMax, failure, answerSecondsMax, clock, allowsPrivateAddresses } = this.#options;
    if (this.#isClosed || this.#isFinishing) throw failure('CLOSED');
    if (!allowsPrivateAddresses && isPrivateHost(question.origin.hostname)) throw failure('ADDRESS_FORBIDDEN');
    if (this.#underWay >= connectionsMax + waitingMax) throw failure('BUSY');
    this.#underWay++;
    try {
      return await this.#askInTime(question, clock.monotonic() + answerSecondsMax * 1000);
    } catch (error) {
      throw this.#failureOf(error);
    } finally {
      this.#underWay--;
      if (this.#isFinishing && this.#underWay === 0) this.close();
    }
  }

  async #askInTime(question: HttpQuestion, deadlineMs: number): Promise<HttpAnswer> {
    // Every attempt on a connection that is closed already leaves one fewer of them.
    for (let left = this.#options.connectionsMax; ; left--) {
      try {
        return await this.#attempt(question, deadlineMs);
      } catch (error) {
        if (!(error instanceof StaleConnection) || this.#isClosed || left === 0) throw error;
      }
    }
  }

  /** Takes no more questions, and closes all connections as soon as those under way are answered. */
  finish(): void {
    this.#isFinishing = true;
    if (this.#underWay === 0) this.close();
  }

  /** Fails what is under way and closes all connections. */
  close(): void {
    this.#isClosed = true;
    for (const request of [...this.#questions]) request.destroy(this.#options.failure('CLOSED'));
    this.#agents.http.destroy();
    this.#agents.https.destroy();
  }

  #attempt(question: HttpQuestion, deadlineMs: number): Promise<HttpAnswer> {
    const { clock, failure, connectSecondsMax } = this.#options;
    return new Promise((resolve, reject) => {
      const request = this.#begin(question);
      this.#questions.add(request);
      const timers: (() => void)[] = [];
      let isAnswered = false;
      const settle = (outcome: HttpAnswer | Error): void => {
        for (const stop of timers) stop();
        this.#questions.delete(request);
        if (outcome instanceof Error) {
          reject(outcome);
          request.destroy();
        } else resolve(outcome);
      };
      const limit = (ms: number, trouble: HttpTrouble): void => {
        timers.push(clock.after(Math.max(0, ms), () => settle(failure(trouble))));
      };
      limit(deadlineMs - clock.monotonic(), 'ANSWER_OVERDUE');
      request.once('socket', (socket) => {
        if (!socket.connecting) return;
        limit(connectSecondsMax * 1000, 'CONNECT_OVERDUE');
        const stop = timers.at(-1)!;
        socket.once('encrypted' in socket ? 'secureConnect' : 'connect', stop);
      });
      request.once('response', (response) => {
        isAnswered = true;
        this.#read(response, settle);
      });
      request.on('error', (error) => {
        const isStale = request.reusedSocket && !isAnswered && networkTrouble(error) === 'CONNECTION_LOST';
        settle(isStale ? new StaleConnection('', { cause: error }) : error);
      });
      // Node says no more than this when the service changes to another protocol.
      request.once('close', () => (isAnswered ? undefined : settle(failure('CONNECTION_LOST'))));
      request.end(question.body);
    });
  }

  #begin({ origin, method, path, headers, body }: HttpQuestion): ClientRequest {
    const isSecure = origin.protocol === 'https:';
    const options: RequestOptions = {
      agent: isSecure ? this.#agents.https : this.#agents.http,
      host: origin.hostname.replace(/^\[(.*)\]$/, '$1'),
      ...(origin.port !== '' && { port: Number(origin.port) }),
      method,
      path,
      headers: {
        ...Object.fromEntries(headers),
        host: origin.host,
        ...(body !== undefined && { 'content-length': body.length }),
      },
      ...(!this.#options.allowsPrivateAddresses && { lookup: publicLookup as LookupFunction }),
    };
    return isSecure ? requestHttps(options) : requestHttp(options);
  }

  #read(response: IncomingMessage, settle: (outcome: HttpAnswer | Error) => void): void {
    const { answerBytesMax, failure } = this.#options;
    const chunks: Buffer[] = [];
    let bytes = 0;
    const { statusCode: status = 0, headers } = response;
    if (status >= 300 && status < 400) {
      settle(failure('REDIRECTED', `status ${status}`));
      return;
    }
    const encoding = headers['content-encoding'] ?? 'identity';
    // Nobody asked for compression, and what is compressed would be taken for words.
    if (encoding !== 'identity') {
      settle(failure('ANSWER_INVALID', `content-encoding ${encoding}`));
      return;
    }
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > answerBytesMax) settle(failure('ANSWER_TOO_LARGE', `the limit is ${answerBytesMax} bytes`));
      else chunks.push(chunk);
    });
    response.once('error', settle);
    response.once('close', () => settle(failure('CONNECTION_LOST', 'the answer is cut off')));
    response.once('end', () => {
      if (!response.complete) return;
      const contentType = (headers['content-type'] ?? '').split(';', 1)[0]!.trim().toLowerCase();
      settle({ status, contentType, body: Buffer.concat(chunks) });
    });
  }

  #failureOf(error: unknown): BackendError {
    if (error instanceof BackendError) return error;
    const { failure } = this.#options;
    const cause = error instanceof StaleConnection ? error.cause : error;
    if (cause instanceof Error && 'code' in cause && cause.code === PRIVATE_ADDRESS)
      return failure('ADDRESS_FORBIDDEN');
    // What is left are errors of the HTTP of the answer.
    return failure(networkTrouble(cause) ?? 'ANSWER_INVALID', sayingOf(cause), cause);
  }
}

/** A kept connection was closed by the service before the question arrived, so the question may be asked again. */
class StaleConnection extends Error {}
