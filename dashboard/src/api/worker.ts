/**
 * Asks the broker in the place of the page, in a thread of its own. What fails in the page itself, be it a refusal or a
 * broker that is away, the browser writes into the console, where nobody can take it back; what fails here is an answer.
 */

import type { Question, Told } from './worker-messages.ts';

interface WorkerScope {
  onmessage: ((event: MessageEvent<Question>) => void) | null;
  postMessage(told: Told): void;
}

const scope = globalThis as unknown as WorkerScope;
const running = new Map<number, AbortController>();

scope.onmessage = ({ data }) => {
  if (data.kind === 'leave') {
    running.get(data.id)?.abort();
    return;
  }
  const abort = new AbortController();
  running.set(data.id, abort);
  const work = data.kind === 'ask' ? ask(data, abort.signal) : stream(data, abort.signal);
  work
    .catch(() => {
      // Whoever has left waits for nothing.
      if (!abort.signal.aborted) scope.postMessage({ id: data.id, kind: 'failed' });
    })
    .finally(() => running.delete(data.id));
};

async function ask({ id, url, init }: Question & { kind: 'ask' }, signal: AbortSignal): Promise<void> {
  const response = await fetch(url, { ...init, credentials: 'same-origin', signal });
  const { status, statusText, headers } = response;
  const body = await response.blob();
  scope.postMessage({ id, kind: 'answer', status, statusText, headers: [...headers], body });
}

async function stream({ id, url }: Question & { kind: 'stream' }, signal: AbortSignal): Promise<void> {
  const response = await fetch(url, {
    credentials: 'same-origin',
    signal,
    headers: { accept: 'text/event-stream' },
  });
  const reader = response.ok ? response.body?.pipeThrough(new TextDecoderStream()).getReader() : undefined;
  if (reader === undefined) throw new TypeError('This is no stream');
  scope.postMessage({ id, kind: 'opened' });
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    // Events end with an empty line; what stands behind the last one is not whole yet.
    const events = (rest + value).split('\n\n');
    rest = events.pop() ?? '';
    for (const event of events) tell(id, event);
  }
  scope.postMessage({ id, kind: 'failed' });
}

/** Lines that begin with a colon only show that the broker is there. */
function tell(id: number, event: string): void {
  let name = '';
  let data = '';
  for (const line of event.split('\n')) {
    if (line.startsWith('event: ')) name = line.slice(7);
    else if (line.startsWith('data: ')) data += line.slice(6);
  }
  if (name !== '') scope.postMessage({ id, kind: 'event', name, data });
}
