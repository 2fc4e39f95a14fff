/**
 * What runs in the thread that watches the main one. It is started from its text, so it may use nothing of the file
 * around it: everything comes with `given`.
 */

import type { InspectorNotification, Session } from 'node:inspector';

export interface StallWorkerData {
  /** Counted up by the main thread as long as its loop turns. */
  readonly beats: SharedArrayBuffer;
  /** How long the loop may stand still. */
  readonly stallMs: number;
  /** How often is looked. */
  readonly lookMs: number;
  /** The event that the main thread's process emits for itself when it is stopped: with name and place as texts. */
  readonly event: string;
}

/** Beginnings of the addresses of a plugin's code, with its name. */
export type PluginCode = readonly (readonly [prefix: string, plugin: string])[];

/** Runs for ever in its thread. @param require that of the thread */
export function watchForStalls(require: NodeJS.Require): void {
  const { parentPort, workerData } = require('node:worker_threads') as typeof import('node:worker_threads');
  const inspector = require('node:inspector') as typeof import('node:inspector');
  const { beats, stallMs, lookMs, event } = workerData as StallWorkerData;
  const cells = new Int32Array(beats);
  let code: PluginCode = [];
  parentPort?.on('message', (given: PluginCode) => {
    code = given;
  });
  let lastBeat = -1;
  let changedAt = Date.now();
  /** Whom the last look has found at work. */
  let suspect = '';
  let isLooking = false;

  const look = (): void => {
    const session: Session = new inspector.Session();
    const addresses = new Map<string, string>();
    const end = (found: string): void => {
      suspect = found;
      isLooking = false;
      session.disconnect();
    };
    session.on('Debugger.scriptParsed', ({ params }) => addresses.set(params.scriptId, params.url));
    session.on(
      'Debugger.paused',
      ({ params }: InspectorNotification<import('node:inspector').Debugger.PausedEventDataType>) => {
        const frames = params.callFrames.map(({ callFrameId, functionName, location, url }) => {
          // Each import of the file has a number of its own behind it.
          const address = (url || addresses.get(location.scriptId) || '').replace(/\?load=\d+$/, '');
          const plugin = code.find(([prefix]) => address.startsWith(prefix))?.[1];
          return { callFrameId, plugin, place: `${address}:${location.lineNumber + 1} ${functionName}`.trimEnd() };
        });
        const found = frames.find(({ plugin }) => plugin !== undefined);
        // Twice in a row the same, and the loop has not turned in between: it was no coincidence.
        const isSure = found?.plugin === suspect && Atomics.load(cells, 0) === lastBeat;
        if (found?.plugin === undefined || !isSure) {
          end(Atomics.load(cells, 0) === lastBeat ? (found?.plugin ?? '') : '');
          return;
        }
        const told = [event, found.plugin, found.place].map((text) => JSON.stringify(text)).join();
        session.post('Debugger.evaluateOnCallFrame', {
          callFrameId: params.callFrames[0]?.callFrameId ?? '',
          expression: `process.emit(${told})`,
        });
      },
    );
    session.connectToMainThread();
    session.post('Debugger.enable');
    session.post('Debugger.pause');
    // What stands still in the operating system cannot be stopped; it is looked at again.
    setTimeout(() => {
      if (isLooking) end(suspect);
    }, stallMs);
  };

  setInterval(() => {
    const beat = Atomics.load(cells, 0);
    if (beat !== lastBeat) {
      lastBeat = beat;
      changedAt = Date.now();
      suspect = '';
    } else if (!isLooking && code.length > 0 && Date.now() - changedAt >= stallMs) {
      isLooking = true;
      look();
    }
  }, lookMs);
}
