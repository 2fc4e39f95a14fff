/** Why a bridge failed last, in the language of the page, from its code and what varies. */

import type { BridgeFailure } from '../api/types.ts';
import type { Text, Translate } from '../language/language.tsx';

const texts: Readonly<Record<string, Text>> = {
  BRIDGE_UNREACHABLE: '{address} cannot be reached',
  BRIDGE_TLS: 'The TLS handshake with {address} failed',
  BRIDGE_TLS_FILES: 'A file for TLS cannot be read',
  BRIDGE_REFUSED_LOGIN: '{address} refuses user name and password',
  BRIDGE_REFUSED_VERSION: '{address} refuses the version of MQTT',
  BRIDGE_REFUSED_CLIENT_ID: '{address} refuses the client identifier',
  BRIDGE_REFUSED_UNAVAILABLE: '{address} says that it is not available',
  BRIDGE_REFUSED_TOO_LARGE: '{address} refuses so large a packet',
  BRIDGE_REFUSED_MOVED: '{address} has moved',
  BRIDGE_REFUSED_OTHER: '{address} refuses the connection',
  BRIDGE_REFUSED_SILENTLY: '{address} closes the connection without an answer',
  BRIDGE_PROTOCOL: '{address} sent something that MQTT does not allow',
  BRIDGE_LOST: 'The connection to {address} is lost',
  BRIDGE_STUCK: '{address} ends every connection over {topics} of {bytes} bytes',
  BRIDGE_TIMEOUT: '{address} did not answer within {seconds} s',
  BRIDGE_KEEP_ALIVE: '{address} was silent for {seconds} s and is taken to be gone',
  BRIDGE_REMOTE_BUSY: '{address} could not keep a message for now; it is sent again',
  BRIDGE_LOCAL_ENDED: 'The bridge lost its session in this broker',
  BRIDGE_LOCAL_REFUSED: 'The client identifier {clientId} of the bridge here is somebody else’s',
  BRIDGE_LOCAL_UNAVAILABLE: 'Permissions or the session of the bridge cannot be had at present',
  BRIDGE_LOCAL_DENIED: 'Rules of this broker keep the bridge from these topics: {topics}',
  BRIDGE_QUEUE_FULL: 'The queue here has no room for further messages',
};

/** What the system, a server or a rule has said itself stands behind it as it is. */
const said = ['detail', 'said', 'server'];

export function bridgeFailure({ code, message, fields = {} }: BridgeFailure, t: Translate): string {
  const text = texts[code];
  if (text === undefined) return message;
  const { reasonCode } = fields;
  const details = said.flatMap((name) => (fields[name] === undefined ? [] : [String(fields[name])]));
  if (typeof reasonCode === 'number') details.unshift(`0x${reasonCode.toString(16).padStart(2, '0')}`);
  return t(text, fields) + (details.length === 0 ? '' : ` (${details.join(', ')})`);
}
