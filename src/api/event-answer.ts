/** An answer of server-sent events on the raw connection. A caller that does not read loses events, never memory. */

import type { FastifyReply } from 'fastify';
import { ApiFailure } from './failure.ts';
import type { EventStream } from './route.ts';
import { securityHeaders } from './security-headers.ts';

const HEARTBEAT_MS = 15_000;
const BYTES_WAITING_MAX = 1024 * 1024;
const STREAMS_MAX = 128;

/** How many look on at the same time: each holds a connection, and some of them work every second. */
export class StreamRoom {
  #open = 0;

  /** @throws ApiFailure when there are too many */
  enter(): void {
    if (this.#open >= STREAMS_MAX) {
      throw new ApiFailure('unavailable', `${this.#open} event streams are open, which is the limit; close one first`);
    }
    this.#open++;
  }

  leave(): void {
    this.#open--;
  }
}

export class EventAnswer implements EventStream {
  readonly #reply: FastifyReply;
  readonly #room: StreamRoom;
  #heartbeat: NodeJS.Timeout | undefined;

  constructor(reply: FastifyReply, room: StreamRoom) {
    this.#reply = reply;
    this.#room = room;
  }

  open(gone: () => void): void {
    const { raw } = this.#reply;
    this.#room.enter();
    this.#reply.hijack();
    raw.writeHead(200, { ...securityHeaders, 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
    raw.write(':\n\n');
    raw.on('error', () => {});
    raw.on('close', () => {
      clearInterval(this.#heartbeat);
      this.#room.leave();
      gone();
    });
    // Tells proxies and this end whether the other one is still there.
    this.#heartbeat = setInterval(() => raw.write(':\n\n'), HEARTBEAT_MS);
    this.#heartbeat.unref();
  }

  send(event: string, data: unknown): boolean {
    const { raw } = this.#reply;
    if (raw.destroyed || raw.writableLength > BYTES_WAITING_MAX) return false;
    raw.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    return true;
  }

  close(): void {
    this.#reply.raw.end();
  }
}
