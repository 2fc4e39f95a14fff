/**
 * The messages of SCRAM (RFC 5802 section 7) as text. What does not follow the grammar is undefined, and the exchange
 * then fails: there is no reading between the lines of a login.
 */

import { isUtf8 } from 'node:buffer';

/** What a message may have at most; names and nonces are far shorter. */
const MESSAGE_BYTES_MAX = 8192;

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
/** Printable ASCII without the comma. */
const NONCE = /^[\x21-\x2b\x2d-\x7e]+$/;
const EXTENSION = /^[A-Za-z]=[^\0,]+$/;

export interface ClientFirst {
  /** `n,,` and the like, which the last message has to repeat. */
  readonly header: string;
  /** Everything behind the header, which the proof is about. */
  readonly bare: string;
  readonly username: string;
  /** On whose behalf; undefined when it is the user's own. */
  readonly authorizationId: string | undefined;
  readonly nonce: string;
}

export interface ClientFinal {
  /** The text before the proof, which the proof is about. */
  readonly withoutProof: string;
  readonly channelBinding: Buffer;
  readonly nonce: string;
  readonly proof: Buffer;
}

export function parseClientFirst(data: Uint8Array): ClientFirst | undefined {
  const [flag, identity, ...rest] = textOf(data)?.split(',') ?? [];
  // `y` means that the client could bind to the channel and saw that we do not offer it, which is true. `p=` asks for it.
  if (identity === undefined || (flag !== 'n' && flag !== 'y')) return undefined;
  const authorizationId = identity === '' ? undefined : nameOf(identity, 'a=');
  if (identity !== '' && authorizationId === undefined) return undefined;
  const [user = '', nonce = '', ...extensions] = rest;
  const username = nameOf(user, 'n=');
  // A message that begins with `m=` asks for what nobody knows yet, and fails as having no `n=`.
  if (username === undefined || !nonce.startsWith('r=') || !NONCE.test(nonce.slice(2))) return undefined;
  if (!extensions.every((one) => EXTENSION.test(one))) return undefined;
  return {
    header: `${flag},${identity},`,
    bare: rest.join(','),
    username,
    authorizationId,
    nonce: nonce.slice(2),
  };
}

export function parseClientFinal(data: Uint8Array): ClientFinal | undefined {
  const text = textOf(data);
  const parts = text?.split(',') ?? [];
  const [binding = '', nonce = ''] = parts;
  const proof = parts.at(-1) ?? '';
  const extensions = parts.slice(2, -1);
  if (text === undefined || parts.length < 3 || !extensions.every((one) => EXTENSION.test(one))) return undefined;
  const channelBinding = binding.startsWith('c=') ? bytesOf(binding.slice(2)) : undefined;
  const proofBytes = proof.startsWith('p=') ? bytesOf(proof.slice(2)) : undefined;
  if (channelBinding === undefined || proofBytes === undefined || !nonce.startsWith('r=')) return undefined;
  return {
    withoutProof: text.slice(0, text.length - proof.length - 1),
    channelBinding,
    nonce: nonce.slice(2),
    proof: proofBytes,
  };
}

/** `=2C` is a comma and `=3D` an equals sign; another `=` is a mistake. */
function nameOf(part: string, head: string): string | undefined {
  const name = part.slice(head.length);
  if (!part.startsWith(head) || name === '' || name.includes('\0') || /=(?!2C|3D)/.test(name)) return undefined;
  return name.replaceAll('=2C', ',').replaceAll('=3D', '=');
}

function bytesOf(base64: string): Buffer | undefined {
  return base64 !== '' && BASE64.test(base64) ? Buffer.from(base64, 'base64') : undefined;
}

function textOf(data: Uint8Array): string | undefined {
  if (data.length > MESSAGE_BYTES_MAX || !isUtf8(data)) return undefined;
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8');
}
