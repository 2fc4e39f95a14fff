/** Asks the management interface of the broker that runs on a data folder of this machine. */

import type { IncomingMessage } from 'node:http';
import { foundDataDirectory } from '../daemon/found-broker.ts';
import type { CommandContext } from '../program.ts';
import { StartError } from '../start-error.ts';
import { type LocalAddress, localRequest } from './local-request.ts';
import { readManagementFile } from './management-file.ts';

/** Anything that JSON can be. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** The broker's answer to a request that it does not do. */
export class ApiRefusal extends StartError {
  /** HTTP status: 404 for what there is not, 409 for what there is already. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const SECONDS_MAX = 60;

export class ApiClient {
  readonly #address: LocalAddress;
  readonly #token: string;

  constructor(address: LocalAddress, token: string) {
    this.#address = address;
    this.#token = token;
  }

  /** The broker of the data folder that the command line and the configuration name. @throws StartError when none runs */
  static async of(context: CommandContext): Promise<ApiClient> {
    const dataDirectory = await foundDataDirectory(context);
    const found = readManagementFile(dataDirectory);
    if (found === undefined) throw notRunning(dataDirectory);
    const client = new ApiClient(found, found.token);
    try {
      await client.ask('GET', '/node');
    } catch (error) {
      if (error instanceof StartError) throw error;
      throw notRunning(dataDirectory);
    }
    return client;
  }

  /** @throws StartError with what the broker has to say against it */
  async ask(method: string, path: string, body?: Json): Promise<Json> {
    const answer = await this.#request(method, path, AbortSignal.timeout(SECONDS_MAX * 1000), body);
    return jsonOf(await textOf(answer));
  }

  /**
   * The same at the API of EMQX 4, whose answers say in themselves whether something is wrong.
   * @returns what is told in `data`
   */
  async askV4(method: string, path: string, body?: Json): Promise<Json> {
    const answer = await this.#request(method, path, AbortSignal.timeout(SECONDS_MAX * 1000), body, '/api/v4');
    const { code, data = null, message } = jsonOf(await textOf(answer)) as Record<string, Json>;
    if (code !== 0) throw new ApiRefusal(answer.statusCode ?? 0, String(message ?? `code ${code}`));
    return data;
  }

  /** Resolves to an answer that the broker has nothing to say against. */
  async #request(
    method: string,
    path: string,
    signal: AbortSignal,
    body?: Json,
    root: string = '/api/v1',
  ): Promise<IncomingMessage> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers = {
      authorization: `Bearer ${this.#token}`,
      ...(text !== undefined && {
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(text)),
      }),
    };
    const asked = { method, path: `${root}${path}`, headers, signal, ...(text !== undefined && { body: text }) };
    const answer = await localRequest(this.#address, asked);
    const { statusCode = 0 } = answer;
    if (statusCode >= 200 && statusCode < 300) return answer;
    const { error } = jsonOf(await textOf(answer)) as { error?: { message?: string } };
    throw new ApiRefusal(statusCode, error?.message ?? `the broker answered with status ${statusCode}`);
  }

  /** Calls `receive` for each event until the broker ends the stream or `signal` says so. */
  async stream(path: string, receive: (event: string, data: Json) => void, signal: AbortSignal): Promise<void> {
    const answer = await this.#request('GET', path, signal);
    let rest = '';
    const decoder = new TextDecoder();
    for await (const chunk of answer) {
      const parts = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n\n');
      rest = parts.pop() ?? '';
      for (const part of parts) {
        const event = /^event: (.+)$/m.exec(part)?.[1];
        const data = /^data: (.+)$/m.exec(part)?.[1];
        if (event !== undefined && data !== undefined) receive(event, JSON.parse(data) as Json);
      }
    }
  }
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function jsonOf(text: string): Json {
  return text === '' ? null : (JSON.parse(text) as Json);
}

function notRunning(dataDirectory: string): StartError {
  return new StartError(
    `no broker with a management interface runs on the data folder ${dataDirectory}\n` +
      '  Start it with "hoopoe run", or name its folder with --data.dir or its configuration with -c.',
  );
}
