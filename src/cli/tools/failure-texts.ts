/** What the tools say when there is no connection, in the words that people search the web for, and their exit codes. */

/** By return code of 3.1 and 3.1.1. */
const returnCodeTexts: readonly string[] = [
  'Connection Accepted.',
  'Connection Refused: unacceptable protocol version.',
  'Connection Refused: identifier rejected.',
  'Connection Refused: broker unavailable.',
  'Connection Refused: bad user name or password.',
  'Connection Refused: not authorised.',
];

/** Reason Codes of MQTT 5 by the names of the specification, as the tools write them. */
const reasonTexts: ReadonlyMap<number, string> = new Map([
  [0x00, 'Success'],
  [0x10, 'No matching subscribers'],
  [0x11, 'No subscription existed'],
  [0x80, 'Unspecified error'],
  [0x81, 'Malformed Packet'],
  [0x82, 'Protocol Error'],
  [0x83, 'Implementation specific error'],
  [0x84, 'Unsupported Protocol Version'],
  [0x85, 'Client Identifier not valid'],
  [0x86, 'Bad User Name or Password'],
  [0x87, 'Not authorized'],
  [0x88, 'Server unavailable'],
  [0x89, 'Server busy'],
  [0x8a, 'Banned'],
  [0x8b, 'Server shutting down'],
  [0x8c, 'Bad authentication method'],
  [0x8d, 'Keep Alive timeout'],
  [0x8e, 'Session taken over'],
  [0x8f, 'Topic Filter invalid'],
  [0x90, 'Topic Name invalid'],
  [0x91, 'Packet Identifier in use'],
  [0x93, 'Receive Maximum exceeded'],
  [0x94, 'Topic Alias invalid'],
  [0x95, 'Packet too large'],
  [0x96, 'Message rate too high'],
  [0x97, 'Quota exceeded'],
  [0x98, 'Administrative action'],
  [0x99, 'Payload format invalid'],
  [0x9a, 'Retain not supported'],
  [0x9b, 'QoS not supported'],
  [0x9c, 'Use another server'],
  [0x9d, 'Server moved'],
  [0x9e, 'Shared Subscriptions not supported'],
  [0x9f, 'Connection rate exceeded'],
  [0xa0, 'Maximum connect time'],
  [0xa1, 'Subscription identifiers not supported'],
  [0xa2, 'Wildcard Subscriptions not supported'],
]);

export function reasonText(code: number): string {
  return reasonTexts.get(code) ?? 'Unknown reason';
}

export function connackText(code: number, version: 3 | 4 | 5, said?: string): string {
  if (version < 5) return `Connection error: ${returnCodeTexts[code] ?? 'Connection Refused: unknown reason.'}`;
  const hint = code === 0x84 ? '. Try connecting to an MQTT v5 broker, or use MQTT v3.x mode.' : '';
  return `Connection error: ${reasonText(code)}${hint}${said === undefined ? '' : ` (${said})`}`;
}

/** What pub says behind a refusal. */
export const refusedText: Readonly<Record<3 | 4 | 5, string>> = {
  3: 'Error: The connection was refused.',
  4: 'Error: The connection was refused.',
  5: 'Error: A network protocol error occurred when communicating with the broker.',
};

export const lostText = 'Error: The connection was lost.';

/** The system's words for its error codes. */
const systemTexts: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'Connection refused'],
  ['ECONNRESET', 'Connection reset by peer'],
  ['EHOSTUNREACH', 'No route to host'],
  ['ENETUNREACH', 'Network is unreachable'],
  ['ETIMEDOUT', 'Connection timed out'],
  ['EADDRNOTAVAIL', 'Cannot assign requested address'],
  ['ENOENT', 'No such file or directory'],
  ['EACCES', 'Permission denied'],
  ['EPERM', 'Operation not permitted'],
]);

const lookupCodes: ReadonlySet<string> = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NONAME']);

/** Why the first connection was not made. */
export function socketText(
  error: Error | undefined,
  host: string,
  isTls: boolean,
): { readonly texts: readonly string[]; readonly exitCode: number } {
  const first = error instanceof AggregateError ? (error.errors[0] as Error | undefined) : error;
  const code = (first as NodeJS.ErrnoException | undefined)?.code ?? '';
  if (host === '' || lookupCodes.has(code)) return { texts: ['Unable to connect (Lookup error.).'], exitCode: 1 };
  if (code === 'EPROXY') return { texts: [`Error: ${first?.message}`, 'Error: Proxy error.'], exitCode: 1 };
  const known = systemTexts.get(code);
  if (known !== undefined && !(isTls && code === 'ECONNRESET')) return { texts: [`Error: ${known}`], exitCode: 1 };
  if (isTls) {
    const why = first === undefined || code === 'ECONNRESET' ? [] : [`TLS: ${first.message}`];
    return { texts: [...why, 'Error: A TLS error occurred.'], exitCode: 8 };
  }
  const texts = first === undefined ? [lostText] : [`Error: ${first.message}`];
  return { texts, exitCode: first === undefined ? 7 : 1 };
}
