/** A web service in the process of a test, which says what the test wants and keeps what it was asked. */

import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Heard {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export type Answering = (heard: Heard, response: ServerResponse) => void;

export class WebService {
  readonly heard: Heard[] = [];
  /** Connections so far. */
  connections = 0;
  answering: Answering;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #isSecure: boolean;
  #port = 0;

  private constructor(answering: Answering, tls: ServerOptions | undefined) {
    this.answering = answering;
    this.#isSecure = tls !== undefined;
    const listen: RequestListener = (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method = '', url = '', headers } = request;
        const heard = { method, url, headers, body: Buffer.concat(chunks).toString('latin1') };
        this.heard.push(heard);
        this.answering(heard, response);
      });
    };
    this.#server = tls === undefined ? createServer(listen) : createSecureServer(tls, listen);
    this.#server.on('connection', (socket: Socket) => {
      this.connections++;
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  /** It ends with the test. */
  static async start(answering: Answering, tls?: ServerOptions): Promise<WebService> {
    const service = await WebService.open(answering, tls);
    onTestFinished(() => service.stop());
    return service;
  }

  /** Whoever opens it stops it. */
  static async open(answering: Answering, tls?: ServerOptions): Promise<WebService> {
    const service = new WebService(answering, tls);
    await service.start();
    return service;
  }

  get url(): string {
    return `${this.#isSecure ? 'https' : 'http'}://127.0.0.1:${this.#port}`;
  }

  get openConnections(): number {
    return this.#sockets.size;
  }

  /** At the port where it was before. */
  async start(): Promise<void> {
    this.#server.listen(this.#port, '127.0.0.1');
    await new Promise((resolve) => this.#server.once('listening', resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Closes all connections without a word. */
  hangUp(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.hangUp();
    await closed;
  }
}

/** Answers everything with one status and one text. */
export function always(status: number, text: string = '', headers: Record<string, string> = {}): Answering {
  return (_heard, response) => {
    response.writeHead(status, headers).end(text);
  };
}
