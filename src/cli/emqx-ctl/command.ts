/** What a command of `emqx_ctl` gets and gives, and how all of them list what a broker has in pages. */

import { ApiRefusal, type Json } from '../control/api-client.ts';

/** Asks the running broker. */
export interface Asker {
  ask(method: string, path: string, body?: Json): Promise<Json>;
}

export interface Ctl {
  readonly api: Asker;
  /** Asks the API of EMQX 4 instead. */
  readonly v4: Asker;
  /** The data folder of the broker. */
  readonly dataDirectory: string;
  /** `emqx@127.0.0.1`. */
  readonly node: string;
  readonly version: string;
  /** Called by the name of EMQTT 2.3, whose texts differ here and there. */
  readonly isOld: boolean;
}

/** Text for standard output, or undefined where the words make no command: then its usage is shown. */
export type Run = (words: readonly string[], ctl: Ctl) => Promise<string | undefined>;

export interface CtlCommand {
  readonly name: string;
  /** Each way to call it, with what it does. */
  readonly usages: readonly (readonly [call: string, sentence: string])[];
  readonly run: Run;
}

/** Any object of the API. */
export type Item = { readonly [name: string]: Json };

export const part: (text: string) => string = encodeURIComponent;

/** All pages one after the other. */
export async function* items(api: Asker, path: string): AsyncGenerator<Item> {
  const joint = path.includes('?') ? '&' : '?';
  let cursor: string | undefined;
  do {
    const place: string = cursor === undefined ? '' : `&cursor=${part(cursor)}`;
    const page = (await api.ask('GET', `${path}${joint}limit=1000${place}`)) as {
      items: Item[];
      next?: string | null;
    };
    yield* page.items;
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
}

/** A line for each, with what clients have chosen unable to end it. */
export async function lines(all: AsyncIterable<Item>, line: (item: Item) => string): Promise<string> {
  let text = '';
  for await (const item of all) text += `${line(item)}\n`;
  return text;
}

/** A value of the API as text on a line. */
export function plain(value: Json | undefined): string {
  if (value === undefined || value === null) return 'undefined';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.replaceAll(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (sign) => `\\u${(sign.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
}

/** What `task` gives, or `instead` where the broker answers with that status. */
export async function orWhen(status: number, instead: string, task: () => Promise<string>): Promise<string> {
  try {
    return await task();
  } catch (error) {
    if (error instanceof ApiRefusal && error.status === status) return instead;
    throw error;
  }
}
