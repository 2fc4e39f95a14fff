/** An enhanced authentication for tests: the client is asked for `words` one after another and let in with the last. */

import type { AuthPacket, Properties } from '../../src/packet/types.ts';
import type { EnhancedAuthenticator, ExchangeStep } from '../../src/ports/access.ts';
import type { TestBrokerOptions, TestClient } from '../../src/testing/index.ts';

export const METHOD = 'WORDS-1';

export interface WordsOptions {
  /** What CONNECT and each AUTH have to carry, in order. */
  readonly words?: readonly string[];
  /** Whether answers take their time. */
  readonly slow?: boolean;
  readonly username?: string;
  readonly reasonCode?: number;
}

/** Refuses a wrong word; asks for the next with `n?`; `welcome` goes with success. */
function wordsMethod(options: WordsOptions = {}): EnhancedAuthenticator {
  const { words = ['one', 'two', 'three'], slow = false, username, reasonCode } = options;
  return {
    method: METHOD,
    begin: () => {
      let at = 0;
      const step = (data: Buffer | undefined): ExchangeStep => {
        if (data?.toString() !== words[at]) return { outcome: 'deny', ...(reasonCode !== undefined && { reasonCode }) };
        at++;
        if (at < words.length) return { outcome: 'continue', data: Buffer.from(`${at}?`) };
        return { outcome: 'allow', data: Buffer.from('welcome'), ...(username !== undefined && { username }) };
      };
      return { step: (data) => (slow ? Promise.resolve().then(() => step(data)) : step(data)) };
    },
  };
}

export function withWords(options: WordsOptions = {}): TestBrokerOptions {
  return { access: { enhancedAuthenticators: [wordsMethod(options)] } };
}

/** Properties of CONNECT and AUTH that carry a word. */
export function word(text: string, method: string = METHOD): Properties {
  return { authenticationMethod: method, authenticationData: Buffer.from(text) };
}

/** Sends AUTH with a word. */
export async function say(client: TestClient, text: string, reasonCode: number = 0x18): Promise<void> {
  const packet: AuthPacket = { type: 'auth', reasonCode, properties: word(text) };
  await client.send(packet);
}
