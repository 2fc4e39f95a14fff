/** Makes sessions that outlive their connections, each with one subscription, and leaves them behind. */

import { Client } from './client.mjs';
import { inBatches } from './in-batches.mjs';
import { WireOpener } from './wires.mjs';

const CONNECTING_AT_ONCE = 200;

/** @param {import('../scenarios/row.mjs').Scenario} scenario @param {{ host: string, port: number }} address */
export async function leaveSessions({ sessions, transport, version }, address) {
  const opener = new WireOpener(transport, address);
  const numbers = Array.from({ length: sessions }, (_, index) => index);
  await inBatches(numbers, CONNECTING_AT_ONCE, async (index) => {
    const ignore = () => {};
    const events = { onMessage: ignore, onAcknowledged: ignore, onReadEnd: ignore, onLost: ignore };
    const client = new Client(events, index, version);
    await client.connect(opener, { clientId: `bench-absent-${index}`, keepAliveSeconds: 60, clean: false });
    await client.subscribe([`bench/absent/${index}`], 1);
    await client.leave();
  });
}
