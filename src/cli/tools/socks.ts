/**
 * A connection through a SOCKS5 proxy (RFC 1928, with user name and password of RFC 1929), where the proxy looks the
 * name up. What is written before the proxy has agreed waits; what the proxy says does not reach the reader.
 */

import { connect, type Socket } from 'node:net';
import { Duplex } from 'node:stream';

const VERSION = 5;
const CONNECT = 1;
const DOMAIN_NAME = 3;
const NO_LOGIN = 0;
const PASSWORD_LOGIN = 2;

const refusals: readonly string[] = [
  '',
  'general failure',
  'not allowed by its rules',
  'network unreachable',
  'host unreachable',
  'connection refused',
  'time to live expired',
  'command not supported',
  'address type not supported',
];

/** The proxy is in the way. */
class ProxyError extends Error {
  override readonly name = 'ProxyError';
  readonly code = 'EPROXY';
}

/** @param proxy `socks5h://[user[:password]@]host[:port]` */
export function socksConnect(proxy: string, host: string, port: number, bound: object): Duplex {
  const url = new URL(proxy.replace(/^socks5h:/, 'http:'));
  const socket = connect({ host: url.hostname, port: Number(url.port || 1080), noDelay: true, ...bound });
  return new Tunnel(socket, decodeURIComponent(url.username), decodeURIComponent(url.password), host, port);
}

type Step = 'method' | 'login' | 'reply' | 'open';

class Tunnel extends Duplex {
  readonly #socket: Socket;
  readonly #username: string;
  readonly #password: string;
  readonly #host: string;
  readonly #port: number;
  #step: Step = 'method';
  #gathered: Buffer = Buffer.alloc(0);
  /** The first write, which waits for the proxy. */
  #waiting: (() => void) | undefined;

  constructor(socket: Socket, username: string, password: string, host: string, port: number) {
    super();
    this.#socket = socket;
    this.#username = username;
    this.#password = password;
    this.#host = host;
    this.#port = port;
    socket.on('data', (chunk: Buffer) => this.#received(chunk));
    socket.on('end', () => this.push(null));
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => this.destroy());
    const methods = username === '' ? [NO_LOGIN] : [NO_LOGIN, PASSWORD_LOGIN];
    socket.write(Buffer.from([VERSION, methods.length, ...methods]));
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    const write = (): void => {
      this.#socket.write(chunk, (error) => done(error));
    };
    if (this.#step === 'open') write();
    else this.#waiting = write;
  }

  override _final(done: () => void): void {
    this.#socket.end();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }

  #received(chunk: Buffer): void {
    if (this.#step === 'open') {
      if (!this.push(chunk)) this.#socket.pause();
      return;
    }
    this.#gathered = Buffer.concat([this.#gathered, chunk]);
    for (let used = -1; used !== 0 && !this.#isOpen(); ) {
      used = this.#take(this.#gathered);
      this.#gathered = this.#gathered.subarray(used);
    }
    if (!this.#isOpen()) return;
    if (this.#gathered.length > 0) this.push(this.#gathered);
    this.#gathered = Buffer.alloc(0);
    this.#waiting?.();
  }

  #isOpen(): boolean {
    return this.#step === 'open';
  }

  /** Takes an answer of the proxy; gives its length, or 0 while it is not whole. */
  #take(bytes: Buffer): number {
    if (this.#step === 'reply') return this.#takeReply(bytes);
    if (bytes.length < 2) return 0;
    if (this.#step === 'login') {
      if (bytes[1] === 0) this.#ask();
      else this.#fail('the login was refused');
    } else if (bytes[1] === NO_LOGIN) {
      this.#ask();
    } else if (bytes[1] === PASSWORD_LOGIN && this.#username !== '') {
      this.#step = 'login';
      const [name, secret] = [Buffer.from(this.#username), Buffer.from(this.#password)];
      this.#socket.write(Buffer.concat([Buffer.from([1, name.length]), name, Buffer.from([secret.length]), secret]));
    } else {
      this.#fail('it accepts no login that is known here');
    }
    return 2;
  }

  #takeReply(bytes: Buffer): number {
    if (bytes.length < 5) return 0;
    const addressBytes = bytes[3] === DOMAIN_NAME ? 1 + (bytes[4] ?? 0) : bytes[3] === 4 ? 16 : 4;
    const length = 4 + addressBytes + 2;
    if (bytes.length < length) return 0;
    if (bytes[1] === 0) this.#step = 'open';
    else this.#fail(refusals[bytes[1] ?? 1] ?? 'unknown reason');
    return length;
  }

  #ask(): void {
    this.#step = 'reply';
    const name = Buffer.from(this.#host);
    const port = Buffer.from([this.#port >> 8, this.#port & 255]);
    this.#socket.write(Buffer.concat([Buffer.from([VERSION, CONNECT, 0, DOMAIN_NAME, name.length]), name, port]));
  }

  #fail(why: string): void {
    this.destroy(new ProxyError(`The proxy says: ${why}`));
  }
}
