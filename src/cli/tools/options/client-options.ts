/** What `pub`, `sub` and `rr` can be told, as data, with the values that hold when nothing is said. */

import type { MqttVersion, ToolProperties } from './property-options.ts';

export type ToolKind = 'pub' | 'sub' | 'rr' | 'bench';

/** Where the payload of a publish comes from. */
export type Payload =
  | { readonly kind: 'none' }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'file'; readonly path: string }
  /** Standard input as a whole. */
  | { readonly kind: 'input' }
  /** Each line of standard input is a message. */
  | { readonly kind: 'lines' }
  | { readonly kind: 'empty' };

export interface ClientOptions {
  readonly kind: ToolKind;
  /** Called by its own name and not as one of Mosquitto's tools: it may reconnect, colour and tell how far it is. */
  readonly isNative: boolean;
  host: string;
  port: number | undefined;
  socketPath: string | undefined;
  username: string | undefined;
  password: string | undefined;
  clientId: string | undefined;
  clientIdPrefix: string | undefined;
  cleanSession: boolean;
  /** Seconds; undefined when nothing was said. */
  sessionExpirySeconds: number | undefined;
  version: MqttVersion;
  keepAliveSeconds: number;
  topics: string[];
  responseTopic: string | undefined;
  filterOut: string[];
  unsubscribe: string[];
  payload: Payload;
  qos: 0 | 1 | 2;
  retain: boolean;
  repeat: number;
  repeatDelaySeconds: number;
  inflightMax: number;
  isDebug: boolean;
  isQuiet: boolean;
  isVerbose: boolean;
  /** Messages to print before the end; 0 for no end. */
  count: number;
  /** Seconds until the end; 0 for no end. */
  timeoutSeconds: number;
  exitsAfterSubscribing: boolean;
  skipsRetained: boolean;
  retainedOnly: boolean;
  removesRetained: boolean;
  endsLines: boolean;
  format: string | undefined;
  isPretty: boolean;
  /** Per cent of the messages that are printed. */
  printedPercent: number;
  bindAddress: string | undefined;
  will: { topic: string | undefined; payload: string | undefined; qos: 0 | 1 | 2; retain: boolean };
  tls: TlsOptions;
  psk: string | undefined;
  pskIdentity: string | undefined;
  proxy: string | undefined;
  readonly properties: ToolProperties;
  isJson: boolean;
  hasColour: boolean | undefined;
  reconnects: boolean | undefined;
}

export interface TlsOptions {
  caFile: string | undefined;
  caFolder: string | undefined;
  certificate: string | undefined;
  key: string | undefined;
  keyForm: string | undefined;
  ciphers: string | undefined;
  version: string | undefined;
  alpn: string | undefined;
  isInsecure: boolean;
  usesSystemAuthorities: boolean;
}

export function defaultClientOptions(kind: ToolKind, isNative: boolean): ClientOptions {
  return {
    kind,
    isNative,
    host: 'localhost',
    port: undefined,
    socketPath: undefined,
    username: undefined,
    password: undefined,
    clientId: undefined,
    clientIdPrefix: undefined,
    cleanSession: true,
    sessionExpirySeconds: undefined,
    version: kind === 'rr' ? 5 : 4,
    keepAliveSeconds: 60,
    topics: [],
    responseTopic: undefined,
    filterOut: [],
    unsubscribe: [],
    payload: { kind: 'none' },
    qos: 0,
    retain: false,
    repeat: 1,
    repeatDelaySeconds: 0,
    inflightMax: 20,
    isDebug: false,
    isQuiet: false,
    isVerbose: false,
    count: 0,
    timeoutSeconds: 0,
    exitsAfterSubscribing: false,
    skipsRetained: false,
    retainedOnly: false,
    removesRetained: false,
    endsLines: true,
    format: undefined,
    isPretty: false,
    printedPercent: 100,
    bindAddress: undefined,
    will: { topic: undefined, payload: undefined, qos: 0, retain: false },
    tls: {
      caFile: undefined,
      caFolder: undefined,
      certificate: undefined,
      key: undefined,
      keyForm: undefined,
      ciphers: undefined,
      version: undefined,
      alpn: undefined,
      isInsecure: false,
      usesSystemAuthorities: false,
    },
    psk: undefined,
    pskIdentity: undefined,
    proxy: undefined,
    properties: { connect: {}, publish: {}, subscribe: {}, unsubscribe: {}, disconnect: {}, will: {} },
    isJson: false,
    hasColour: undefined,
    reconnects: undefined,
  };
}

/** What was typed makes no sense. `blankLines` follow the message before the hint to `--help`, as users know it. */
export class ToolUsageError extends Error {
  override readonly name = 'ToolUsageError';
  readonly blankLines: number;
  /** The whole help is printed behind it. */
  readonly showsUsage: boolean;

  constructor(message: string, blankLines: number = 1, showsUsage: boolean = false) {
    super(message);
    this.blankLines = blankLines;
    this.showsUsage = showsUsage;
  }
}
