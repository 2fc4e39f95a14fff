/** Requests and streams by way of the thread that asks for the page, and whether the broker answered last. */

import type { Answered, Question, RequestInitial, Told } from './worker-messages.ts';

type Taker = (told: Told) => void;

const takers = new Map<number, Taker>();
const LOOK_MS = 1000;
let lastId = 0;
let isReachable = true;
let thread: Worker | undefined;

function post(question: Question): void {
  if (thread === undefined) {
    thread = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    thread.onmessage = ({ data }: MessageEvent<Told>) => {
      isReachable = data.kind !== 'failed';
      takers.get(data.id)?.(data);
    };
  }
  thread.postMessage(question);
}

/** Leaves what was asked for. */
function leave(id: number): void {
  if (takers.delete(id)) post({ id, kind: 'leave' });
}

/**
 * The answer of the broker, whatever it says.
 * @throws TypeError when there is none, and the AbortError of `signal`
 */
export function ask(url: string, init: RequestInitial, signal?: AbortSignal): Promise<Answered> {
  const id = ++lastId;
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      leave(id);
      reject(new DOMException('Nobody waits for this any more', 'AbortError'));
    };
    if (signal?.aborted === true) {
      abort();
      return;
    }
    signal?.addEventListener('abort', abort, { once: true });
    takers.set(id, (told) => {
      takers.delete(id);
      signal?.removeEventListener('abort', abort);
      if (told.kind === 'answer') resolve(told);
      else reject(new TypeError('There is no answer'));
    });
    post({ id, kind: 'ask', url, init });
  });
}

/**
 * Server-sent events. Called with `opened`, each `event`, and once with `failed` when the stream has ended by itself.
 * @returns what ends it
 */
export function stream(url: string, take: Taker): () => void {
  const id = ++lastId;
  takers.set(id, (told) => {
    if (told.kind === 'failed') takers.delete(id);
    take(told);
  });
  post({ id, kind: 'stream', url });
  return () => leave(id);
}

/**
 * Resolves when the broker answers, at once where it did last. Parts of the page are loaded only then: the browser does
 * not try again a part that it could not load, and complains of it.
 */
export async function reachable(url: string): Promise<void> {
  while (!isReachable) {
    await ask(url, { method: 'GET', headers: {} }).catch(() => undefined);
    if (!isReachable) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
