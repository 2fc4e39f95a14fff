/**
 * Commands on control topics: joins the sources that take some to the broker. A message on such a topic is handed to its
 * source and goes no further, so nobody can listen to the passwords in it.
 */

import type { Broker } from './broker/broker.ts';
import type { PublishFilter } from './broker/hooks.ts';
import { endConnectionsOf } from './end-connections.ts';
import type { AccessSource } from './ports/access-source.ts';
import type { Control } from './ports/control.ts';
import type { Log } from './ports/log.ts';

/** Makes the broker take messages on the control topics of its sources. */
export function takeControls(broker: Broker, sources: readonly AccessSource[], log: Log): void {
  const controls = new Map(sources.flatMap(({ control }) => (control === undefined ? [] : [[control.topic, control]])));
  if (controls.size === 0) return;
  const { hooks } = broker;
  const next = hooks.publish;
  const take: PublishFilter = (message, client, isWill) => {
    const control = controls.get(message.topic);
    if (control === undefined) return next === undefined ? message : next(message, client, isWill);
    // A will is nobody's command, and what the program publishes neither; there may be passwords in it all the same.
    if (isWill || client === undefined) return 0;
    command(broker, control, Buffer.from(message.payload)).catch((error: unknown) => {
      log.error('A control message could not be handled', { topic: control.topic, cause: String(error) });
    });
    return 0;
  };
  hooks.publish = take;
}

async function command(broker: Broker, control: Control, payload: Buffer): Promise<void> {
  const { text, endsConnectionsOf } = await control.handle(payload);
  await broker.publish({ topic: control.responseTopic, payload: text });
  const names = new Set(endsConnectionsOf);
  if (names.size === 0) return;
  for (const username of names) await endConnectionsOf(broker, username);
}
