/**
 * What hooks are told, on its way between threads: messages, clients and credentials as data, with exactly their own
 * bytes, because a copy of a part of a buffer takes the whole buffer along.
 */

import type { Qos, UserProperty } from '../../packet/types.ts';
import type { ClientIdentity, Credentials } from '../../ports/access.ts';
import type { PluginMessage } from '../../ports/plugin.ts';

/** Properties of a message. */
interface SentProperties {
  readonly contentType: string | undefined;
  readonly responseTopic: string | undefined;
  readonly correlationData: Uint8Array | undefined;
  readonly userProperties: readonly UserProperty[];
  readonly expirySeconds: number | undefined;
}

/**
 * A list, because names of fields would be copied with every message. A small payload is a text of one character for each
 * byte, which is copied much faster than a buffer. The properties are left out where there are none, as mostly.
 */
export type SentMessage = readonly [
  topic: string,
  payload: Uint8Array | string,
  qos: Qos,
  retain: boolean,
  publisher: string,
  properties?: SentProperties,
];

/** Payloads up to it travel as texts. */
const TEXT_BYTES_MAX = 4096;

const bufferOf = (bytes: Uint8Array): Buffer =>
  Buffer.from(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.length);

export function sentMessage(message: PluginMessage): SentMessage {
  const { topic, payload, qos, retain, publisher } = message;
  const { contentType, responseTopic, correlationData, userProperties, expirySeconds } = message;
  const bytes = payload.length <= TEXT_BYTES_MAX ? payload.toString('latin1') : new Uint8Array(payload);
  const given = [contentType, responseTopic, correlationData, expirySeconds];
  if (userProperties.length === 0 && given.every((value) => value === undefined)) {
    return [topic, bytes, qos, retain, publisher];
  }
  const data = correlationData && new Uint8Array(correlationData);
  const properties = { contentType, responseTopic, correlationData: data, userProperties, expirySeconds };
  return [topic, bytes, qos, retain, publisher, properties];
}

/** A message that has come from the broker's thread. Its bytes are the plugin's own. */
export class ReceivedMessage implements PluginMessage {
  readonly #properties: SentProperties | undefined;
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: Qos;
  readonly retain: boolean;
  readonly publisher: string;

  constructor([topic, payload, qos, retain, publisher, properties]: SentMessage) {
    this.#properties = properties;
    this.topic = topic;
    this.payload = typeof payload === 'string' ? Buffer.from(payload, 'latin1') : bufferOf(payload);
    this.qos = qos;
    this.retain = retain;
    this.publisher = publisher;
  }

  get text(): string {
    return this.payload.toString('utf8');
  }

  get contentType(): string | undefined {
    return this.#properties?.contentType;
  }

  get responseTopic(): string | undefined {
    return this.#properties?.responseTopic;
  }

  get correlationData(): Buffer | undefined {
    const data = this.#properties?.correlationData;
    return data && bufferOf(data);
  }

  get userProperties(): readonly UserProperty[] {
    return this.#properties?.userProperties ?? [];
  }

  get expirySeconds(): number | undefined {
    return this.#properties?.expirySeconds;
  }
}

/** A client as JSON, which is copied as one text; with its certificate as data, where it has one. */
export type SentClient = string | ClientIdentity;

/** Made once for each client. */
const sentClients = new WeakMap<ClientIdentity, SentClient>();

export function sentClient(client: ClientIdentity): SentClient {
  const known = sentClients.get(client);
  if (known !== undefined) return known;
  const data = clientData(client);
  const sent = data.peer.certificate?.der === undefined ? JSON.stringify(data) : data;
  sentClients.set(client, sent);
  return sent;
}

function clientData({ clientId, username, peer, version, permissions, superuser }: ClientIdentity): ClientIdentity {
  return {
    clientId,
    username,
    peer: peerWith(peer, (der) => new Uint8Array(der) as Buffer),
    version,
    ...(permissions !== undefined && { permissions }),
    ...(superuser !== undefined && { superuser }),
  };
}

