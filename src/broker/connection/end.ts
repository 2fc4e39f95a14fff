/** How a connection ends: the one value from which the last packet, the log line, the event and the counter are made. */

import type { ClientIdentity } from '../../ports/access.ts';
import type { Log } from '../../ports/log.ts';
import type { EndName } from '../events.ts';

/** Why a connection ends. */
export interface End {
  readonly name: EndName;
  /** MQTT 5 Reason Code; 0 for a normal end. */
  readonly reasonCode: number;
  /** A sentence for people: who did what, got X, limit Y. */
  readonly message: string;
  readonly statement?: string;
  /** With 0x9C and 0x9D. */
  readonly serverReference?: string;
  /** Set by a DISCONNECT that says the will is not wanted [MQTT-3.14.4-3]. */
  readonly discardWill?: boolean;
  /** The other side is gone or must hear nothing more. */
  readonly silent?: boolean;
}

/** @param wasConnected what is ordinary for a client that was connected is worth a line for one that never was */
export function logEnd(log: Log, end: End, client: ClientIdentity, listener: string, wasConnected: boolean): void {
  if (log.wordsConnections === true) return;
  // A stop has its own line in the log, whoever it disconnects.
  const isQuiet = wasConnected && (end.reasonCode < 0x80 || end.name === 'server_shutting_down');
  if (isQuiet && log.keepsDebug === false) return;
  const fields = {
    client: client.clientId,
    address: client.peer.address,
    listener,
    reason: end.name,
    code: end.reasonCode,
    statement: end.statement,
  };
  log[isQuiet ? 'debug' : 'info'](end.message, fields);
}
