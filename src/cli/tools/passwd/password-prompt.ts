/** Asks for passwords: without echo on a terminal, and by lines from anything else. */

import { createInterface, type Interface } from 'node:readline';
import { Writable } from 'node:stream';
import type { ToolIo } from '../tool.ts';

export class PasswordPrompt {
  readonly #io: ToolIo;
  readonly #lines: Interface;
  readonly #answers: AsyncIterator<string>;

  constructor(io: ToolIo) {
    this.#io = io;
    const isTerminal = io.stdin.isTTY === true;
    // With a terminal, readline switches the echo of the system off and writes its own, which goes nowhere.
    const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
    this.#lines = createInterface({ input: io.stdin, output: silent, terminal: isTerminal, historySize: 0 });
    this.#lines.on('SIGINT', () => {
      this.#lines.close();
    });
    this.#answers = this.#lines[Symbol.asyncIterator]();
  }

  /** The next line; empty at the end of the input. */
  async ask(text: string): Promise<string> {
    this.#io.stdout.write(text);
    const { value, done } = await this.#answers.next();
    this.#io.stdout.write('\n');
    return done === true ? '' : value;
  }

  close(): void {
    this.#lines.close();
  }
}