/** Clients that came lately, so that not each message of a client has it read again. */
const CLIENTS_MAX = 1000;
const receivedClients = new Map<string, ClientIdentity>();

export function receivedClient(sent: SentClient): ClientIdentity {
  if (typeof sent !== 'string') {
    return sent.peer.certificate?.der === undefined ? sent : { ...sent, peer: peerWith(sent.peer, bufferOf) };
  }
  const known = receivedClients.get(sent);
  if (known !== undefined) return known;
  // JSON leaves a user name out that is not there.
  const read = JSON.parse(sent) as ClientIdentity;
  const client: ClientIdentity = { ...read, username: read.username };
  if (receivedClients.size >= CLIENTS_MAX) receivedClients.clear();
  receivedClients.set(sent, frozen(client));
  return client;
}

/** One object for all calls: a plugin that changes it must not change what the next one is told. */
function frozen<T extends object>(value: T): T {
  for (const part of Object.values(value)) if (typeof part === 'object' && part !== null) frozen(part as object);
  return Object.freeze(value);
}

type Peer = ClientIdentity['peer'];

/** Everything about a peer that plugins may know, and its certificate in another form. */
function peerWith(peer: Peer, form: (der: Buffer) => Buffer): Peer {
  const { address, port, localAddress, localPort, listener, transport, certificate, pskIdentity } = peer;
  return {
    address,
    port,
    localAddress,
    localPort,
    listener,
    transport,
    ...(pskIdentity !== undefined && { pskIdentity }),
    ...(certificate !== undefined && {
      certificate: { ...certificate, ...(certificate.der !== undefined && { der: form(certificate.der) }) },
    }),
  };
}

/** The client, and what it shows. */
export interface SentCredentials {
  readonly client: SentClient;
  readonly password: Uint8Array | undefined;
  readonly anonymous: Credentials['anonymous'];
}

export function sentCredentials(credentials: Credentials): SentCredentials {
  const { password, anonymous } = credentials;
  return { client: sentClient(credentials), password: password && new Uint8Array(password), anonymous };
}

export function receivedCredentials({ client, password, anonymous }: SentCredentials): Credentials {
  return { ...receivedClient(client), password: password && bufferOf(password), anonymous };
}

/** What a hook is told, with its parts that are more than plain data in their own form. */
export interface SentEvent {
  readonly message?: SentMessage;
  readonly client?: SentClient;
  readonly credentials?: SentCredentials;
}

interface Told {
  readonly message?: PluginMessage;
  readonly client?: ClientIdentity | undefined;
  readonly credentials?: Credentials;
}

export function sentEvent(event: object): SentEvent {
  const { message, client, credentials, ...rest } = event as Told;
  return {
    ...rest,
    ...(message !== undefined && { message: sentMessage(message) }),
    ...(client !== undefined && { client: sentClient(client) }),
    ...(credentials !== undefined && { credentials: sentCredentials(credentials) }),
  };
}

export function receivedEvent(sent: SentEvent): object {
  const { message, client, credentials, ...rest } = sent;
  return {
    ...rest,
    ...(message !== undefined && { message: new ReceivedMessage(message) }),
    ...(client !== undefined && { client: receivedClient(client) }),
    ...(credentials !== undefined && { credentials: receivedCredentials(credentials) }),
  };
}

/** What a call with it takes, roughly. */
export function bytesOf({ message }: SentEvent): number {
  return 500 + (message?.[1].length ?? 0);
}

/** An answer of a hook: bytes that it gives are copied, so that nobody changes them while they are routed. */
export function sentAnswer(answer: unknown): unknown {
  if (typeof answer !== 'object' || answer === null || !Object.hasOwn(answer, 'payload')) return answer;
  const { payload } = answer as { readonly payload: unknown };
  return payload instanceof Uint8Array ? { ...answer, payload: new Uint8Array(payload) } : answer;
}
