/** Services on the web for the tables of the plugins that ask or tell one: they keep what they hear. */

import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { type Answering, type Heard, WebService } from '../../../services/web-service.ts';

export interface WebCertificates {
  readonly cert: string;
  readonly key: string;
  /** Certificate of the authority whose clients `strict` lets in. */
  readonly clients: string;
}

const SLOW_MS = 400;

/** What is asked below `/slow` is answered late, below `/refused` with 401; the rest is a yes, or what a path is given. */
export class WebServers {
  readonly plain: WebService;
  /** Speaks TLS 1.2 alone. */
  readonly secure: WebService;
  /** As `secure`, and wants a certificate. */
  readonly strict: WebService;
  /** Takes connections and never says a word. */
  readonly silentPort: number;
  readonly #silent: Server;
  /** Bodies of answers by path. */
  readonly texts: Map<string, string>;

  static async open({ cert, key, clients }: WebCertificates): Promise<WebServers> {
    const texts = new Map<string, string>();
    const answering: Answering = ({ url }, response) => {
      const answer = (): void => {
        response.writeHead(url.startsWith('/refused') ? 401 : 200).end(texts.get(url) ?? '');
      };
      if (url.startsWith('/slow')) setTimeout(answer, SLOW_MS);
      else answer();
    };
    const tls = { cert, key, maxVersion: 'TLSv1.2' } as const;
    const silent = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    return new WebServers(
      await WebService.open(answering),
      await WebService.open(answering, tls),
      await WebService.open(answering, { ...tls, ca: clients, requestCert: true, rejectUnauthorized: true }),
      silent,
      texts,
    );
  }

  private constructor(
    plain: WebService,
    secure: WebService,
    strict: WebService,
    silent: Server,
    texts: Map<string, string>,
  ) {
    this.plain = plain;
    this.secure = secure;
    this.strict = strict;
    this.#silent = silent;
    this.silentPort = (silent.address() as AddressInfo).port;
    this.texts = texts;
  }

  /** Of all of them. */
  get heard(): readonly Heard[] {
    return [this.plain, this.secure, this.strict].flatMap(({ heard }) => heard);
  }

  /** Forgets what was heard. */
  forget(): void {
    for (const { heard } of [this.plain, this.secure, this.strict]) heard.length = 0;
  }

  async close(): Promise<void> {
    this.#silent.close();
    await Promise.all([this.plain, this.secure, this.strict].map((service) => service.stop()));
  }
}
