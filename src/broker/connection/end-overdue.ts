/** How a connection ends whose deadline is over: the login took too long, or the client was silent. */

import type { Connection } from './connection.ts';

/** @param silenceMs the silence that was allowed, or 0 when the login took too long */
export function endOverdue(connection: Connection, silenceMs: number): void {
  const { context, label, options } = connection;
  const { counters } = context;
  if (connection.state === 'connected') {
    counters.keepAliveTimeouts++;
    connection.end({
      name: 'keep_alive_timeout',
      reasonCode: 0x8d,
      message: `${label} was silent for ${silenceMs / 1000} s, one and a half times its keep alive`,
      statement: 'MQTT-3.1.2-22',
    });
    return;
  }
  counters.limit('connect_seconds');
  // Who has said everything and waits for us is not to blame, and may come again.
  if (connection.state === 'accepting') {
    connection.end({
      name: 'connect_timeout',
      reasonCode: 0x88,
      message: `${label} was refused: its login was not checked within ${options.connectSecondsMax} s (connect_seconds_max)`,
    });
    return;
  }
  connection.end({
    name: 'connect_timeout',
    reasonCode: 0x87,
    message: `${label} did not complete its login within ${options.connectSecondsMax} s (connect_seconds_max)`,
    silent: true,
  });
}
