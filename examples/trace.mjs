/**
 * Traces: how long each message takes to each of its receivers, as a line of JSON. Loaded before the broker:
 *
 * NODE_OPTIONS="--import /path/to/trace.mjs" npm start
 *
 * For OpenTelemetry start a span where `hoopoe:publish` is told and one for each `hoopoe:deliver`; `traceparent` in the user
 * properties of a message is the context in which its publisher has made it.
 */

import { subscribe } from 'node:diagnostics_channel';

/** When messages came, by their numbers, and the trace that each belongs to. */
const begun = new Map();
const BEGUN_MAX = 10_000;

subscribe('hoopoe:publish', ({ messageNumber, message }) => {
  // The oldest go: of what nobody receives nothing more is told.
  if (begun.size >= BEGUN_MAX) begun.delete(begun.keys().next().value);
  const [, traceparent] = message.userProperties.find(([name]) => name === 'traceparent') ?? [];
  begun.set(messageNumber, { atMs: performance.now(), traceparent });
});

subscribe('hoopoe:deliver', ({ messageNumber, message, clientId }) => {
  const { atMs, traceparent } = begun.get(messageNumber) ?? {};
  if (atMs === undefined) return;
  const milliseconds = Number((performance.now() - atMs).toFixed(3));
  console.log(
    JSON.stringify({ topic: message.topic, from: message.publisher, to: clientId, milliseconds, traceparent }),
  );
});
