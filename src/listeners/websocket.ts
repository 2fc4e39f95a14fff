/**
 * MQTT over WebSocket, plain or behind TLS. The HTTP server never listens itself: it is given sockets that were let in
 * before. It knows one path; any other request is answered in a line of plain text and closed. Handshakes are `ws`'s,
 * after path, origin and subprotocol were checked here.
 */

import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import type { Listener, Peer } from '../ports/listener.ts';
import { AcceptingListener, type OnConnection, PortBinding } from './acceptor.ts';
import { isLoopback } from './address.ts';
import type { DeadlineSweep, Expiring } from './deadline-sweep.ts';
import type { Flusher } from './flusher.ts';
import type { Gate } from './gate.ts';
import { Origins } from './origins.ts';
import type {
  ListenerDeps,
  PortSettings,
  RefusalReason,
  WebSocketSettings,
  WsListenerSpec,
  WssListenerSpec,
} from './spec.ts';
import { answerWithFile } from './static-files.ts';
import { type SecureListener, TlsStage, withSecureContext } from './tls.ts';
import { OwnedWebSocket, WebSocketConnection } from './websocket-connection.ts';

const PATH = '/mqtt';
/** Stands for every path. */
const ANY_PATH = '*';
/** From the request for a file to the end of its answer. */
const FILE_TIMEOUT_MS = 60_000;
const FRAME_BYTES_MAX = 2 * 1024 * 1024;
const HEADER_BYTES_MAX = 8_192;
const HEADERS_MAX = 64;
const REQUEST_TIMEOUT_MS = 10_000;
/** Registered names of MQTT 3.1.1 and 5.0, and of 3.1. */
const SUBPROTOCOLS: ReadonlySet<string> = new Set(['mqtt', 'mqttv3.1']);

/** Throws when an address rule or a trusted network cannot be read. */
export function wsListener(spec: WsListenerSpec, deps: ListenerDeps): Listener {
  const stage = new WebSocketStage(spec, deps.flusher);
  return new AcceptingListener(
    spec,
    deps,
    new PortBinding(spec, 'ws', shownPath(spec)),
    (socket, peer, gate, onConnection) => stage.take(socket, peer, gate, onConnection),
  );
}

/** Throws when the TLS settings, an address rule or a trusted network cannot be used. */
export function wssListener(spec: WssListenerSpec, deps: ListenerDeps): SecureListener {
  const tls = new TlsStage(spec.tls, spec.name, deps.flusher.deadlines);
  const stage = new WebSocketStage(spec, deps.flusher);
  const listener = new AcceptingListener(
    spec,
    deps,
    new PortBinding(spec, 'wss', shownPath(spec)),
    (socket, peer, gate, onConnection) =>
      tls.take(socket, peer, gate, (secured, known) => stage.take(secured, known, gate, onConnection)),
  );
  return withSecureContext(listener, tls);
}

const kPending = Symbol('pending');

/** A socket that waits for its request. It goes when there is a connection, which has to be small. */
class Pending implements Expiring {
  readonly socket: Socket;
  readonly peer: Peer;
  readonly gate: Gate;
  readonly onConnection: OnConnection;
  readonly deadlines: DeadlineSweep;
  deadlineMs = 0;
  /** A request was answered with a refusal. Nothing that was sent behind it counts. */
  isRefused = false;

  constructor(socket: Socket, peer: Peer, gate: Gate, onConnection: OnConnection, deadlines: DeadlineSweep) {
    this.socket = socket;
    this.peer = peer;
    this.gate = gate;
    this.onConnection = onConnection;
    this.deadlines = deadlines;
  }

  expire(): void {
    this.gate.refuse(this.socket, 'websocket-timeout', this.peer.address);
  }
}

type PendingSocket = Socket & { [kPending]: Pending };

/** The HTTP requests and handshakes of one listener. */
class WebSocketStage {
  readonly #flusher: Flusher;
  readonly #path: string;
  readonly #folder: string | undefined;
  readonly #origins: Origins;
  readonly #requestTimeoutMs: number;
  readonly #http: Server;
  readonly #webSockets: InstanceType<typeof WebSocketServer<typeof OwnedWebSocket>>;

