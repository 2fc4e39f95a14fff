/** An answer that is a file. */

import type { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';

export class Download {
  readonly #name: string;
  readonly #bytes: number;
  readonly #content: Readable;

  /** @param name what the caller may call the file; letters, digits, dots and dashes */
  constructor(name: string, bytes: number, content: Readable) {
    this.#name = name;
    this.#bytes = bytes;
    this.#content = content;
  }

  sendBy(reply: FastifyReply): FastifyReply {
    return reply
      .header('content-type', 'application/octet-stream')
      .header('content-length', this.#bytes)
      .header('content-disposition', `attachment; filename="${this.#name}"`)
      .send(this.#content);
  }
}
