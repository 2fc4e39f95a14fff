/**
 * What the log says of clients that come and go, from the broker's events: with fields, or in the words of Mosquitto that
 * people grep for. And the one line for a login that was refused, which never changes its form: see docs/operations.md.
 */

import type { BrokerEvents, EndName, EventListener, EventName } from '../broker/events.ts';
import type { Log } from '../ports/log.ts';

export interface EventSource {
  on<N extends EventName>(name: N, listener: EventListener<N>): () => void;
}

export interface ConnectionWording {
  /** Whether clients that come and go have lines here; else the broker has its own. */
  readonly words: () => boolean;
  /** Whether they are worth the level info. */
  readonly isInfo: () => boolean;
  readonly isMosquitto: () => boolean;
}

/** Where a refused login is the client's doing, and not the state of the broker. */
const refusedLogins: ReadonlyMap<number, string> = new Map([
  [0x85, 'client_id'],
  [0x86, 'bad_credentials'],
  [0x87, 'not_authorized'],
  [0x8a, 'banned'],
  [0x8c, 'bad_method'],
]);

/** Returns the function that ends it. */
export function logConnections(source: EventSource, log: Log, wording: ConnectionWording): () => void {
  const stops = [
    ...(['opened', 'connected', 'disconnected', 'refused', 'subscribed', 'unsubscribed'] as const).map((name) =>
      source.on(name, (event: BrokerEvents[typeof name]) => {
        if (!wording.words()) return;
        if (wording.isMosquitto()) sayAsMosquitto(log, wording.isInfo(), name, event as never);
        else sayWithFields(log, name, event as never);
      }),
    ),
    // Behind the line of the client, which programs look for right behind that of its connection.
    source.on('refused', (event) => {
      const reason = refusedLogins.get(event.reasonCode);
      if (reason === undefined) return;
      const { address, username = '', clientId: client } = event;
      log.warn('Login refused', { address, username, client, reason });
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

type Sayings = { readonly [N in EventName]?: (event: BrokerEvents[N], log: Log) => void };

const withFields: Sayings = {
  connected: ({ client, cleanStart, keepAlive, sessionPresent }, log) => {
    const { clientId, username, peer, version } = client;
    const { address, port, listener } = peer;
    const fields = { client: clientId, username, address, port, listener, version, cleanStart, keepAlive };
    log.info('Client connected', { ...fields, sessionPresent }, 'notice');
  },
  disconnected: ({ client: { clientId, username, peer }, reason, reasonCode, message }, log) => {
    const { address, port, listener } = peer;
    const fields = { client: clientId, username, address, port, listener, reason, code: reasonCode, why: message };
    log.info('Client disconnected', fields, 'notice');
  },
  refused: ({ clientId, address, reason, reasonCode, message }, log) => {
    log.info('Connection refused', { client: clientId, address, reason, code: reasonCode, why: message }, 'notice');
  },
  subscribed: ({ client, filter, qos }, log) => {
    log.info('Subscribed', { client: client.clientId, filter, qos }, 'subscribe');
  },
  unsubscribed: ({ client, filter }, log) => {
    log.info('Unsubscribed', { client: client.clientId, filter }, 'unsubscribe');
  },
};

function sayWithFields<N extends EventName>(log: Log, name: N, event: BrokerEvents[N]): void {
  (withFields[name] as ((event: BrokerEvents[N], log: Log) => void) | undefined)?.(event, log);
}

/** MQTT 3.1 is 1 there, 3.1.1 is 2. */
const protocolNumbers: Readonly<Record<number, number>> = { 3: 1, 4: 2, 5: 5 };

const endings: Readonly<Record<EndName, string | undefined>> = {
  normal: 'disconnected.',
  peer_closed: 'closed its connection.',
  connection_error: 'closed its connection.',
  keep_alive_timeout: 'has exceeded timeout, disconnecting.',
  connect_timeout: 'has exceeded timeout, disconnecting.',
  taken_over: 'already connected, closing old connection.',
  kicked: 'been disconnected by administrative action.',
  protocol_error: 'disconnected due to protocol error.',
  limit: undefined,
  not_authorized: 'disconnected, not authorised.',
  // The stop has its own line.
  server_shutting_down: undefined,
  server_moved: 'disconnected, server moved.',
  store_failed: 'disconnected, the store cannot be written.',
};

function endingText(reason: EndName, reasonCode: number): string | undefined {
  if (reasonCode === 0x81) return 'disconnected due to malformed packet.';
  if (reasonCode === 0x95) return 'disconnected due to oversize packet.';
  if (refusedLogins.has(reasonCode)) return 'disconnected, not authorised.';
  if (reason === 'limit') return 'disconnected, a limit was exceeded.';
  return endings[reason];
}

/** A line that begins with what a client has chosen, which could pretend that the line is about a refused login. */
function chosenLine(clientId: string, rest: string): string {
  return `${clientId} ${rest}`.replaceAll('Login refused', 'Login\\u0020refused');
}

const mosquittoWords: Sayings = {
  opened: ({ peer }, log) => {
    log.info(`New connection from ${peer.address}:${peer.port} on port ${peer.localPort}.`, undefined, 'notice');
  },
  connected: ({ client, cleanStart, keepAlive }, log) => {
    const { clientId, username, peer, version } = client;
    const name = username === undefined ? '' : `, u'${username}'`;
    const how = `p${protocolNumbers[version] ?? version}, c${cleanStart ? 1 : 0}, k${keepAlive}${name}`;
    const text = `New client connected from ${peer.address}:${peer.port} as ${clientId} (${how}).`;
    log.info(text, undefined, 'notice');
  },
  disconnected: ({ client, reason, reasonCode }, log) => {
    const text = endingText(reason, reasonCode);
    if (text === undefined) return;
    const line = `Client ${client.clientId} ${text}`;
    // Mosquitto has it among errors, because devices with one Client Identifier throw each other out for ever.
    if (reason === 'taken_over') log.error(line);
    else log.info(line, undefined, 'notice');
  },
  refused: ({ clientId, reason, reasonCode }, log) => {
    const text = endingText(reason, reasonCode);
    const name = clientId === '' ? '<unknown>' : clientId;
    if (text !== undefined) log.info(`Client ${name} ${text}`, undefined, 'notice');
  },
  subscribed: ({ client, filter, qos }, log) => {
    log.info(chosenLine(client.clientId, `${qos} ${filter}`), undefined, 'subscribe');
  },
  unsubscribed: ({ client, filter }, log) => {
    log.info(chosenLine(client.clientId, filter), undefined, 'unsubscribe');
  },
};

/** What `connection_messages false` silences; subscriptions have switches of their own. */
const comingsAndGoings: readonly EventName[] = ['opened', 'connected', 'disconnected', 'refused'];

function sayAsMosquitto<N extends EventName>(log: Log, isInfo: boolean, name: N, event: BrokerEvents[N]): void {
  if (!isInfo && comingsAndGoings.includes(name)) return;
  (mosquittoWords[name] as ((event: BrokerEvents[N], log: Log) => void) | undefined)?.(event, log);
}