  constructor(settings: WebSocketSettings & PortSettings, flusher: Flusher) {
    this.#flusher = flusher;
    this.#path = settings.path ?? PATH;
    this.#folder = settings.folder;
    this.#origins = new Origins(settings.origins ?? [isLoopback(settings.host ?? 'localhost') ? 'local' : '*']);
    this.#requestTimeoutMs = settings.requestTimeoutMs ?? REQUEST_TIMEOUT_MS;
    this.#http = createServer({
      maxHeaderSize: settings.headerBytesMax ?? HEADER_BYTES_MAX,
      insecureHTTPParser: false,
    });
    this.#http.maxHeadersCount = settings.headersMax ?? HEADERS_MAX;
    // One interval of its own would be Node's: it runs only for servers that listen, so time is kept by the sweep.
    this.#http.on('request', (request, response) => this.#onRequest(request, response));
    this.#http.on('upgrade', (request, socket, head) => this.#onUpgrade(request, socket as PendingSocket, head));
    this.#http.on('clientError', (error, socket) => this.#onClientError(error, socket as PendingSocket));
    this.#webSockets = new WebSocketServer<typeof OwnedWebSocket>({
      noServer: true,
      WebSocket: OwnedWebSocket,
      clientTracking: false,
      perMessageDeflate: false,
      // The connection answers, in its own measure.
      autoPong: false,
      maxPayload: settings.frameBytesMax ?? FRAME_BYTES_MAX,
      // Text is refused, so its encoding need not be looked at.
      skipUTF8Validation: true,
      handleProtocols: (offered) => chosen(offered) ?? false,
    });
    this.#webSockets.on('wsClientError', (error, socket) =>
      refuse(socket as PendingSocket, 400, 'websocket-handshake', error.message),
    );
  }

  /** Waits for the request and upgrades the connection. */
  take(socket: Socket, peer: Peer, gate: Gate, onConnection: OnConnection): void {
    const { deadlines } = this.#flusher;
    const pending = new Pending(socket, peer, gate, onConnection, deadlines);
    (socket as PendingSocket)[kPending] = pending;
    deadlines.add(pending, this.#requestTimeoutMs);
    socket.on('close', forgetPending);
    this.#http.emit('connection', socket);
  }

  #onRequest(request: IncomingMessage, response: ServerResponse): void {
    if (this.#folder === undefined) {
      this.#refuseRequest(request, response);
      return;
    }
    const socket = request.socket as PendingSocket;
    const pending = this.#settle(socket);
    pending.isRefused = true;
    this.#flusher.deadlines.add(pending, FILE_TIMEOUT_MS);
    answerWithFile(this.#folder, request, response).then(
      (isAnswered) => {
        if (!isAnswered) this.#refuseRequest(request, response);
      },
      () => socket.destroy(),
    );
  }

  #refuseRequest(request: IncomingMessage, response: ServerResponse): void {
    const known = this.#path !== ANY_PATH && this.#isPath(request);
    const status = known ? 426 : 404;
    const text = known ? 'This is an MQTT broker: connect with WebSocket.\n' : 'There is nothing here.\n';
    response.writeHead(status, {
      'Content-Type': 'text/plain; charset=utf-8',
      'Content-Length': text.length,
      Connection: known ? 'Upgrade, close' : 'close',
      ...(known && { Upgrade: 'websocket' }),
    });
    response.end(text);
    tellRefusal(request.socket as PendingSocket, known ? 'http-request' : 'websocket-path', request.url);
  }

  #onUpgrade(request: IncomingMessage, socket: PendingSocket, head: Buffer): void {
    // Nobody listens to the socket between the HTTP parser's letting go and the connection's taking over.
    socket.on('error', ignoreError);
    if (socket[kPending].isRefused) {
      socket.destroy();
      return;
    }
    const objection = this.#objection(request);
    if (objection !== undefined) {
      refuse(socket, objection.status, objection.reason, objection.detail);
      return;
    }
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      const { peer, onConnection } = this.#settle(socket);
      const connection = new WebSocketConnection(webSocket, socket, peer, this.#flusher);
      socket.off('error', ignoreError);
      socket.off('close', forgetPending);
      (socket as { [kPending]: Pending | undefined })[kPending] = undefined;
      onConnection(connection);
    });
  }

  /** What speaks against the upgrade, before `ws` looks at the handshake itself. */
  #objection(request: IncomingMessage): { status: number; reason: RefusalReason; detail: string } | undefined {
    const { upgrade = '', origin, 'sec-websocket-protocol': offered = '' } = request.headers;
    if (!this.#isPath(request)) return { status: 404, reason: 'websocket-path', detail: request.url ?? '' };
    if (upgrade.toLowerCase() !== 'websocket') return { status: 426, reason: 'http-request', detail: upgrade };
    if (!this.#origins.allow(origin)) return { status: 403, reason: 'websocket-origin', detail: origin ?? '' };
    // [MQTT-6.0.0-3] The client must offer "mqtt"; what is not offered cannot be selected [MQTT-6.0.0-4].
    if (chosen(offered.split(',').map((name) => name.trim())) === undefined) {
      return { status: 400, reason: 'websocket-subprotocol', detail: offered };
    }
    return undefined;
  }

  #onClientError(error: NodeJS.ErrnoException, socket: PendingSocket): void {
    // Only what the HTTP parser objects to has somebody who could read an answer.
    if (error.code?.startsWith('HPE_') !== true) {
      tellRefusal(socket, 'http-request', error.message);
      socket.destroy();
      return;
    }
    const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400;
    refuse(socket, status, 'http-request', error.message);
  }

  #isPath(request: IncomingMessage): boolean {
    return this.#path === ANY_PATH || request.url?.split('?', 1)[0] === this.#path;
  }

  #settle(socket: PendingSocket): Pending {
    const pending = socket[kPending];
    this.#flusher.deadlines.delete(pending);
    return pending;
  }
}

/** In the URL that people are told. */
function shownPath({ path = PATH }: WebSocketSettings): string {
  return path === ANY_PATH ? PATH : path;
}

/** The first offered name that means MQTT. */
function chosen(offered: Iterable<string>): string | undefined {
  for (const name of offered) if (SUBPROTOCOLS.has(name)) return name;
  return undefined;
}

function forgetPending(this: Socket): void {
  const pending = (this as PendingSocket)[kPending];
  pending.deadlines.delete(pending);
}

function tellRefusal(socket: PendingSocket, reason: RefusalReason, detail: string | undefined): void {
  const { gate, peer } = socket[kPending];
  socket[kPending].isRefused = true;
  gate.tell(reason, peer.address, detail);
}

/** Answers in plain text and closes. The deadline of the request still holds for reading the answer. */
function refuse(socket: PendingSocket, status: number, reason: RefusalReason, detail: string | undefined): void {
  const text = `${STATUS_CODES[status]}\n`;
  tellRefusal(socket, reason, detail);
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  socket.write(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n` +
      `Content-Type: text/plain; charset=utf-8\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
  );
  socket.destroySoon();
}

function ignoreError(): void {}
