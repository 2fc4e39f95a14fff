/** Whether a text is a token at all, and what its head says. Nothing of it is believed before the signature is checked. */

export interface TokenHead {
  readonly algorithm: string;
  readonly keyId: string | undefined;
}

/** Undefined for a text that is no JSON Web Token with a signature in the compact form. */
export function readTokenHead(text: string): TokenHead | undefined {
  const match = /^([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$/.exec(text);
  const head = match === null ? undefined : jsonObject(Buffer.from(match[1]!, 'base64url'));
  const algorithm = head?.get('alg');
  if (head === undefined || typeof algorithm !== 'string') return undefined;
  // A head with demands that nobody here knows is that of a token, but of one that nobody here can check.
  if (head.has('crit')) return { algorithm: '', keyId: undefined };
  const keyId = head.get('kid');
  return { algorithm, keyId: typeof keyId === 'string' ? keyId : undefined };
}

/** The members of an object of JSON; undefined for everything else. */
export function jsonObject(bytes: Uint8Array): ReadonlyMap<string, unknown> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? new Map(Object.entries(value))
    : undefined;
}
